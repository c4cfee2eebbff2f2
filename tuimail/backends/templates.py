"""The user's templates: text files in a folder."""

import asyncio
from pathlib import Path

from tuimail.mail.errors import DraftError
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.template import Template, template

LARGEST = 200_000
MANY = 1_000


class TemplateFolder:
    """`ports.TemplateShelf` on the `.txt` files of a folder; one that is not there holds none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def all(self) -> tuple[Template, ...]:
        """Read anew each time: somebody edits them. Raises DraftError for a file that can't be read."""
        return await asyncio.to_thread(self._all)

    def _all(self) -> tuple[Template, ...]:
        try:
            files = sorted(self._folder.glob("*.txt"), key=lambda file: file.stem.casefold())
            return tuple(template(file.stem, _text(file)) for file in files[:MANY])
        except OSError as error:
            raise DraftError(
                f"{line(str(error.filename))}: {error.strerror}; no template was read."
            ) from error


class Shelves:
    """`ports.TemplateShelf` on several folders: of two templates with one name, the later folder's counts."""

    def __init__(self, *folders: Path) -> None:
        self._folders = tuple(map(TemplateFolder, folders))

    async def all(self) -> tuple[Template, ...]:
        """By name, read anew each time. Raises DraftError for a file that can't be read."""
        found = {one.name: one for folder in self._folders for one in await folder.all()}
        return tuple(sorted(found.values(), key=lambda one: one.name.casefold()))


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(LARGEST).decode("utf-8", "replace")
