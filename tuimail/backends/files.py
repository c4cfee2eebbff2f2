"""The files a person attaches and saves."""

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tuimail.mail.errors import AttachmentError, SaveError
from tuimail.mail.letter.safe import line

LARGEST = 100_000_000
NUMBERS = 1000


class DiskFiles:
    """ports.Files, on a thread so that a slow disk never holds up the screen. `largest` is in bytes."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest

    async def read(self, path: str) -> bytes:
        """The whole file (`~` is the home folder). Raises AttachmentError: only regular files go along."""
        try:
            return await asyncio.to_thread(_read, path, self._largest)
        except (OSError, RuntimeError, ValueError) as error:
            raise AttachmentError(f"{line(path)} can't be attached: {_reason(error)}") from error

    async def save(self, folder: str, name: str, data: bytes) -> str:
        """Write a new file of mode 0600, `name (2).pdf` when `name.pdf` is taken. Raises SaveError."""
        try:
            return str(await asyncio.to_thread(_save, folder, name, data))
        except (OSError, RuntimeError, ValueError) as error:
            raise SaveError(f"{line(name)} was not saved in {line(folder)}: {_reason(error)}") from error


def _read(path: str, largest: int) -> bytes:
    descriptor = os.open(Path(path).expanduser(), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise ValueError("it is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(largest + 1) if status.st_size <= largest else b""
        if max(status.st_size, len(data)) > largest:
            raise ValueError(f"it is larger than {largest / 1_000_000:g} MB")
        return data
    finally:
        os.close(descriptor)


def _save(to: str, name: str, data: bytes) -> Path:
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise ValueError("that is not a file name")
    folder = Path(to).expanduser()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for candidate in _numbered(name):
        try:
            descriptor = os.open(
                folder / candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
        except FileExistsError:
            continue
        _fill(descriptor, folder / candidate, data)
        return folder / candidate
    raise ValueError(f"there are {NUMBERS} files of that name")


def _fill(descriptor: int, path: Path, data: bytes) -> None:
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _numbered(name: str) -> Iterator[str]:
    yield name
    path = Path(name)
    for number in range(2, NUMBERS + 1):
        yield f"{path.stem} ({number}){path.suffix}"


def _reason(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case PermissionError():
            return "permission denied"
        case OSError(strerror=str(text)):
            return text.lower()
        case _:
            return str(error)
