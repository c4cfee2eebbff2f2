"""The list of messages, with the folders and a preview beside it where there is room."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from textual import events
from textual.containers import Container, Horizontal
from textual.timer import Timer
from textual.widget import Widget

from tuimail.engine.engine import Engine
from tuimail.engine.news import FolderChanged, FoldersChanged, NewMail, News, Progress
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.format.letter import Headers
from tuimail.ui.format.lists import title
from tuimail.ui.format.times import hour
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.answering import AnsweringScreen
from tuimail.ui.screens.doors import read
from tuimail.ui.widgets.edge import Edge
from tuimail.ui.widgets.folder_list import FolderList
from tuimail.ui.widgets.letter_view import LetterView
from tuimail.ui.widgets.message_list import First, MessageList, first
from tuimail.ui.widgets.row_list import RowList

MOMENT = 0.05
"""Seconds that the first paint waits for the rows: a warm cache has them sooner, and one paint is enough."""

PREVIEW_AFTER = 0.15
OUTGOING = (Role.SENT, Role.DRAFTS)

Home = tuple[Folder, First]


class MailScreen(AnsweringScreen):
    """Where one lives: the messages of a folder."""

    place = Place.LIST
    BINDINGS = bindings(Place.LIST)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._folder: Folder | None = None
        self._begun: asyncio.Task[Home | None] | None = asyncio.create_task(_home(desk.engine))
        self._numbers = self._synced = ""
        self._preview: Timer | None = None
        self._previewed: Ref | None = None

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

    async def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        self.messages.focus()
        self.work(self._go_home, "home")
        with suppress(TimeoutError):
            await asyncio.wait_for(self.messages.loaded.wait(), MOMENT)
        self.call_after_refresh(self._furnish)

    def hear(self, news: News) -> None:
        """Keep the list and the title true."""
        match news:
            case FoldersChanged() if self._folder is None:
                self.work(self._go_home, "home")
            case FolderChanged(account, folder) if self._is_here(account, folder):
                self.messages.renew()
            case Progress(account, folder, done, total) if self._is_here(account, folder):
                self._synced = self._progress(done, total)
                self._retitle()
            case NewMail(account, count):
                self.say(f"{count} new in {account}")
            case _:
                pass

    async def step(self, rows: int, unread: bool = False, peek: bool = False) -> Envelope | None:
        """Move the cursor for the reader; the message it is on now, None at an end."""
        before = self.messages.cursor
        beside = self.messages.beside(rows)
        while unread and beside is not None and beside.seen:
            rows += 1 if rows > 0 else -1
            beside = self.messages.beside(rows)
        if peek or (unread and beside is None):
            return beside
        self.messages.action_move(rows)
        return None if self.messages.cursor == before else await self.messages.fetched()

    def on_message_list_counted(self, event: MessageList.Counted) -> None:
        query = line(event.view.query.text, 40)
        numbers = (
            f"{event.total:,} with “{query}”" if query else f"{event.unread:,} unread of {event.total:,}"
        )
        self._numbers = numbers
        self._retitle()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        if event.control is not self.messages:
            return
        if self._preview is not None:
            self._preview.stop()
        if self.query_one("#beside").display:
            self._preview = self.set_timer(PREVIEW_AFTER, self._show_preview)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_preview)

    async def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        await self.action_open()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.query_one(Edge).turn(Place.FOLDERS if isinstance(self.focused, FolderList) else Place.LIST)

    def on_folder_list_picked(self, event: FolderList.Picked) -> None:
        self._pick(event.folder)

    async def action_open(self) -> None:
        envelope = self.messages.current
        if envelope is None or self.focused is not self.messages:
            return
        if self._folder is not None and self._folder.role is Role.DRAFTS:
            self.answer(self.desk.engine.drafts.take_up)
        else:
            await read(self.app, self.desk, envelope, self.step, self._title())

    async def action_folders(self) -> None:
        await self._furnish()
        self.add_class("-folders")
        self.query_one(FolderList).focus()

    async def action_search(self) -> None:
        from tuimail.ui.widgets.search_line import SearchLine

        if not self.query(SearchLine):
            await self.query_one(Edge).mount(SearchLine(self.messages))

    def action_unfind(self) -> None:
        self.messages.focus()
        self.messages.narrow("")

    def action_fetch(self) -> None:
        if self._folder is not None:
            self.work(partial(self._sync, self._folder), "sync")

    def action_leave(self) -> None:
        self.app.call_later(self.app.run_action, "app.leave")

    async def _furnish(self) -> None:
        """Put folders and preview in their places; the first paint is for the messages."""
        if not self.query(FolderList):
            folders, letter = FolderList(self.desk), LetterView()
            mounted = self.query_one("#folders").mount(folders), self.query_one("#beside").mount(letter)
            for one in mounted:
                await one
            self._point()

    def _point(self) -> None:
        """Put the folders' cursor where one is."""
        for folders in self.query(FolderList):
            if self._folder is not None:
                folders.point(self._folder.account, self._folder.name)

    async def _go_home(self) -> None:
        """Show the first account's inbox, once its folders are known."""
        begun, self._begun = self._begun, None
        home = await (begun or _home(self.desk.engine))
        if home is not None and self._folder is None:
            self._go(*home)

    def _pick(self, folder: Folder | None) -> None:
        self.remove_class("-folders")
        self.messages.focus()
        if folder is not None:
            self._go(folder)
            self.work(partial(self._sync, folder), "sync")

    def _go(self, folder: Folder, begun: First | None = None) -> None:
        self._folder, self._numbers, self._synced = folder, "", ""
        self.messages.show(View(folder.account, folder.name), folder.role in OUTGOING, begun)
        self._point()
        self._retitle()

    async def _sync(self, folder: Folder) -> None:
        await self.desk.engine.mailbox.sync(folder.account, folder.name)
        if folder == self._folder:
            self._synced = f"synced {hour(self.desk.engine.now().wall)}"
            self._retitle()

    def _is_here(self, account: str, folder: str) -> bool:
        here = self._folder
        return here is not None and (here.account, here.name) == (account, folder)

    def _progress(self, done: int, total: int) -> str:
        if done < total:
            return f"reading {done:,} of {total:,}"
        return f"synced {hour(self.desk.engine.now().wall)}"

    def _title(self) -> str:
        folder = self._folder
        return f"{title(folder)} · {line(folder.account)}" if folder is not None else ""

    def _retitle(self) -> None:
        if self._folder is not None:
            right = "   ".join(part for part in (self._numbers, self._synced) if part)
            self.titled(self._title(), right)

    def _show_preview(self) -> None:
        envelope = self.messages.current
        if envelope is not None and self.query_one("#beside").display and envelope.ref != self._previewed:
            self.work(partial(self._fill_preview, envelope), "preview")

    async def _fill_preview(self, envelope: Envelope) -> None:
        letter = await self.desk.engine.mailbox.letter(envelope.ref)
        await self._furnish()
        self._previewed = envelope.ref
        self.query_one(LetterView).show(letter, Headers.FEW)


async def _home(engine: Engine) -> Home | None:
    """The first inbox there is, and what its list begins with; begun while the screen is being built."""
    for account in engine.accounts:
        for folder in await engine.mailbox.folders(account.name):
            if folder.role is Role.INBOX:
                return folder, await first(engine.mailbox, View(folder.account, folder.name))
    return None
