"""Whose name a draft is written in, where there is a choice."""

from collections.abc import Sequence

from textual.reactive import reactive

from tuimail.mail.letter.address import show
from tuimail.mail.letter.identity import Identity
from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, spread
from tuimail.ui.keys import key_of
from tuimail.ui.widgets.rows import Rows

WIDEST = 104
"""As wide as the text under it becomes."""


class FromField(Rows):
    """One row: the identity, its account, and the key that changes it; none where one is only one."""

    DEFAULT_CSS = "FromField { height: auto; }"

    identity: reactive[Identity | None] = reactive(None)
    """Who one is in the draft."""

    def __init__(self, desk: Desk, identity: Identity) -> None:
        super().__init__()
        self._desk = desk
        known = desk.engine.drafts.identities()
        self.display = len(known) > 1 or identity not in known
        self.set_reactive(FromField.identity, identity)

    def rows(self, width: int) -> Sequence[Row]:
        if self.identity is None:
            return []
        account = f" · {line(self.identity.account)}"
        left = (
            Piece(" From     ", Tone.MUTED),
            Piece(show(self.identity.address)),
            Piece(account, Tone.MUTED),
        )
        key = Piece(f"  {key_of('identity', self._desk.keymap)} next ", Tone.MUTED)
        return [spread(left, (key,), min(width, WIDEST))]
