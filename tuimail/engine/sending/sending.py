"""How mail leaves: what of the configuration, and of the process, the outbox needs."""

from msgspec import Struct

from tuimail.engine.sending.checks import HouseRules


class Sending(Struct, frozen=True):
    """`owner` names this process in the rows it claims; `undo_seconds` is the plain undo window. What was due
    more than `late_after` seconds ago while nothing ran is asked about first. There are no `rules` unless
    given.
    """

    owner: str
    undo_seconds: float
    late_after: float = 86_400.0
    rules: HouseRules | None = None
