"""The outbox: everything held, on its way, unclear or failed, and what happened to each."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from tuimail.engine.news import News
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.safe import line
from tuimail.ui.calm import Calm
from tuimail.ui.deeds import KEYS, Deed, possible
from tuimail.ui.desk import Desk
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.doing import DoingScreen
from tuimail.ui.screens.doors import choose_time, correct, recall, write
from tuimail.ui.screens.when import Answer
from tuimail.ui.widgets.about_item import AboutItem
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.held_lines import OUTBOX_NEWS
from tuimail.ui.widgets.item_list import ItemList
from tuimail.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from tuimail.mail.after.sent_mail import SentMail

RENEW_EVERY = 0.25
TOO_LATE = "Too late to take it back: it has begun to leave."


class OutboxScreen(DoingScreen):
    """Items above, what is known of the one under the cursor below. Keys act on the marked ones, or on it."""

    place = Place.OUTBOX
    BINDINGS = bindings(Place.OUTBOX)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._renewed = Calm(self, self._renew, RENEW_EVERY)

    def contents(self) -> Iterable[Widget]:
        yield ItemList(self.desk)
        yield AboutItem(self.desk)

    def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        self.items.focus()
        self._renew()
        self.work(self._load, "load")

    def hear(self, news: News) -> None:
        """Another state of an item: list and trail anew, a few times a second at most."""
        if isinstance(news, OUTBOX_NEWS):
            self._renewed()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        self._offer_keys()
        if self.items.current != self.query_one(AboutItem).item:
            self.work(self._show_trail, "trail")

    def action_leave(self) -> None:
        """Stop what is being done to many; then let go of the marks; then leave."""
        if self.stopped():
            return
        if self.items.marked:
            self.items.clear_marks()
            self.remarked()
        else:
            super().action_leave()

    def action_mark(self) -> None:
        self.items.mark()
        self.remarked()

    def action_mark_all(self) -> None:
        self.items.mark_all()
        self.remarked()

    def action_mark_others(self) -> None:
        self.items.mark_others()
        self.remarked()

    def action_undo(self) -> None:
        """One goes back to the composer, several to Drafts."""
        chosen = self.items.chosen
        if len(chosen) == 1 and not self.items.marked:
            self.work(partial(self._undo, chosen[0]), "act")
            return
        act = self.desk.engine.outbox.undo
        self.do(Deed(act, "Taking back", "taken back to Drafts", "too late", TOO_LATE))

    def action_now(self) -> None:
        self.do(
            Deed(self.desk.engine.outbox.now, "Making due", "due now", "past that", "It is past that."),
            "Send {} mails now?",
        )

    def action_again(self) -> None:
        self.do(
            Deed(
                self._again,
                "Trying again",
                "tried again",
                "not in question",
                "Only a failed or a probably sent mail asks for that.",
            ),
            "Send {} mails again, also those that may have arrived?",
        )

    def action_settle(self, sent: bool) -> None:
        self.do(
            Deed(
                partial(self.desk.engine.outbox.settle, sent=sent),
                "Settling",
                "taken as sent",
                "not in question",
                "Only a probably sent mail asks for that.",
            )
        )

    def action_go_on(self) -> None:
        self.work(self._go_on, "go on")

    def action_pause(self) -> None:
        """Pause what waits; when nothing of it waits, release it."""
        outbox = self.desk.engine.outbox
        if any(item.state is State.WAITING for item in self.items.chosen):
            self.do(Deed(outbox.pause, "Pausing", "paused", "not waiting", "It does not wait."))
        else:
            alone = "Only what waits is paused, and only what is paused is released."
            self.do(Deed(outbox.release, "Releasing", "released", "not paused", alone))

    def action_later(self) -> None:
        self._ask("Wait how much longer?", longer=True)

    def action_when(self) -> None:
        self._ask("Leave when?")

    def action_delete(self) -> None:
        chosen = self.items.chosen
        if any("item_delete" not in possible(item) for item in chosen):
            self.say("What is still to leave is not deleted: u takes it back first.", trouble=True)
            return
        deed = Deed(
            self.desk.engine.outbox.delete, "Deleting", "deleted", "still to leave", "It is still to leave."
        )
        self.do(deed, "Remove {} mails from the outbox?", "Remove 「{}」 from the outbox?")

    async def action_correct(self) -> None:
        """Put right the item here if it has left, else the last mail that did."""
        await self.work_first(self._correct, "correct")

    async def action_recall(self) -> None:
        """See whether the item here can be asked for, if it has left."""
        await self.work_first(self._recall, "correct")

    def _ask(self, title: str, longer: bool = False) -> None:
        """Open the picker; what is chosen there is done to what is chosen here now."""
        chosen = self.items.chosen
        accounts = {item.account for item in chosen}
        account = accounts.pop() if len(accounts) == 1 and not longer else ""
        if chosen:
            put_off = partial(self._put_off, chosen)
            self.work(partial(choose_time, self.app, self.desk, put_off, title, account, longer), "ask")

    def _put_off(self, chosen: Sequence[Item], answer: Answer | None) -> None:
        if answer is None:
            return
        outbox = self.desk.engine.outbox
        act = partial(outbox.later, seconds=answer.longer)
        if answer.schedule is not None:
            act = partial(outbox.reschedule, schedule=answer.schedule)
        self.begin(Deed(act, "Putting off", "put off", "past waiting", "It is past waiting."), chosen)

    async def _correct(self) -> None:
        await correct(self.app, self.desk, await self._sent())

    async def _recall(self) -> None:
        await recall(self.app, self.desk, await self._sent())

    async def _sent(self) -> "SentMail | None":
        """The item here, if it has left."""
        item = self.items.current
        return await self.desk.engine.sent.of_item(item.id) if item is not None else None

    async def _undo(self, item: Item) -> None:
        if item.handle:
            self.say("Asking the server to give it back…")
        draft = await self.desk.engine.outbox.undo(item.id)
        if draft is None:
            self.say(TOO_LATE, trouble=True)
        else:
            await write(self.app, self.desk, draft)

    async def _go_on(self) -> None:
        """Try the mail of the stopped accounts again: the login may have been mended."""
        stops = self.desk.engine.outbox.stops()
        for stop in stops:
            await self.desk.engine.outbox.go(stop.account)
        names = line(", ".join(stop.account for stop in stops))
        self.say(f"Trying {names} again." if names else "No account is stopped.")

    async def _again(self, item_id: str) -> bool:
        """Try a failed one again; send the same bytes of an unsure one again."""
        item = self.desk.held.get(item_id)
        outbox = self.desk.engine.outbox
        if item is not None and item.state is State.FAILED:
            return await outbox.now(item_id)
        return await outbox.settle(item_id, False)

    async def _load(self) -> None:
        """What is on disk; from then on the news says what changed."""
        await self.desk.engine.outbox.items()
        self.desk.held.load(self.desk.engine.now())
        self._renew()

    def _renew(self) -> None:
        self.items.renew()
        self._retitle()

    def remarked(self) -> None:
        self._retitle()
        self._offer_keys()

    def _retitle(self) -> None:
        held, asks = self.desk.held.counts()
        numbers = [f"{held:,} held"] if held else []
        numbers += [f"{asks:,} needs you" if asks == 1 else f"{asks:,} need you"] if asks else []
        marked = len(self.items.marked)
        elsewhere = "" if self.desk.engine.outbox.sending_here else "another tuimail sends"
        self.titled(" · ".join(["Outbox", *numbers]), f"{marked:,} marked" if marked else elsewhere)

    def _offer_keys(self) -> None:
        """Show the keys that are of use for what is chosen, and what `p` would do."""
        chosen = self.items.marked_or_current
        useful = frozenset[str]().union(*map(possible, chosen))
        waits = any(item.state is State.WAITING for item in chosen)
        labels = {} if waits else {"item_pause": "release"}
        if any(item.state is State.FAILED for item in chosen):
            labels["item_again"] = "try again"
        needless = KEYS - useful
        needless |= frozenset() if self.items.count else {"item_mark"}
        needless |= frozenset() if self.desk.engine.outbox.stops() else {"account_go"}
        self.query_one(KeyBar).turn(self.place, needless, labels, self._next(chosen))

    def _next(self, chosen: Sequence[Item]) -> Sequence[str]:
        """What can still be done about mail that left: asked back where there is somebody to ask."""
        asked = {account.name for account in self.desk.engine.accounts if account.exchange is not None}
        left = bool(chosen) and all(item.state is State.SENT for item in chosen)
        return ("correct", "recall") if left and all(item.account in asked for item in chosen) else ()

    async def _show_trail(self) -> None:
        item = self.items.current
        trail = await self.desk.engine.outbox.trail(item.id) if item is not None else ()
        self.query_one(AboutItem).show(item, trail)
