"""A time the user chose for a mail to leave."""

from msgspec import Struct


class Schedule(Struct, frozen=True):
    """`at` is UTC seconds, resolved once; `zone` the IANA name it was meant in, `typed` the user's own words.

    `by_server` asks the server to keep the mail until then, so that this computer may be off.
    """

    at: float
    zone: str
    typed: str
    by_server: bool = False
