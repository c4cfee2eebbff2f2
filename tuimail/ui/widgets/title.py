"""The top line: where one is, and how things stand there."""

from collections.abc import Sequence

from textual.reactive import reactive

from tuimail.ui.format.cells import Piece, Row, Tone, spread
from tuimail.ui.widgets.rows import Rows


class Title(Rows):
    """Name of the place at the left, its state at the right. Both are sanitised text."""

    DEFAULT_CSS = "Title { dock: top; height: 2; border-bottom: solid $mail-rule; background: $mail-bar; }"

    left: reactive[str] = reactive("")
    """The name of the place."""

    right: reactive[str] = reactive("")
    """How things stand."""

    def rows(self, width: int) -> Sequence[Row]:
        left, right = (Piece(f" {self.left}", Tone.STRONG),), (Piece(f"  {self.right} ", Tone.MUTED),)
        return [spread(left, right, width)]
