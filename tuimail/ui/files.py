"""Paths that a person types."""

import asyncio
from pathlib import Path

from textual.suggester import Suggester

from tuimail.mail.letter.safe import line

LOOKED_AT = 5_000


class PathSuggester(Suggester):
    """Suggests the first entry of a folder that goes on from what is typed; folders end in a slash."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(suggest, value)


def whole(typed: str) -> str:
    """A path as typed, from the root of the disk."""
    path = Path(typed.strip())
    try:
        return str(path.expanduser().absolute())
    except RuntimeError:
        return str(path.absolute())


def suggest(typed: str) -> str | None:
    """`typed`, completed by the first name in its folder that begins so; None when there is none."""
    folder, slash, start = typed.rpartition("/")
    try:
        names = sorted(_names(Path(f"{folder}{slash}" or ".").expanduser(), start))
    except (OSError, RuntimeError):
        return None
    return f"{folder}{slash}{names[0]}" if names else None


def _names(folder: Path, start: str) -> list[str]:
    found: list[str] = []
    for count, entry in enumerate(folder.iterdir()):
        name = entry.name
        shown = name.startswith(start) and (bool(start) or not name.startswith("."))
        if shown and line(name) == name:
            found.append(f"{name}/" if entry.is_dir() else name)
        if count > LOOKED_AT:
            break
    return found
