"""The list of messages, with the folders and a preview beside it where there is room."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from textual.containers import Container, Horizontal
from textual.timer import Timer
from textual.widget import Widget

from tuimail.engine.news import FolderChanged, FoldersChanged, NewMail, News
from tuimail.engine.opening import Source
from tuimail.mail.errors import MailboxError, TuimailError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import Order
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import Safe, block, line
from tuimail.ui.desk import Desk
from tuimail.ui.folder_tree import spot, title
from tuimail.ui.home import Home, home, looked_at, words
from tuimail.ui.keys import Place, bindings
from tuimail.ui.loading import First
from tuimail.ui.screens.answering import ANSWERS, AnsweringScreen, Chosen, chosen_of
from tuimail.ui.screens.doors import put_reader_away, read, ready_to_read
from tuimail.ui.standing import Standing
from tuimail.ui.walk import Walk
from tuimail.ui.widgets.edge import Edge, KeyBar
from tuimail.ui.widgets.folder_list import FolderList
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.widgets.rows import in_sight

if TYPE_CHECKING:
    from tuimail.ui.quest import Quest

MOMENT = 0.05
"""Seconds that the first paint waits for the rows: a warm cache has them sooner, and one paint is enough."""

PREVIEW_AFTER = 0.15
SLOW_PREVIEW = 0.15
QUIET_AFTER = 0.3
LARGE = 50_000
"""So many messages are not marked at once."""

OUTGOING = (Role.SENT, Role.DRAFTS)
QUIET = (Role.SENT, Role.DRAFTS, Role.JUNK, Role.TRASH)
"""Folders whose unread mail nobody looks for."""

ORDERS = {
    "n": Order.NEWEST,
    "o": Order.OLDEST,
    "s": Order.SENDER,
    "t": Order.SUBJECT,
    "l": Order.LARGEST,
}


class MailScreen(AnsweringScreen):
    """Where one lives: the messages of a folder."""

    place = Place.LIST
    BINDINGS = bindings(Place.LIST)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._folder: Folder | None = None
        self._begun: asyncio.Task[Home | None] | None = asyncio.create_task(home(desk))
        self._standing = Standing(desk.engine)
        self._preview: Timer | None = None
        self._previewed: Ref | None = None
        self._offered: Folder | None = None
        self._quest: Quest | None = None
        self._asked: list[str] = []

    def contents(self) -> Iterable[Widget]:
        yield Horizontal(
            Container(id="folders"),
            Container(MessageList(self.desk, id="messages"), Container(id="beside"), id="pair"),
        )

    @property
    def messages(self) -> MessageList:
        return self.query_one(MessageList)

    def envelope(self) -> Envelope | None:
        return self.messages.current

    async def chosen(self) -> Chosen:
        """The marked messages; without marks, the one under the cursor or all of its conversation."""
        messages = self.messages
        if messages.marks:
            return chosen_of(messages.marked(), messages.marks.refs)
        return chosen_of(await messages.here())

    def marked(self) -> tuple[Ref, ...]:
        return self.messages.marks.refs

    async def after_triage(self, left: bool) -> None:
        if left:
            self.messages.unmark()
        await self.messages.follow()

    async def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        self.messages.focus()
        self.work(self._go_home, "home")
        with suppress(TimeoutError):
            async with asyncio.timeout(MOMENT):
                await self.messages.loaded.wait()
        self.call_after_refresh(self._furnish)

    def hear(self, news: News) -> None:
        """Keep the list and the title true."""
        match news:
            case FoldersChanged() if self._folder is None:
                self.work(self._go_home, "home")
            case FolderChanged(account, folder) if self._concerns(account, folder):
                self.messages.renew()
            case NewMail(account, count, bell=bell):
                self.say(f"{count} new in {account}")
                if bell:
                    self.app.bell()
            case _:
                pass
        if self._standing.hear(news):
            self._retitle()

    def on_message_list_counted(self, event: MessageList.Counted) -> None:
        self._standing.count(event.total, event.unread, len(self.messages.marks), event.view)
        self._retitle()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        if event.control is not self.messages:
            return
        self._offered = None
        if self._preview is not None:
            self._preview.stop()
        if self.query_one("#beside").display:
            self._preview = self.set_timer(PREVIEW_AFTER, self._show_preview)

    def on_screen_resume(self) -> None:
        for messages in self.query(MessageList):
            messages.resume()
            self._show_preview()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_preview)

    async def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        await self.action_open()

    def on_folder_list_picked(self, event: FolderList.Picked) -> None:
        self._pick(event.folder)

    async def action_open(self) -> None:
        """Open the message; of a conversation, the first unread one, or the newest."""
        if self.focused is not self.messages:
            return
        walk = Walk(self.messages)
        envelope = await walk.begin()
        if envelope is None:
            return
        drafts = self._folder is not None and self._folder.role is Role.DRAFTS
        if drafts and not self._everywhere:
            self.answer(self.desk.engine.drafts.take_up)
        else:
            await read(self.app, self.desk, envelope, walk, self._title())

    async def action_folders(self) -> None:
        from tuimail.ui.widgets.folder_line import FolderLine

        await self._furnish()
        self.add_class("-folders")
        if not self.query(FolderLine):
            await self.query_one(Edge).mount(FolderLine(self.query_one(FolderList), Safe("go to")))

    async def action_search(self) -> None:
        from tuimail.ui.quest import Quest
        from tuimail.ui.widgets.search_line import SearchLine

        view = self.messages.view
        if view is None or self.query(SearchLine):
            return
        if self._quest is None or self._quest.over:
            self._quest = Quest(self.desk, self.messages, view)
        await self.query_one(Edge).mount(SearchLine(self.messages, self._quest, self._asked))

    def action_unfind(self) -> None:
        """Let go of the marks; then of the search; then stop what is being read."""
        self.messages.focus()
        if self.messages.marks:
            self.messages.unmark()
        elif self._quest is not None and not self._quest.over:
            self._quest.back()
        elif self._folder is not None:
            for account, name in self._standing.reading(self._folder):
                self.desk.engine.sync.stop(account, name)

    def action_fetch(self) -> None:
        if self._folder is not None:
            self.work(partial(self._sync, self._folder), "sync")

    def action_leave(self) -> None:
        self.app.call_later(self.app.run_action, "app.leave")

    async def action_mark(self) -> None:
        await self.messages.mark()

    async def action_mark_all(self) -> None:
        if self.messages.count > LARGE:
            self.say("Marking…")
        await self.messages.mark_all()

    async def action_fold(self) -> None:
        if not await self.messages.fold():
            view = self.messages.view
            alone = view is not None and view.threaded
            self.say("This message stands alone." if alone else "Z shows conversations.")

    def action_threads(self) -> None:
        view = self.messages.view
        if view is not None:
            self._look_as(not view.threaded, view.order)
            self.say("Single messages." if view.threaded else "Conversations; z unfolds one.")

    def action_sort(self) -> None:
        from tuimail.ui.screens.ask import ChoiceScreen

        answers = {key: str(order) for key, order in ORDERS.items()}
        self.app.push_screen(ChoiceScreen(Safe("Sort by:"), answers), self._sort)

    async def action_unread(self, way: int) -> None:
        """Go to the next unread message; where there is none, offer a folder, and asked again go there."""
        if self._offered is not None:
            self._pick(self._offered)
        elif not await self.messages.to_unread(way):
            self._offered = self._other_unread(way)
            if self._offered is None:
                self.say("No other message is unread.")
            else:
                unread, name = self._offered.unread, self._named(self._offered)
                self.say(f"No more unread here · again: {unread:,} in {name}")

    async def _furnish(self) -> None:
        """Put folders and preview in their places; the first paint is for the messages."""
        if not self.query(FolderList):
            from tuimail.ui.widgets.letter_view import LetterView

            folders, letter = FolderList(self.desk), LetterView()
            mounted = self.query_one("#folders").mount(folders), self.query_one("#beside").mount(letter)
            for one in mounted:
                await one
            self._point()
            self.set_timer(QUIET_AFTER, partial(self.work, self._get_ready, "ready"))

    async def on_unmount(self) -> None:
        await put_reader_away(self.app)

    async def _get_ready(self) -> None:
        """Make the reader while nothing else is done."""
        await asyncio.to_thread(import_module, "tuimail.ui.screens.reader")
        if self.messages.current is not None and self.is_current:
            ready_to_read(self.app, self.desk, self.messages.current)

    def _point(self) -> None:
        """Put the folders' cursor where one is."""
        for folders in self.query(FolderList):
            if self._folder is not None:
                folders.point(spot(self._folder))

    async def _go_home(self) -> None:
        """Show the inbox, once the folders are known."""
        begun, self._begun = self._begun, None
        found = await (begun or home(self.desk))
        if found is not None and self._folder is None:
            await self._go(*found)

    def _pick(self, folder: Folder | None) -> None:
        self.remove_class("-folders")
        self.messages.focus()
        if folder is not None:
            self.work(partial(self._visit, folder), "sync")

    async def _visit(self, folder: Folder) -> None:
        await self._go(folder)
        self.desk.engine.follow.show(folder.account, folder.name)
        await self._sync(folder)

    async def _go(self, folder: Folder, begun: First | None = None) -> None:
        self._folder, self._offered, self._quest = folder, None, None
        view = looked_at(self.desk, folder)
        self._standing.go(folder)
        places = {} if view.is_one_folder else await words(self.desk)
        self.messages.show(view, folder.role in OUTGOING, begun, places)
        self._point()
        self._retitle()
        self._offer_keys(folder)

    def _offer_keys(self, folder: Folder) -> None:
        """Among sent mail one looks for what can still be done about it."""
        own = folder.role is Role.SENT
        first = self.keys_of_own(folder.account) if own else ()
        for bar in self.query(KeyBar):
            bar.turn(self.place, ANSWERS if own else frozenset(), first=first)

    async def _sync(self, folder: Folder) -> None:
        for account in self.desk.engine.accounts:
            if folder.account in ("", account.name):
                await self._ask(account.name, folder.name)

    async def _ask(self, account: str, name: str) -> None:
        """Bring a folder, the inbox unless named, up to date; an account without an answer stops no other."""
        try:
            name = name or await self.desk.engine.sync.home(account)
            await self.desk.engine.mailbox.sync(account, name)
        except MailboxError as error:
            self.say(line(f"{account}: {error}; what is here stays, and it is tried again"), trouble=True)

    def _look_as(self, threaded: bool, order: Order) -> None:
        if self._folder is not None:
            self.desk.habits.looked(spot(self._folder), threaded, order)
            self.messages.turn(threaded, order)

    def _sort(self, answer: str | None) -> None:
        view = self.messages.view
        if answer is not None and view is not None:
            self._look_as(view.threaded, ORDERS[answer])

    def _other_unread(self, way: int) -> Folder | None:
        """The next folder with unread mail, round and round."""
        folders = [folder for found in self.query(FolderList) for folder in found.folders]
        here = next(
            (n for n, one in enumerate(folders) if self._folder and spot(one) == spot(self._folder)), 0
        )
        others = [*folders[here + 1 :], *folders[:here]][::way]
        return next((one for one in others if one.unread and one.role not in QUIET), None)

    def _concerns(self, account: str, folder: str) -> bool:
        """Whether what is shown may have changed with that folder."""
        view = self.messages.view
        return view is not None and view.account in ("", account) and view.folder in ("", folder)

    def _named(self, folder: Folder) -> str:
        return f"{title(folder)} · {line(folder.account)}" if folder.account else title(folder)

    @property
    def _everywhere(self) -> bool:
        return self._quest is not None and self._quest.everywhere

    def _title(self) -> str:
        if self._everywhere:
            return "Everywhere"
        return self._named(self._folder) if self._folder is not None else ""

    def _retitle(self) -> None:
        if self._folder is not None:
            self.titled(f"{self._title()}{self._standing.left()}", self._standing.right())

    def _show_preview(self) -> None:
        envelope = self.messages.current
        beside = self.query_one("#beside").display and in_sight(self.messages)
        if envelope is not None and beside and envelope.ref != self._previewed:
            self.work(partial(self._fill_preview, envelope), "preview")

    async def _fill_preview(self, envelope: Envelope) -> None:
        """Show the message; while it is fetched its heading, and where it can't be had rather nothing than
        another one.
        """
        from tuimail.ui.format.letter import Headers
        from tuimail.ui.widgets.letter_view import LetterView

        await self._furnish()
        view = self.query_one(LetterView)
        waiting = self.set_timer(SLOW_PREVIEW, partial(self._head_preview, envelope))
        try:
            letter = await self.desk.engine.opening.letter(Source(envelope.ref))
        except TuimailError as error:
            view.show_text(block(str(error)))
        else:
            view.show(letter, Headers.FEW)
        finally:
            waiting.stop()
        self._previewed = envelope.ref

    def _head_preview(self, envelope: Envelope) -> None:
        from tuimail.ui.format.letter import Headers, heading
        from tuimail.ui.widgets.letter_view import LetterView

        if envelope.ref != self._previewed:
            self._previewed = None
            self.query_one(LetterView).show(heading(envelope), Headers.FEW)
