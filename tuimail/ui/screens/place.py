"""What all places share: title, bottom edge, words for errors, and a calm line on a tiny terminal."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from tuimail.engine.news import Notice
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row
from tuimail.ui.keys import Place
from tuimail.ui.widgets.edge import Edge, KeyBar
from tuimail.ui.widgets.rows import Rows
from tuimail.ui.widgets.title import Title
from tuimail.ui.work import Trouble, start

WIDTHS = [(0, "-tiny"), (40, "-narrow"), (120, "-wide"), (160, "-vast")]
HEIGHTS = [(0, "-flat"), (9, "-low"), (30, "-tall")]
"""From how many columns and rows on a place has which class in `app.tcss`."""

OPENS = 0.5
"""Seconds that a key waits for the place that the key before it opens."""


def size_classes(width: int, height: int) -> str:
    """The classes of a terminal of this size."""
    across = max(pair for pair in WIDTHS if pair[0] <= width)
    down = max(pair for pair in HEIGHTS if pair[0] <= height)
    return f"{across[1]} {down[1]}"


class TooSmall(Rows):
    """Covers everything on a terminal that is too small to work in."""

    def rows(self, width: int) -> Sequence[Row]:
        words = "terminal too small, all is kept"
        if width < len(words):
            return [(Piece("too small,"),), (Piece("all is kept"),)]
        return [(Piece(words),)]


class PlaceScreen(Screen[None]):
    """A place: its title, what is in it, the bottom edge. `place` picks its keys."""

    place: ClassVar[Place]
    AUTO_FOCUS = None

    def __init__(self, desk: Desk) -> None:
        super().__init__(classes=size_classes(*self.app.size))
        self.desk = desk

    def compose(self) -> ComposeResult:
        yield Title()
        yield from self.contents()
        yield Edge(self.desk, self.place)
        yield TooSmall()

    def contents(self) -> Iterable[Widget]:
        """The widgets between title and bottom edge."""
        return ()

    def on_screen_resume(self) -> None:
        for edge in self.query(Edge):
            edge.look()

    def on_screen_suspend(self) -> None:
        """What was said here is of the past once another screen was opened over it."""
        for bar in () if self.app.screen_stack[-1:] == [self] else self.query(KeyBar):
            bar.hush()

    def titled(self, left: str, right: str | None = None) -> None:
        """Set the title; the right side stays when it is not given."""
        for title in self.query(Title):
            title.left = left
            title.right = title.right if right is None else right

    def say(self, text: str, trouble: bool = False) -> None:
        """One line for a person, in place of the keys; lost on a place that is not composed yet."""
        for bar in self.query(KeyBar):
            bar.say(text, trouble)

    def notice(self, notice: Notice) -> None:
        """The engine has something to say."""
        self.say(notice.text, notice.trouble)

    def work(self, what: Callable[[], Awaitable[None]], group: str) -> None:
        """Do something that may take a while; the latest of its group counts."""
        start(self, what, group)

    def on_trouble(self, event: Trouble) -> None:
        event.stop()
        self.say(event.text, trouble=True)

    async def work_first(self, what: Callable[[], Awaitable[None]], group: str) -> None:
        """The same, and the next key waits a moment for it: it is meant for the place that opens."""
        done = asyncio.Event()

        async def opened() -> None:
            try:
                await what()
            finally:
                done.set()

        self.work(opened, group)
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENS):
                await done.wait()

    async def keep(self) -> None:
        """Keep what is typed here; called before the program leaves or goes elsewhere."""

    def close(self) -> None:
        """Go back to where one came from; a second call, as from a second key, does nothing."""
        if self.is_current:
            self.dismiss()

    def action_leave(self) -> None:
        self.close()
