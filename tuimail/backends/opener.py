"""Links, files and messages handed to other programs: argument lists only, never a shell."""

import asyncio
import os
import shlex
import shutil
import stat
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from tuimail.mail.errors import OpenError
from tuimail.mail.letter.picture import Picture
from tuimail.mail.letter.safe import line

STARTED = 2.0
"""Seconds in which an opener that can't do it says so; the good ones stay or go without a word."""

PIPE_SECONDS = 60.0
PRINTED_LIMIT = 2_000_000
PRIVATE = 0o700
READ_ONLY = 0o400


class SystemOpener:
    """ports.Opener. `folder` is a private place for copies; `command` opens things instead of the system.

    Without `images` there are no pictures.
    """

    def __init__(self, folder: Path, command: str = "", images: bool = True) -> None:
        self._folder = folder
        self._command = command
        self._images = images

    async def link(self, target: str) -> None:
        await self._open(target, target)

    async def file(self, name: str, data: bytes) -> None:
        try:
            path = await asyncio.to_thread(self._copy, name, data)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OpenError(f"{line(name, 80)} could not be written for another program: {reason}") from error
        await self._open(str(path), name)

    async def pipe(self, command: str, data: bytes) -> bytes:
        words = _words(command)
        process = await _started(words, PIPE)
        try:
            async with asyncio.timeout(PIPE_SECONDS):
                printed, whole = await _printed(process, data)
        except TimeoutError:
            raise OpenError(
                f"{line(words[0], 80)} took more than {PIPE_SECONDS:g} s; it was ended."
            ) from None
        finally:
            _end(process)
        if whole and process.returncode:
            said = line(printed.decode("utf-8", "replace").strip().rpartition("\n")[2], 200)
            raise OpenError(f"{line(words[0], 80)} failed with status {process.returncode}. {said}".rstrip())
        return printed

    async def picture(self, data: bytes, columns: int, rows: int) -> Picture | None:
        from tuimail.backends import images

        return await asyncio.to_thread(images.picture, data, columns, rows) if self._images else None

    async def tidy(self) -> None:
        if self._folder.exists():
            with suppress(OSError):
                await asyncio.to_thread(forget, self._folder)

    async def leave_list(self, url: str) -> None:
        from tuimail.backends.one_click import leave

        await asyncio.to_thread(leave, url)

    async def _open(self, what: str, shown: str) -> None:
        process = await _started([*_opener(self._command), what], DEVNULL)
        with suppress(TimeoutError):
            async with asyncio.timeout(STARTED):
                failed = await process.wait()
            if failed:
                raise OpenError(f"Nothing here can open {line(shown, 80)}.")

    def _copy(self, name: str, data: bytes) -> Path:
        if not name or name in (".", "..") or "/" in name or "\0" in name:
            raise ValueError("that is not a file name")
        forget(self._folder)
        home = self._folder / str(os.getpid()) / f"{_count(self._folder / str(os.getpid()))}"
        home.mkdir(mode=PRIVATE, parents=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(home / name, flags, READ_ONLY), "wb") as file:
            file.write(data)
        return home / name


def forget(folder: Path) -> None:
    """Remove the copies of processes that are gone; make the folder, for its owner only. Raises OSError."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if folder.is_symlink() or not stat.S_ISDIR(folder.stat().st_mode):
        raise OSError(0, "the place for copies is no folder")
    folder.chmod(PRIVATE)
    for home in folder.iterdir():
        if not (home.name.isdecimal() and _alive(int(home.name))):
            shutil.rmtree(home, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _count(home: Path) -> int:
    return sum(1 for _ in home.iterdir()) if home.is_dir() else 0


def _opener(command: str) -> list[str]:
    """The words that open something here. Raises OpenError where there is nothing to open with."""
    if command:
        return _words(command)
    if sys.platform == "darwin":
        return ["open"]
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise OpenError("There is no desktop here to open it with; give ui.opener, or copy or save it.")
    return ["xdg-open"]


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise OpenError("That is no command line.")
    return words


async def _started(words: list[str], stdin: int) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            *words,
            stdin=stdin,
            stdout=PIPE if stdin == PIPE else DEVNULL,
            stderr=asyncio.subprocess.STDOUT if stdin == PIPE else DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise OpenError(f"{line(words[0], 80)} could not be started: {error.strerror}") from error


async def _printed(process: Process, data: bytes) -> tuple[bytes, bool]:
    """What it prints, up to the limit, and whether that is all of it."""
    feeding = asyncio.create_task(_feed(process, data))
    printed = bytearray()
    try:
        while process.stdout and len(printed) < PRINTED_LIMIT and (some := await process.stdout.read(65_536)):
            printed += some
        whole = len(printed) < PRINTED_LIMIT
        if whole:
            await process.wait()
        return bytes(printed[:PRINTED_LIMIT]), whole
    finally:
        feeding.cancel()


async def _feed(process: Process, data: bytes) -> None:
    """Give it the message; one that does not read it all is no trouble."""
    if process.stdin is not None:
        with suppress(ConnectionError):
            process.stdin.write(data)
            await process.stdin.drain()
        process.stdin.close()


def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
