"""The messages of a view: knows how many there are, and holds only the pages one looks at."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from msgspec.structs import replace
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tuimail.mail.folder.thread import Thread, tree
from tuimail.mail.folder.view import Order, View
from tuimail.mail.letter.envelope import Envelope
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.lists import Layout, message_row, thread_row
from tuimail.ui.listed import Listed
from tuimail.ui.loading import First, again, fill, first, page
from tuimail.ui.marks import Marks
from tuimail.ui.unfolded import Unfolded
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.widgets.rows import in_sight
from tuimail.ui.window import PAGE, Line, Window, envelope_of
from tuimail.ui.work import PATIENCE, start

AHEAD = 2 * PAGE
"""Rows beyond the cursor that are asked for before one gets there."""

RENEW_EVERY = 0.2
NEIGHBOURS = 50
"""How many of those that follow are tried when the message under the cursor went away."""


class MessageList(RowList):
    """A virtual list over `mailbox.page` or `mailbox.threads`. Rows that are not here yet are blank until
    their page comes. When rows come or go the cursor stays on its message, or on the one that follows it.
    """

    class Counted(Message):
        """The view's numbers, or the marks, are new."""

        def __init__(self, view: View, total: int, unread: int) -> None:
            super().__init__()
            self.view = view
            self.total = total
            self.unread = unread

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._listed = Listed(Window(), Unfolded())
        self.outgoing = False
        self._unread = 0
        self.places: Mapping[tuple[str, str], str] = {}
        self._own = frozenset(i.address.spec.lower() for one in desk.engine.accounts for i in one.identities)
        self._wanted: set[int] = set()
        self._renewed = Calm(self, partial(start, self, self.follow, "renew", False), RENEW_EVERY)
        self._following = asyncio.Lock()
        self._stale = False
        self.marks = Marks()
        self.view: View | None = None
        self.loaded = asyncio.Event()
        self._opened = asyncio.Event()

    @property
    def line(self) -> Line | None:
        """The message or the conversation under the cursor."""
        return self._listed.line(self.cursor) if self.count else None

    @property
    def current(self) -> Envelope | None:
        """The envelope under the cursor; of a conversation, the newest."""
        line = self.line
        return None if line is None else envelope_of(line)

    def beside(self, rows: int) -> Envelope | None:
        """The envelope so many rows on, as far as it is here."""
        place = self.cursor + rows
        line = self._listed.line(place) if 0 <= place < self.count else None
        return None if line is None else envelope_of(line)

    async def fetched(self) -> Envelope | None:
        """The envelope under the cursor, loaded when it is not here yet."""
        await self._ready(self.cursor)
        return self.current

    async def here(self) -> tuple[Envelope, ...]:
        """The message under the cursor; of a conversation, all messages in the view, oldest first."""
        await self._ready(self.cursor)
        match self.line:
            case Thread(total=total) as thread if total > 1 and self.view is not None:
                return await self._desk.engine.mailbox.thread(self.view, thread.key)
            case None:
                return ()
            case line:
                return (envelope_of(line),)

    def show(
        self,
        view: View,
        outgoing: bool = False,
        begun: First | None = None,
        places: Mapping[tuple[str, str], str] | None = None,
        at: Envelope | None = None,
    ) -> None:
        """Another view, from its top or on the message `at`; `outgoing` names whom a message went to
        instead of who wrote it.

        `begun` is what `first` has read of it, if anything; `places` has words for (account, folder), for a
        view of several.
        """
        self.view, self.outgoing, self.places = view, outgoing, places or {}
        self.marks.clear()
        self._begin(view, begun, at)

    def turn(self, threaded: bool, order: Order) -> None:
        """The same messages as conversations or one by one, the cursor on the same; or in another order, from
        the top.
        """
        if self.view is not None:
            at = self.current if order is self.view.order else None
            self.view = replace(self.view, threaded=threaded, order=order)
            self._begin(self.view, None, at)

    def renew(self) -> None:
        """The view's rows came, went or changed; looked at a few times a second at most, while in sight."""
        self._stale = True
        if in_sight(self):
            self._renewed()

    def resume(self) -> None:
        """In sight again."""
        if self._stale:
            self._renewed()

    async def caught_up(self) -> None:
        """Wait until the list shows what is known."""
        if self._stale:
            await self.follow()

    async def opened(self) -> None:
        """Wait a moment for the view that was asked for last, so that a key acts on its rows."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._opened.wait()

    async def follow(self) -> None:
        """Load what is in sight once more, and find the cursor's message in it."""
        async with self._following:
            view = self.view
            if view is None or not self.loaded.is_set():
                return
            self._stale = False
            mailbox = self._desk.engine.mailbox
            fresh, unread = await again(mailbox, view, self._listed, self.cursor)
            rows = map(fresh.row, self._sight(self._top(fresh), fresh))
            await fill(mailbox, view, fresh.window, rows)
            if view == self.view:
                self._take(fresh, self._moved(fresh), self._top(fresh), unread)

    async def fold(self) -> bool:
        """Unfold the conversation under the cursor, or fold it again; False where there is none."""
        await self.opened()
        listed, line, view = self._listed, self.line, self.view
        row = listed.row(self.cursor)
        if listed.branch(self.cursor) is not None:
            unfolded = listed.unfolded.without(row)
        elif isinstance(line, Thread) and line.total > 1 and view is not None:
            branches = tree(await self._desk.engine.mailbox.thread(view, line.key))
            unfolded = listed.unfolded.with_(row, branches) if branches else listed.unfolded
        else:
            return False
        if listed is self._listed:
            cursor, top = unfolded.index(row), self.scroll_offset.y
            self._take(Listed(listed.window, unfolded), cursor, min(cursor, top), self._unread)
        return True

    async def mark(self) -> None:
        """Mark what is under the cursor, or take its mark away, and go on to the next."""
        self.marks.turn(await self.here())
        self.refresh(Region(0, self.cursor - self.scroll_offset.y, self.size.width, 1))
        self._tell()
        self.cursor += 1

    async def mark_all(self) -> None:
        """Mark all of the view; when all are, none."""
        if self.view is not None:
            refs = await self._desk.engine.mailbox.refs(self.view)
            self.marks.only(() if set(refs) == set(self.marks.refs) else refs)
        self.refresh()
        self._tell()

    def unmark(self) -> None:
        """Take all marks away."""
        self.marks.clear()
        self.refresh()
        self._tell()

    def marked(self) -> Sequence[Envelope]:
        """Those of the marked messages that are in memory near the cursor."""
        near = range(max(0, self.cursor - PAGE), min(self.count, self.cursor + PAGE))
        lines = (self._listed.line(index) for index in near)
        return [envelope_of(line) for line in lines if line is not None and self.marks.has(line)]

    async def to_unread(self, way: int) -> bool:
        """Go to the next unread message (`way` 1) or the one before (-1); False when there is none."""
        index = self._unread_branch(self.cursor, way)
        if index is None and self.view is not None:
            row = self._listed.row(self.cursor) + way
            back = way < 0
            found = await self._desk.engine.mailbox.unread(self.view, row, back) if row >= 0 else None
            index = None if found is None else self._listed.unfolded.index(found)
            if index is not None and self._listed.branch(index) is not None:
                index = self._unread_branch(index - 1, 1)
        if index is not None:
            await self.go(index)
        return index is not None

    async def go(self, index: int) -> None:
        """Put the cursor on a row, once it is here."""
        await self._ready(index)
        self.cursor = index

    def row(self, index: int, width: int) -> Row:
        line, branch = self._listed.line(index), self._listed.branch(index)
        if line is None or self.view is None:
            return ()
        ref, marked, layout = envelope_of(line).ref, self.marks.has(line), self._layout(self.view)
        where = self.places.get((ref.account, ref.folder), "")
        if isinstance(line, Thread):
            return thread_row(line, width, layout, where, marked)
        return message_row(line, width, layout, where, marked, branch.lines if branch is not None else "")

    def paint(self, index: int, width: int) -> Strip:
        self._want(index, index)
        return super().paint(index, width)

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        height = self.size.height
        start_, stop = (new - height, new + AHEAD) if new >= old else (new - AHEAD, new + height)
        self._want(start_, stop)

    def strip_key(self, index: int) -> object:
        line = self._listed.line(index)
        return super().strip_key(index), line is None, line is not None and self.marks.has(line)

    async def action_page(self, pages: int) -> None:
        await self.go(self.validate_cursor(self.cursor + pages * max(1, self.size.height - 1)))

    async def action_top(self) -> None:
        await self.go(0)

    async def action_bottom(self) -> None:
        await self.go(max(0, self.count - 1))

    def _begin(self, view: View, begun: First | None, at: Envelope | None) -> None:
        self._opened = opened = asyncio.Event()

        async def open_() -> None:
            try:
                await self._open(view, begun, at)
            finally:
                opened.set()

        start(self, open_, "view")

    async def _open(self, view: View, begun: First | None, at: Envelope | None) -> None:
        mailbox = self._desk.engine.mailbox
        window, unread = begun or await first(mailbox, view)
        row = await mailbox.row(view, at.ref) if at is not None else None
        top = max(0, (row or 0) - self.size.height // 2)
        listed = Listed(window, Unfolded())
        await fill(mailbox, view, window, self._sight(top, listed))
        self._take(listed, row or 0, top, unread)
        self.empty = "Nothing found." if view.query.terms else "No mail here yet."

    def _take(self, listed: Listed, cursor: int, top: int, unread: int) -> None:
        self._listed, self._unread = listed, unread
        self._wanted.clear()
        self.loaded.set()
        self.place(listed.count, cursor, top)
        self._tell()

    def _tell(self) -> None:
        if self.view is not None:
            self.post_message(self.Counted(self.view, self._listed.window.total, self._unread))

    def _moved(self, fresh: Listed) -> int:
        """Where the cursor stands in the renewed list: on its message, or on what followed it."""
        after = range(self.cursor, self.cursor + NEIGHBOURS) if self.line is not None else range(0)
        found = map(fresh.index, self._listed.names(after))
        return next((index for index in found if index is not None), self.cursor)

    def _top(self, fresh: Listed) -> int:
        """The first row in sight of the renewed list; the very top stays in sight."""
        top = self.scroll_offset.y
        return max(0, top + self._moved(fresh) - self.cursor) if top else 0

    def _sight(self, top: int, listed: Listed) -> range:
        return range(top, min(top + max(1, self.size.height), listed.count))

    async def _ready(self, index: int) -> None:
        """Wait for the rows that will be in sight with the cursor there."""
        view, listed, height = self.view, self._listed, self.size.height
        if view is not None:
            ends = {max(0, index - height), index, min(listed.count - 1, index + height)}
            await fill(self._desk.engine.mailbox, view, listed.window, map(listed.row, ends))

    def _want(self, start_: int, stop: int) -> None:
        """Ask for the pages from one index to another, beside the keys."""
        window, view = self._listed.window, self.view
        if view is None or not self.count:
            return
        first_, last = (self._listed.row(self.validate_cursor(index)) for index in (start_, stop))
        for number in window.missing(first_, last + 1):
            if number not in self._wanted:
                self._wanted.add(number)
                start(self, partial(self._fetch, view, window, number), "pages", exclusive=False)

    async def _fetch(self, view: View, window: Window, number: int) -> None:
        try:
            window.put(number, await page(self._desk.engine.mailbox, view, number))
        finally:
            self._wanted.discard(number)
        if window is self._listed.window:
            self._show_page(number)

    def _show_page(self, number: int) -> None:
        """Paint what came if any of it is in sight."""
        sight = self._sight(self.scroll_offset.y, self._listed)
        if any(self._listed.row(index) // PAGE == number for index in sight):
            self.refresh()
            self.post_message(self.Moved(self, self.cursor))

    def _unread_branch(self, index: int, way: int) -> int | None:
        """The next unread message after an index in the unfolded conversation it is in."""
        row = self._listed.row(index + way)
        while 0 <= (index := index + way) < self.count and self._listed.row(index) == row:
            branch = self._listed.branch(index)
            if branch is not None and not branch.envelope.seen:
                return index
        return None

    def _layout(self, view: View) -> Layout:
        return Layout(
            self._desk.engine.now().wall,
            self.outgoing,
            where=not view.is_one_folder,
            sizes=view.order is Order.LARGEST,
            threads=view.threaded,
            own=self._own,
        )
