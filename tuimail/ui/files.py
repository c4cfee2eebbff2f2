"""Paths that a person types, pastes or looks for."""

import asyncio
import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from textual.suggester import Suggester

from tuimail.mail.letter.safe import line

LOOKED_AT = 5_000
PASTED = 20
LONGEST = 8_000

_ANEW = re.compile(r"^.*/(?=~?/)")


class PathSuggester(Suggester):
    """Suggests the first entry of a folder that goes on from what is typed; folders end in a slash."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(suggest, value)


class Entry(Struct, frozen=True):
    """Something in a folder. `size` is in bytes, `changed` in UTC seconds."""

    name: str
    folder: bool
    size: int
    changed: float


def anew(typed: str) -> str:
    """The path as meant: behind `//` and `/~/` it begins anew, so that one can type over another."""
    return _ANEW.sub("", typed)


def entries(typed: str, hidden: bool) -> tuple[Entry, ...]:
    """What there is in the folder of a typed path and goes on from it, folders first; nothing for none.

    What is hidden is left out unless asked for, or typed.
    """
    folder, slash, start = anew(typed).rpartition("/")
    try:
        found = _entries(Path(f"{folder}{slash}" or ".").expanduser(), start, hidden or start.startswith("."))
    except (OSError, RuntimeError, ValueError):
        return ()
    return tuple(sorted(found, key=lambda entry: (not entry.folder, entry.name.casefold())))


def _entries(folder: Path, start: str, hidden: bool) -> list[Entry]:
    found: list[Entry] = []
    for count, path in enumerate(folder.iterdir()):
        name = path.name
        shown = name.casefold().startswith(start.casefold()) and (hidden or not name.startswith("."))
        if shown and line(name) == name:
            found.append(_entry(path))
        if count > LOOKED_AT:
            break
    return found


def _entry(path: Path) -> Entry:
    try:
        status = path.stat()
    except OSError:
        return Entry(path.name, False, 0, 0.0)
    return Entry(path.name, path.is_dir(), status.st_size, status.st_mtime)


def pasted(text: str) -> tuple[str, ...]:
    """The files that a pasted text names, as terminals write what is dropped on them; none for other text.

    Whole paths and file: addresses, in quotes or with backslashes where needed, of files that are there.
    """
    text = text.strip()
    if len(text) > LONGEST or not text.startswith(("/", "'/", '"/', "~/", "file:///", "'file:///")):
        return ()
    if (path := _there(text)) is not None:
        return (path,)
    try:
        words = shlex.split(text)
    except ValueError:
        return ()
    found = [_there(word) for word in words[: PASTED + 1]]
    paths = tuple(path for path in found if path is not None)
    return paths if len(paths) == len(found) <= PASTED else ()


def _there(word: str) -> str | None:
    if word.startswith("file:///"):
        word = unquote(urlsplit(word).path)
    try:
        path = Path(word).expanduser()
        return str(path) if path.is_absolute() and path.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None


def whole(typed: str) -> str:
    """A path as typed, from the root of the disk."""
    path = Path(anew(typed.strip()))
    try:
        return str(path.expanduser().absolute())
    except RuntimeError:
        return str(path.absolute())


def suggest(typed: str) -> str | None:
    """`typed`, completed by the first name in its folder that begins so; None when there is none."""
    folder, slash, start = typed.rpartition("/")
    names = [entry.name + "/" * entry.folder for entry in entries(typed, hidden=False)]
    found = min((name for name in names if name.startswith(start)), default=None)
    return f"{folder}{slash}{found}" if found is not None else None
