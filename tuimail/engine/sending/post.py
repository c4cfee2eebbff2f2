"""What everybody who sends works with."""

from msgspec import Struct

from tuimail.engine.news import Newsroom
from tuimail.engine.sending.items import Items
from tuimail.engine.sending.stops import Stops
from tuimail.ports import Clock, Ids


class Post(Struct, frozen=True):
    """`owner` names this process in the rows it claims; what is overdue by more than `late_after` seconds is
    put to a person.
    """

    items: Items
    stops: Stops
    clock: Clock
    ids: Ids
    newsroom: Newsroom
    owner: str
    late_after: float
