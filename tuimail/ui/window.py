"""The part of a long list that is in memory: whole pages of rows around where one looks."""

from collections.abc import Sequence

from tuimail.mail.folder.thread import Thread
from tuimail.mail.letter.envelope import Envelope, Ref

PAGE = 200
KEPT = 12

Line = Envelope | Thread
"""A row of a view: a message, or a conversation."""

Name = Ref | int
"""What tells a row again when others came or went: a message's place, a conversation's number."""


def envelope_of(line: Line) -> Envelope:
    """The message a row speaks of; of a conversation, the newest."""
    return line.newest if isinstance(line, Thread) else line


def name_of(line: Line) -> Name:
    """What tells a row again."""
    return line.key if isinstance(line, Thread) else line.ref


class Window:
    """`total` rows, of which at most KEPT pages are known; the page longest unused goes first."""

    def __init__(self, total: int = 0) -> None:
        self.total = total
        self._pages: dict[int, Sequence[Line]] = {}

    def row(self, index: int) -> Line | None:
        """What stands on a row, or None while its page is not here."""
        page = self._pages.get(index // PAGE, ())
        place = index % PAGE
        return page[place] if place < len(page) else None

    def missing(self, start: int, stop: int) -> tuple[int, ...]:
        """The pages that rows `start` to `stop` need and that are not here."""
        first, last = max(start, 0), min(stop, self.total)
        wanted = range(first // PAGE, (last - 1) // PAGE + 1) if last > first else range(0)
        return tuple(page for page in wanted if page not in self._pages)

    def put(self, page: int, rows: Sequence[Line]) -> None:
        """A page arrived."""
        self._pages.pop(page, None)
        self._pages[page] = rows
        while len(self._pages) > KEPT:
            self._pages.pop(next(iter(self._pages)))

    def index(self, name: Name) -> int | None:
        """The row with this name, as far as it is in the window."""
        for page, rows in self._pages.items():
            for place, line in enumerate(rows):
                if name_of(line) == name:
                    return page * PAGE + place
        return None
