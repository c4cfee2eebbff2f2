"""Where the folders of a Maildir are: Maildir++ (`.Sent`, `.Archive.2024`) or folders in folders (mbsync)."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tuimail.backends import utf7
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.letter.safe import line

INBOX = "INBOX"
SUBS = ("cur", "new", "tmp")
DEEPEST = 8


class Found(Struct, frozen=True):
    """A folder: its key, where it is, and the steps of its name, decoded."""

    name: str
    path: Path
    steps: tuple[str, ...]


def folders(root: Path) -> dict[str, Found]:
    """By key: `INBOX`, or the name on disk (without the dot of Maildir++)."""
    found = {INBOX: Found(INBOX, root, (INBOX,))} if _is_folder(root) else {}
    for each in _dotted(root) if _plus_plus(root) else _nested(root, root, DEEPEST):
        found.setdefault(each.name, each)
    return found


def make(root: Path, name: str) -> Found:
    """A new, empty folder. Raises MailboxRefused for a name that could lead elsewhere."""
    dotted = _plus_plus(root) or _is_folder(root)
    steps = name.split("." if dotted else "/")
    if any(step in ("", ".", "..", *SUBS) or step[0] == "." or set(step) & set("/\0") for step in steps):
        raise MailboxRefused(f"{line(name, 100)} can't be the name of a folder; nothing was made")
    path = root / f".{name}" if dotted else root / name
    for sub in SUBS:
        (path / sub).mkdir(mode=0o700, parents=True, exist_ok=True)
    if dotted:
        (path / "maildirfolder").touch(0o600)
    return Found(name, path, tuple(utf7.decode(step) for step in steps))


def _plus_plus(root: Path) -> bool:
    return any(True for _ in _dotted(root))


def _dotted(root: Path) -> Iterator[Found]:
    for path in root.iterdir():
        if path.name.startswith(".") and _is_folder(path):
            name = path.name[1:]
            yield Found(name, path, tuple(utf7.decode(step) for step in name.split(".")))


def _nested(root: Path, above: Path, levels: int) -> Iterator[Found]:
    for path in above.iterdir() if levels else ():
        if path.name in SUBS or path.name.startswith(".") or not path.is_dir():
            continue
        if _is_folder(path):
            name = path.relative_to(root).as_posix()
            steps = tuple(utf7.decode(step) for step in name.split("/"))
            yield Found(INBOX if name.upper() == INBOX else name, path, steps)
        yield from _nested(root, path, levels - 1)


def _is_folder(path: Path) -> bool:
    return (path / "cur").is_dir()
