"""What becomes of mail in an outbox that can't be believed: an older copy, or one that was salvaged."""

from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, doubt, rest
from tuimail.mail.hold.outcome import Phase

COPY = "this outbox was restored from a copy: the mail may have left already; send now, or take back"
SALVAGED = "salvaged from a damaged outbox: it may have left already; send now, or take back"
PROBABLY_SENT = "its sending had begun before the outbox was put back: probably sent"


def ask(item: Item, now: Moment, why: str) -> Move | None:
    """No unfinished mail leaves before a person has said so.

    One whose body had begun to leave is looked for instead. What a server keeps needs nothing from here, and
    what is finished, unsure or asked about already stays as it is.
    """
    if item.handle:
        return None
    if item.state is State.SENDING and item.phase is Phase.DATA:
        return doubt(item, now, PROBABLY_SENT)
    if item.state in (State.WAITING, State.SENDING):
        return rest(item, now, why)
    return None
