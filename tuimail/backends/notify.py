"""New mail on the desktop, and to a command of the user's. What a mail says never reaches a shell."""

import asyncio
import contextlib
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence

import msgspec

from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.safe import line

DESKTOP_SECONDS = 5.0
COMMAND_SECONDS = 60.0
LINES = 5
LONGEST = 200


class DesktopNotifier:
    """ports.Notifier by notify-send or gdbus, whichever is there (desktop notifications, version 1.2).

    With `desktop` one is shown; `command` is run, as words, with what came in TUIMAIL_ACCOUNT, TUIMAIL_COUNT,
    TUIMAIL_FROM, TUIMAIL_NAME and TUIMAIL_SUBJECT (of the newest), and as JSON on its standard input.
    """

    def __init__(self, desktop: bool, command: str | None) -> None:
        self._desktop, self._command = desktop, command

    async def tell(self, account: str, count: int, newest: Sequence[Envelope]) -> str:
        """Of some new messages, newest first. What went wrong, in a line; empty when nothing did."""
        if self._desktop and (words := _desktop_words(*_said(account, count, newest))):
            await _run(words, b"", None, DESKTOP_SECONDS)
        if self._command is None:
            return ""
        trouble = await self._call(self._command, account, count, newest)
        return f"the new_mail command {trouble}; mail is not affected" if trouble else ""

    async def _call(self, command: str, account: str, count: int, newest: Sequence[Envelope]) -> str:
        try:
            words = shlex.split(command)
        except ValueError:
            return "has a quote that is never closed"
        if not words:
            return "is empty"
        known = msgspec.json.encode(
            {"account": account, "count": count, "newest": [_as_json(each) for each in newest]}
        )
        return await _run(words, known, _environment(account, count, newest), COMMAND_SECONDS)


def _said(account: str, count: int, newest: Sequence[Envelope]) -> tuple[str, str]:
    """Title and text of a notification."""
    if count == 1 and newest:
        return line(_who(newest[0]), LONGEST), line(newest[0].subject, LONGEST)
    lines = [line(f"{_who(each)}: {each.subject}", LONGEST) for each in newest[:LINES]]
    return line(f"{account}: {count} new messages", LONGEST), "\n".join(lines)


def _desktop_words(title: str, text: str) -> list[str]:
    """The command that shows it; none where there is no desktop."""
    import shutil

    marked = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if found := shutil.which("notify-send"):
        return [found, "--app-name=tuimail", "--icon=mail-unread", "--", title, marked]
    if found := shutil.which("gdbus"):
        name = "org.freedesktop.Notifications"
        call = [found, "call", "--session", "--dest", name, "--object-path", "/org/freedesktop/Notifications"]
        shown = ['"tuimail"', "0", '"mail-unread"', _quoted(title), _quoted(marked), "[]", "{}", "-1"]
        return [*call, "--method", f"{name}.Notify", "--", *shown]
    return []


def _quoted(text: str) -> str:
    """As the text format of GVariant has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _who(envelope: Envelope) -> str:
    return envelope.sender.name or envelope.sender.spec


def _environment(account: str, count: int, newest: Sequence[Envelope]) -> Mapping[str, str]:
    said = {"ACCOUNT": account, "COUNT": str(count)}
    if newest:
        sender = newest[0].sender
        said |= {"FROM": sender.spec, "NAME": sender.name, "SUBJECT": newest[0].subject}
    return os.environ | {f"TUIMAIL_{name}": line(value) for name, value in said.items()}


def _as_json(envelope: Envelope) -> dict[str, object]:
    return {
        "folder": envelope.ref.folder,
        "from": envelope.sender.spec,
        "name": str(envelope.sender.name),
        "subject": str(envelope.subject),
        "received": envelope.received,
        "size": envelope.size,
        "message_id": envelope.message_id,
    }


async def _run(
    words: Sequence[str], given: bytes, environment: Mapping[str, str] | None, seconds: float
) -> str:
    """Run it, without a shell; what went wrong, as the end of a sentence."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=environment, start_new_session=True
        )
    except OSError as error:
        return f"can't be run: {(error.strerror or '').lower()}"
    try:
        async with asyncio.timeout(seconds):
            await process.communicate(given)
    except TimeoutError:
        return f"did not finish within {seconds:g} seconds and was ended"
    finally:
        await _end(process)
    return f"failed (exit status {process.returncode})" if process.returncode else ""


async def _end(process: Process) -> None:
    """Kill what is left of it, its children too."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
