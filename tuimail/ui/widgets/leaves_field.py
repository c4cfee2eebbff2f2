"""The time at which a draft is to leave, when one was chosen."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from tuimail.mail.letter.safe import line
from tuimail.mail.when.schedule import Schedule
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, spread
from tuimail.ui.keys import key_of
from tuimail.ui.widgets.rows import Rows

AGAIN_EVERY = 10.0


class LeavesField(Rows, can_focus=True):
    """One row, or none; with the focus on it, backspace takes the time away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete,backspace", "clear", show=False)]
    DEFAULT_CSS = "LeavesField { height: auto; }"

    schedule: reactive[Schedule | None] = reactive(None, layout=True)
    """The time."""

    class Changed(Message):
        """Another time, or none."""

    def __init__(self, desk: Desk, schedule: Schedule | None) -> None:
        super().__init__()
        self._desk = desk
        self.set_reactive(LeavesField.schedule, schedule)
        self.display = schedule is not None

    @property
    def has_passed(self) -> bool:
        """Whether the time lies behind."""
        return self.schedule is not None and self.schedule.at <= self._desk.engine.now().wall

    def on_mount(self) -> None:
        self.set_interval(AGAIN_EVERY, self.refresh)

    def watch_schedule(self, schedule: Schedule | None) -> None:
        self.display = schedule is not None
        self.post_message(self.Changed())

    def rows(self, width: int) -> Sequence[Row]:
        return [] if self.schedule is None else [self._row(self.schedule, width)]

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_clear(self) -> None:
        self.schedule = None
        self.screen.focus_previous()

    def _row(self, schedule: Schedule, width: int) -> Row:
        from tuimail.mail.when.words import preview

        words = preview(schedule.at, self._desk.engine.now().wall, self._desk.zone(), "en")
        passed = (Piece(" has passed", Tone.ALERT),) if self.has_passed else ()
        keeper = (Piece(" · the server keeps it", Tone.MUTED),) if schedule.by_server else ()
        typed = Piece(f"  {line(schedule.typed, 24)}", Tone.MUTED)
        help_ = "backspace clears" if self.has_focus else f"{key_of('schedule', self._desk.keymap)} change"
        tone = Tone.STRONG if self.has_focus else Tone.PLAIN
        left = (Piece(" Leaves   ", Tone.MUTED), Piece(words, tone), *passed, *keeper, typed)
        return spread(left, (Piece(f"  {help_} ", Tone.ACCENT if self.has_focus else Tone.MUTED),), width)
