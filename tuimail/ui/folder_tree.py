"""The folders of all accounts as one list: nested, folded, narrowed to what is typed."""

from collections.abc import Collection, Iterator, Sequence
from unicodedata import normalize

from msgspec import Struct

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.safe import Safe

Spot = tuple[str, str]
"""Account and name of a folder."""

ALL_INBOXES = Folder("", "", Safe("All inboxes"), Role.INBOX)
"""Stands for the inboxes of all accounts; no folder of any server."""


class Entry(Struct, frozen=True):
    """One row. Without a `folder` it is the heading over an account's.

    `below` is how many folders stand below it, `folded` whether those are hidden; `unread` counts them then.
    """

    words: str
    folder: Folder | None = None
    depth: int = 0
    below: int = 0
    folded: bool = False
    unread: int = 0


Accounts = Sequence[tuple[str, Sequence[Folder]]]
"""The folders of each account by its name."""


def spot(folder: Folder) -> Spot:
    return folder.account, folder.name


def view_of(folder: Folder) -> View:
    """What a list shows of it."""
    return View(folder.account, folder.name, role=Role.NONE if folder.name else folder.role)


def title(folder: Folder) -> str:
    """A folder's name as read; the inbox is not shouted."""
    return "Inbox" if folder.role is Role.INBOX and folder.title == "INBOX" else folder.title


def entries(accounts: Accounts, folded: Collection[Spot] = (), unified: bool = True) -> list[Entry]:
    """All folders under their accounts, where there are several; on top all inboxes, if `unified`."""
    found: list[Entry] = []
    if unified and len(accounts) > 1:
        unread = sum(f.unread for _, folders in accounts for f in folders if f.role is Role.INBOX)
        found.append(Entry(ALL_INBOXES.title, ALL_INBOXES, unread=unread))
    for name, folders in accounts:
        if len(accounts) > 1:
            found.append(Entry(name))
        found += _nested(folders, folded)
    return found


def narrowed(accounts: Accounts, typed: str, unified: bool = True) -> list[Entry]:
    """The folders with what is typed in their names, those that begin with it first."""
    wanted, several = _plain(typed), len(accounts) > 1
    found: list[tuple[int, Entry]] = []
    for entry in entries(accounts, (), unified):
        folder = entry.folder
        place = _plain(title(folder)).find(wanted) if folder is not None else -1
        if folder is not None and place >= 0:
            words = f"{title(folder)} · {folder.account}" if several and folder.account else title(folder)
            begins = place == 0 or _plain(title(folder))[place - 1] == "/"
            found.append((0 if begins else 1, Entry(words, folder, unread=folder.unread)))
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _nested(folders: Sequence[Folder], folded: Collection[Spot]) -> Iterator[Entry]:
    """Each folder below the one whose name its own begins with; in the given order otherwise."""
    by_title = {folder.title: folder for folder in folders}
    below: dict[str, list[Folder]] = {}
    for folder in folders:
        below.setdefault(_above(folder.title, by_title), []).append(folder)
    waiting = [(folder, 0) for folder in reversed(below.get("", []))]
    while waiting:
        folder, depth = waiting.pop()
        children = below.get(folder.title, [])
        hidden = bool(children) and spot(folder) in folded
        words = title(folder)[len(_above(folder.title, by_title)) :].lstrip("/")
        unread = folder.unread + (sum(one.unread for one in _all_below(folder, below)) if hidden else 0)
        yield Entry(words, folder, depth, len(children), hidden, unread)
        waiting += [] if hidden else [(child, depth + 1) for child in reversed(children)]


def _above(name: str, known: Collection[str]) -> str:
    """The longest name of a known folder that this one stands below; empty when there is none."""
    while "/" in name:
        name = name.rpartition("/")[0]
        if name in known:
            return name
    return ""


def _all_below(folder: Folder, below: dict[str, list[Folder]]) -> Iterator[Folder]:
    for child in below.get(folder.title, []):
        yield child
        yield from _all_below(child, below)
