"""A mail that left, to be made what it should have been; the differences are listed below."""

from collections.abc import Callable, Iterable

from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea

from tuimail.mail.after.correction_changes import Change, changes
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.painted import Painted

SHOWN = 4
LOOK_AFTER = 0.2


class AmendScreen(PlaceScreen):
    """Edits a copy, beginning with `text`; `amended` is told what it became, and whether that is final."""

    place = Place.AMEND
    BINDINGS = bindings(Place.AMEND)

    def __init__(
        self, desk: Desk, mail: SentMail, original: str, text: str, amended: Callable[[str, bool], None]
    ) -> None:
        super().__init__(desk)
        self._mail, self._original, self._text, self._amended = mail, original, text, amended
        self._found: tuple[Change, ...] = ()
        self._soon: Timer | None = None

    def contents(self) -> Iterable[Widget]:
        yield TextArea(self._text, compact=True, highlight_cursor_line=False, id="body")
        yield Painted(self._differences, id="differences")

    def on_mount(self) -> None:
        subject = line(self._mail.subject, 200) or "(no subject)"
        self.titled(f"Correct: {subject} · write what it should have said")
        self.query_one(TextArea).focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self._soon is None:
            self._soon = self.set_timer(LOOK_AFTER, self._look)

    def action_amended(self) -> None:
        """Write the correction of what was changed."""
        self._look()
        if not self._found:
            self.say("Nothing is different yet: change what was wrong.")
            return
        self._end(True)

    def action_leave(self) -> None:
        """Back to the question; what was typed is there again the next time."""
        self._end(False)

    def _end(self, final: bool) -> None:
        text = self.query_one(TextArea).text
        self.close()
        self._amended(text, final)

    def _look(self) -> None:
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        self._found = changes(self._original, self.query_one(TextArea).text)
        self.query_one("#differences").refresh(layout=True)

    def _differences(self, width: int) -> Iterable[Row]:
        if not self._found:
            yield (Piece(" No differences yet.", Tone.MUTED),)
        for one in self._found[:SHOWN]:
            wrong, right = one.wrong or "(missing)", one.right or "(removed)"
            yield (Piece(f" {wrong}", Tone.MUTED), Piece("  →  ", Tone.ACCENT), Piece(right, Tone.STRONG))
        if len(self._found) > SHOWN:
            yield (Piece(f" and {len(self._found) - SHOWN:,} more", Tone.MUTED),)
