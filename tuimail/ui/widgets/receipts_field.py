"""The wish for receipts, when there is one."""

from collections.abc import Sequence

from textual.message import Message
from textual.reactive import reactive

from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, spread
from tuimail.ui.keys import key_of
from tuimail.ui.widgets.rows import Rows

WORDS = "asked for: of delivery, and of reading where they agree"


class ReceiptsField(Rows):
    """One row, or none."""

    DEFAULT_CSS = "ReceiptsField { height: auto; }"

    wished: reactive[bool] = reactive(False, layout=True)
    """Whether they are asked for."""

    class Changed(Message):
        """They are asked for now, or not any more."""

    def __init__(self, desk: Desk, wished: bool) -> None:
        super().__init__()
        self._desk = desk
        self.set_reactive(ReceiptsField.wished, wished)
        self.display = wished

    def watch_wished(self, wished: bool) -> None:
        self.display = wished
        self.post_message(self.Changed())

    def rows(self, width: int) -> Sequence[Row]:
        left = Piece(" Receipts ", Tone.MUTED), Piece(WORDS)
        help_ = Piece(f"  {key_of('receipts', self._desk.keymap)} not ", Tone.MUTED)
        return [spread(left, (help_,), width)] if self.wished else []
