"""Choosing when a mail leaves: suggestions, or words in English or Japanese, with what was understood."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tuimail.mail.errors import MailboxError, ScheduleError
from tuimail.mail.hold.keeping import Offer
from tuimail.mail.when.schedule import Schedule
from tuimail.ui import keys
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.when import Option, keeper_row, meaning, meaning_rows, option_rows, suggested
from tuimail.ui.keys import Place, bindings
from tuimail.ui.widgets.edge import keys_row
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.work import caught_up, start

AGAIN_EVERY = 5.0
LONGER = ((60.0, "1 minute longer"), (600.0, "10 minutes longer"), (3600.0, "1 hour longer"))


class Answer(Struct, frozen=True):
    """A time, or so many seconds more; with neither, it leaves as soon as the rules let it."""

    schedule: Schedule | None = None
    longer: float = 0.0


Offered = tuple[Option, Answer]


class WhenScreen(ModalScreen[Answer | None]):
    """Answers what was chosen, or None after escape.

    The server of `account` is asked whether it keeps mail; `longer` suggests lengths and not times, `soon`
    also to do without one. Raises ScheduleError where this computer tells no time zone.
    """

    BINDINGS = bindings(Place.WHEN)
    AUTO_FOCUS = "Input"

    def __init__(
        self,
        desk: Desk,
        title: str,
        account: str = "",
        longer: bool = False,
        soon: bool = False,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._title = title
        self._account = account
        self._longer = longer
        self._soon = soon
        self._zone = desk.zone()
        self._calendar = desk.calendar()
        self._offered: Sequence[Offered] = ()
        self._chosen = 0
        self._words, self._refused = "", False
        self._offer: Offer | None = None
        self._kept = False
        self._renew()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Painted(self._options, id="options")
            field = Input(compact=True, select_on_focus=False)
            yield Horizontal(
                Label("   or until  " if self._longer else "   or in words  ", markup=False), field
            )
            yield Painted(self._below, id="below")

    def on_mount(self) -> None:
        self.set_interval(AGAIN_EVERY, self._again)
        start(self, self._ask_keeper, "keeper")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._understand()
        self._repaint()

    def action_choose(self, rows: int) -> None:
        """Another suggestion; typed words are let go of."""
        field = self.query_one(Input)
        if field.value:
            field.value = ""
        else:
            self._chosen = (self._chosen + rows) % len(self._offered)
            self._repaint()

    def action_keeper(self) -> None:
        self._kept = self._offer is not None and not self._kept
        self._repaint()

    async def action_accept(self) -> None:
        field = self.query_one(Input)
        await caught_up(field)
        if not field.value.strip():
            self._leave(self._offered[self._chosen][1])
        elif (schedule := self._understand()) is not None:
            self._leave(Answer(schedule))
        else:
            self._repaint()

    def action_leave(self) -> None:
        self._leave(None)

    def _leave(self, answer: Answer | None) -> None:
        if answer is not None and answer.schedule is not None and self._keeps(answer.schedule):
            answer = Answer(replace(answer.schedule, by_server=True))
        if self.is_current:
            self.dismiss(answer)

    def _keeps(self, schedule: Schedule) -> bool:
        ahead = schedule.at - self._desk.engine.now().wall
        return self._kept and self._offer is not None and ahead <= self._offer.longest

    def _understand(self) -> Schedule | None:
        """Read the words; None for what can't be understood, which is then said."""
        from tuimail.mail.when.understood import understood

        text = self.query_one(Input).value
        self._words, self._refused = "", False
        if not text.strip():
            return None
        try:
            read = understood(text, self._desk.engine.now().wall, self._zone, self._calendar)
        except ScheduleError as error:
            self._words, self._refused = str(error), True
            return None
        self._words = meaning(read)
        return read.schedule

    def _again(self) -> None:
        """What was understood an instant ago is said anew: time goes by."""
        self._renew()
        self._understand()
        self._repaint()

    def _renew(self) -> None:
        self._offered = tuple(self._suggestions())

    def _suggestions(self) -> Iterable[Offered]:
        from zoneinfo import ZoneInfo

        from tuimail.mail.when.understood import suggestions, understood

        if self._longer:
            yield from ((Option(words, ""), Answer(longer=seconds)) for seconds, words in LONGER)
            return
        now = self._desk.engine.now().wall
        for words, schedule in suggestions(now, self._zone, self._calendar):
            read = understood(words, now, self._zone, self._calendar)
            yield Option(words, suggested(read, now, ZoneInfo(self._zone))), Answer(schedule)
        if self._soon:
            yield Option("no such time", "it leaves after the undo window, or when the rules say"), Answer()

    async def _ask_keeper(self) -> None:
        """Ask the account's server whether it would keep a mail; one that can't be asked does not."""
        accounts = {account.name: account for account in self._desk.engine.accounts}
        keeper = accounts[self._account].keeper if self._account in accounts else None
        if keeper is None:
            return
        try:
            self._offer = await keeper.offer()
        except MailboxError:
            return
        self._repaint()

    def _options(self, width: int) -> Iterable[Row]:
        typed = bool(self._words)
        options = [option for option, _ in self._offered]
        return option_rows(self._title, self._zone, options, -1 if typed else self._chosen, width)

    def _below(self, width: int) -> Iterable[Row]:
        yield from meaning_rows(self._words, self._refused, width)
        if self._offer is not None:
            yield keeper_row(self._offer, self._kept, width)
        needless = () if self._offer is not None else ("when_server",)
        yield keys_row(keys.bar(Place.WHEN, self._desk.keymap, needless), width)

    def _repaint(self) -> None:
        for painted in self.query(Painted):
            painted.refresh(layout=True)
