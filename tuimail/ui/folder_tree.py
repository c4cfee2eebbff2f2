"""The folders of all accounts as one list: nested, folded, narrowed to what is typed."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
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
    """The folders with what is typed in their names, those that begin with it first.

    Of several accounts, then those with each word in their own name or their account's.
    """
    wanted, several = _plain(typed), len(accounts) > 1
    found: list[tuple[int, Entry]] = []
    for entry in entries(accounts, (), unified):
        folder = entry.folder
        rank = _rank(folder, wanted, several) if folder is not None else None
        if folder is not None and rank is not None:
            words = f"{title(folder)} · {folder.account}" if several and folder.account else title(folder)
            found.append((rank, Entry(words, folder, unread=folder.unread)))
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def _rank(folder: Folder, wanted: str, several: bool) -> int | None:
    """How well a folder is what is wanted, 0 best; None when it is not."""
    name = _plain(title(folder))
    place = name.find(wanted)
    if place >= 0:
        return 0 if place == 0 or name[place - 1] == "/" else 1
    named = f"{_plain(folder.account)} {name}"
    return 2 if several and all(word in named for word in wanted.split()) else None


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _nested(folders: Sequence[Folder], folded: Collection[Spot]) -> Iterator[Entry]:
    """Each folder below the one whose name its own begins with; in the given order otherwise.

    What several stand below stands there too, also where it is no folder itself.
    """
    by_title = {str(folder.title): folder for folder in folders}
    known = by_title.keys() | _shared(by_title)
    below: dict[str, list[str]] = {}
    for name in sorted(known, key=_order(list(by_title))):
        below.setdefault(_above(name, known), []).append(name)
    waiting = [(name, 0) for name in reversed(below.get("", []))]
    while waiting:
        name, depth = waiting.pop()
        folder, children = by_title.get(name), below.get(name, [])
        hidden = folder is not None and bool(children) and spot(folder) in folded
        within = _all_below(name, below) if hidden else ()
        unread = sum(by_title[one].unread for one in (name, *within) if one in by_title)
        words = (name if folder is None else title(folder))[len(_above(name, known)) :].lstrip("/")
        yield Entry(words, folder, depth, len(children), hidden, unread)
        waiting += [] if hidden else [(child, depth + 1) for child in reversed(children)]


def _shared(names: Collection[str]) -> set[str]:
    """What the names of several folders begin with, without being a folder's name."""
    steps = Counter(name.rpartition("/")[0] for name in names)
    return {step for step, count in steps.items() if step and step not in names and count > 1}


def _order(names: list[str]) -> Callable[[str], int]:
    """Where a name stands; what is no folder's, where the first stands that begins with it."""
    return lambda name: next(n for n, one in enumerate(names) if one == name or one.startswith(f"{name}/"))


def _above(name: str, known: Collection[str]) -> str:
    """The longest name of a known folder that this one stands below; empty when there is none."""
    while "/" in name:
        name = name.rpartition("/")[0]
        if name in known:
            return name
    return ""


def _all_below(name: str, below: dict[str, list[str]]) -> Iterator[str]:
    for child in below.get(name, []):
        yield child
        yield from _all_below(child, below)
