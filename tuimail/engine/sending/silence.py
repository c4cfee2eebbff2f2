"""Noticing that another process holds the sender lock and sends nothing: stopped, or hanging."""

from tuimail.engine.news import Newsroom, Notice
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.safe import line

PATIENCE = 5.0
AGAIN = 60.0


class Silence:
    """Told at every look whether mail is due and none is on its way; says so when that lasts."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._since: float | None = None
        self._said = float("-inf")

    def mind(self, holder: str, stuck: bool, now: Moment) -> None:
        """`holder` is who should send."""
        if not stuck:
            self._since = None
            return
        if self._since is None:
            self._since = now.boot
        if now.boot - self._since >= PATIENCE and now.boot - self._said >= AGAIN:
            self._said = now.boot
            self._newsroom.announce(Notice(line(f"{holder} sends nothing. All is kept; end it to go on.")))
