"""The user's own editor, on a file that only they can read."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from tuimail.mail.errors import TuimailError


async def edit(app: App[None], command: str, text: str) -> str:
    """Let the person edit `text` in `command` (an argument list, never a shell); what they saved.

    The screen stands still meanwhile, the engine does not: held mail leaves when it is due. Raises
    TuimailError, and then the text is as it was.
    """
    words = _words(command)
    if not words:
        raise TuimailError("No editor is set: give `editor` in the configuration, or $EDITOR.")
    with tempfile.TemporaryDirectory(prefix="tuimail-") as folder:
        path = Path(folder) / "mail.txt"
        _write(path, text)
        await _run(app, [*words, str(path)])
        return _read(path)


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise TuimailError(f"The editor command can't be read ({error}); the text is as before.") from error


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TuimailError(f"The editor left no file ({error.strerror}); the text is as before.") from error


async def _run(app: App[None], words: list[str]) -> None:
    try:
        with app.batch_update(), app.suspend():
            process = await asyncio.create_subprocess_exec(*words)
            code = await process.wait()
    except SuspendNotSupported as error:
        raise TuimailError("No editor can run in this terminal; the text is as before.") from error
    except OSError as error:
        raise TuimailError(f"{words[0]} did not start ({error.strerror}); the text is as before.") from error
    if code:
        raise TuimailError(f"{words[0]} ended with {code}; the text is as before.")
