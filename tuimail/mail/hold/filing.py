"""The copy in Sent: a job of a sent item that may fail and be tried again without touching the sending."""

from tuimail.mail.hold import retry
from tuimail.mail.hold.item import Filing, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, move
from tuimail.mail.letter.safe import line


def is_due(item: Item, now: Moment) -> bool:
    """Whether the copy should be filed now."""
    return item.state is State.SENT and item.filing is Filing.DUE and item.filing_due <= now.wall


def begin(item: Item, now: Moment) -> Move:
    """On disk before the first byte, so that a second try looks for the copy of the first."""
    return move(item, now, "filing the copy", filing_tries=item.filing_tries + 1)


def filed(item: Item, now: Moment, where: str) -> Move:
    """The copy stands in `where`."""
    return move(item, now, f"filed in {line(where)}", filing=Filing.DONE)


def left_to_server(item: Item, now: Moment) -> Move:
    """There is nothing to file: the server keeps a copy of what it sends."""
    return move(item, now, "the server files its own copy", filing=Filing.DONE)


def failed(item: Item, now: Moment, why: str, jitter: float) -> Move:
    """The copy could not be filed; it stays in the outbox and is tried again."""
    due = now.wall + retry.after_filing(item.filing_tries, jitter)
    words = "sent; the copy for Sent is kept here and tried again"
    return move(item, now, words, line(why), filing_due=due)
