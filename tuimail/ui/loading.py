"""Reading what a list shows from the mailbox."""

from collections.abc import Iterable, Sequence

from tuimail.engine.folders.mailbox import Mailbox
from tuimail.mail.folder.thread import tree
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Ref
from tuimail.ui.listed import Listed
from tuimail.ui.unfolded import Unfolded
from tuimail.ui.window import PAGE, Line, Window, envelope_of

First = tuple[Window, int]
"""What a list begins with: its first page, and how many are unread in all."""


async def first(mailbox: Mailbox, view: View) -> First:
    """Read what the list of a view begins with."""
    total, unread = await mailbox.count(view)
    window = Window(total)
    window.put(0, await page(mailbox, view, 0))
    return window, unread


async def page(mailbox: Mailbox, view: View, number: int) -> Sequence[Line]:
    """A page of messages, or of conversations."""
    read = mailbox.threads if view.threaded else mailbox.page
    return await read(view, number * PAGE, PAGE)


async def fill(mailbox: Mailbox, view: View, window: Window, rows: Iterable[int]) -> None:
    """Read the pages of these rows that are not here yet."""
    for row in rows:
        for number in window.missing(row, row + 1):
            window.put(number, await page(mailbox, view, number))


async def again(mailbox: Mailbox, view: View, old: Listed, cursor: int) -> tuple[Listed, int]:
    """The view as it is now around the cursor, and how many are unread."""
    total, unread = await mailbox.count(view)
    window, row = Window(total), old.row(cursor)
    await fill(mailbox, view, window, (row + total - old.window.total, row))
    line = old.line(cursor)
    if line is not None and window.total and not _knows(window, line):
        found = await mailbox.row(view, envelope_of(line).ref)
        await fill(mailbox, view, window, () if found is None else (found,))
    return Listed(window, await _unfolded(mailbox, view, window, old.unfolded)), unread


def _knows(window: Window, line: Line) -> bool:
    envelope = envelope_of(line)
    return window.index(envelope.ref) is not None or window.index(envelope.thread) is not None


async def _unfolded(mailbox: Mailbox, view: View, window: Window, old: Unfolded) -> Unfolded:
    """The unfolded conversations as they are now, wherever they went."""
    trees = {}
    for branches in old.trees.values():
        key = branches[0].envelope.thread
        envelopes = await mailbox.thread(view, key)
        row = await _row(mailbox, view, window, key, envelopes[-1].ref) if envelopes else None
        if row is not None:
            trees[row] = tree(envelopes)
    return Unfolded(trees)


async def _row(mailbox: Mailbox, view: View, window: Window, key: int, ref: Ref) -> int | None:
    row = window.index(key)
    return await mailbox.row(view, ref) if row is None else row
