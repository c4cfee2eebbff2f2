"""How one leaves a mailing list."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.letter import host
from tuimail.mail.letter.link import host as host_of
from tuimail.mail.letter.mailing import Mailing
from tuimail.mail.letter.safe import Safe, line


class Means(StrEnum):
    """In the order in which they are preferred: the first takes one step, the second shows what is sent."""

    CLICK = "click"
    MAIL = "mail"
    PAGE = "page"


class Way(Struct, frozen=True):
    """A way out: `target` is its URL, `whom` the host or the address that will learn of it."""

    means: Means
    target: str
    whom: Safe


def way_out(mailing: Mailing) -> Way | None:
    """The best way to leave the list, or None when it names none."""
    if mailing.one_click and host_of(mailing.web):
        return Way(Means.CLICK, mailing.web, host.shown(host_of(mailing.web)))
    if mailing.mail and "@" in host_of(mailing.mail):
        return Way(Means.MAIL, mailing.mail, line(host_of(mailing.mail), 320))
    if host_of(mailing.web):
        return Way(Means.PAGE, mailing.web, host.shown(host_of(mailing.web)))
    return None
