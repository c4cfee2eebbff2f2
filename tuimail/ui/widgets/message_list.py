"""The messages of a view: knows how many there are, and holds only the pages one looks at."""

import asyncio
from functools import partial

from msgspec.structs import replace
from textual.message import Message
from textual.strip import Strip

from tuimail.engine.mailbox import Mailbox
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.lists import message_row
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.window import PAGE, Window
from tuimail.ui.work import start

AHEAD = 100
"""Rows beyond the cursor that are asked for before one gets there."""


First = tuple[Window, int]
"""What a list begins with: its first page, and how many are unread in all."""


async def first(mailbox: Mailbox, view: View) -> First:
    """Read what the list of a view begins with."""
    total, unread = await mailbox.count(view)
    window = Window(total)
    window.put(0, await mailbox.page(view, 0, PAGE))
    return window, unread


class MessageList(RowList):
    """A virtual list over `mailbox.page`. Rows that are not here yet are blank until their page comes.

    When rows come or go the cursor stays on its message.
    """

    class Counted(Message):
        """The view's numbers are new."""

        def __init__(self, view: View, total: int, unread: int) -> None:
            super().__init__()
            self.view = view
            self.total = total
            self.unread = unread

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._window = Window()
        self._outgoing = False
        self._wanted: set[int] = set()
        self._stale = False
        self._loading = False
        self.view: View | None = None
        self.loaded = asyncio.Event()

    @property
    def current(self) -> Envelope | None:
        """The envelope under the cursor."""
        return self._window.row(self.cursor) if self.count else None

    def beside(self, rows: int) -> Envelope | None:
        """The envelope so many rows on, as far as it is here."""
        place = self.cursor + rows
        return self._window.row(place) if 0 <= place < self.count else None

    async def fetched(self) -> Envelope | None:
        """The envelope under the cursor, loaded when it is not here yet."""
        if self.view is not None and self.count and self.current is None:
            await self._fetch(self.view, self._window, self.cursor // PAGE)
        return self.current

    def show(self, view: View, outgoing: bool = False, begun: First | None = None) -> None:
        """Another view, from its top; `outgoing` names whom a message went to instead of who wrote it.

        `begun` is what `first` has read of it, if anything.
        """
        self.view, self._outgoing = view, outgoing
        start(self, partial(self._open, view, begun), "view")

    def narrow(self, query: str) -> None:
        """The same folder, only what matches the words of `query`."""
        if self.view is not None and query != self.view.query.text:
            self.show(replace(self.view, query=parse(query)), self._outgoing)

    def renew(self) -> None:
        """The view's rows came, went or changed. Any number of calls while one runs become one more."""
        self._stale = True
        if not self._loading:
            self._loading = True
            start(self, self._follow, "renew", exclusive=False)

    def row(self, index: int, width: int) -> Row:
        envelope = self._window.row(index)
        if envelope is None:
            return ()
        return message_row(envelope, width, self._desk.engine.now().wall, self._outgoing)

    def paint(self, index: int, width: int) -> Strip:
        self._want(index)
        return super().paint(index, width)

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        self._want(min(new + AHEAD, self.count - 1) if new > old else max(new - AHEAD, 0))

    def strip_key(self, index: int) -> object:
        return super().strip_key(index), self._window.row(index) is None

    async def _open(self, view: View, begun: First | None) -> None:
        window, unread = begun or await first(self._desk.engine.mailbox, view)
        self._take(window, 0, 0, unread)
        self.empty = "Nothing found." if view.query.terms else "No mail here yet."

    async def _follow(self) -> None:
        try:
            while self._stale and self.view is not None:
                self._stale = False
                await self._again(self.view)
        finally:
            self._loading = False

    async def _again(self, view: View) -> None:
        """Load what is in sight once more, and find the cursor's message in it."""
        mailbox = self._desk.engine.mailbox
        total, unread = await mailbox.count(view)
        window, old, top = Window(total), self.cursor, self.scroll_offset.y
        shift = total - self.count
        near = ((old, old + 1), (old + shift, old + shift + 1), (top, top + self.size.height))
        for first, stop in near:
            for page in window.missing(first, stop):
                window.put(page, await mailbox.page(view, page * PAGE, PAGE))
        if view != self.view:
            return
        here = self.current
        found = window.index(here.ref) if here is not None else None
        cursor = self.cursor if found is None else found
        self._take(window, cursor, top and top + cursor - self.cursor, unread)

    def _take(self, window: Window, cursor: int, top: int, unread: int) -> None:
        self._window = window
        self._wanted.clear()
        self.loaded.set()
        self.place(window.total, cursor, top)
        if self.view is not None:
            self.post_message(self.Counted(self.view, window.total, unread))

    def _want(self, index: int) -> None:
        page = index // PAGE
        if self.view is not None and self._window.missing(index, index + 1) and page not in self._wanted:
            self._wanted.add(page)
            start(self, partial(self._fetch, self.view, self._window, page), "pages", exclusive=False)

    async def _fetch(self, view: View, window: Window, page: int) -> None:
        rows = await self._desk.engine.mailbox.page(view, page * PAGE, PAGE)
        if window is self._window:
            window.put(page, rows)
            self._wanted.discard(page)
            self._show_page(page)

    def _show_page(self, page: int) -> None:
        """Paint what came if any of it is in sight."""
        top = self.scroll_offset.y
        if top // PAGE <= page <= (top + self.size.height) // PAGE:
            self.refresh()
            self.post_message(self.Moved(self, self.cursor))
