"""How much of the mail can be searched on this computer."""

from msgspec import Struct


class Covered(Struct, frozen=True):
    """A folder: how many messages are in it, and of how many the text is not here."""

    account: str
    folder: str
    total: int
    textless: int
