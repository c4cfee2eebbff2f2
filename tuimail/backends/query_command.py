"""A command that finds people, in the manner of mutt's `query_command`."""

import asyncio
import contextlib
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process

from tuimail.mail.errors import AddressError, ContactsError
from tuimail.mail.letter.address import Address, check
from tuimail.mail.letter.contact import Contact
from tuimail.mail.letter.safe import line

SECONDS = 2.0
REST = 0.2
"""Seconds after which it is begun: while somebody goes on typing, none is."""

OUTPUT = 200_000


class QueryCommand:
    """`ports.AddressBook` on a command. `%s` in one of its words is what was typed; no shell is near."""

    def __init__(self, command: str, seconds: float = SECONDS) -> None:
        self._command = command
        self._seconds = seconds

    async def find(self, typed: str, limit: int) -> tuple[Contact, ...]:
        """What it prints within `seconds`. Raises ContactsError; it is killed then, and when nobody waits."""
        words = self._words(typed)
        name = line(words[0].rpartition("/")[2], 40)
        await asyncio.sleep(REST)
        try:
            process = await asyncio.create_subprocess_exec(
                *words, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True
            )
        except (OSError, ValueError) as error:
            raise ContactsError(f"query_command: {name} can't be run") from error
        try:
            async with asyncio.timeout(self._seconds):
                said = await _output(process)
        except TimeoutError:
            raise ContactsError(f"{name} gave no answer within {self._seconds:g} seconds") from None
        finally:
            await _end(process)
        return people(said, name)[:limit]

    def _words(self, typed: str) -> list[str]:
        try:
            words = shlex.split(self._command)
        except ValueError as error:
            raise ContactsError("query_command has a quote that is never closed") from error
        if not words:
            raise ContactsError("query_command is empty")
        asked = typed.strip().lstrip("-").replace("\0", "")
        filled = [word.replace("%s", asked) for word in words]
        return filled if "%s" in self._command else [*filled, asked]


def people(said: str, source: str) -> tuple[Contact, ...]:
    """The people on the lines after the first: address, tab, name, and perhaps more that is left."""
    found = (_person(row, source) for row in said.split("\n")[1:])
    return tuple(person for person in found if person is not None)


def _person(row: str, source: str) -> Contact | None:
    spec, _, rest = row.strip("\r").partition("\t")
    try:
        address = Address(check(spec.strip()), line(rest.partition("\t")[0], 200).strip())
    except AddressError:
        return None
    return Contact(address.name, (address,), source)


async def _output(process: Process) -> str:
    """What it prints, up to a limit; its exit status says nothing that its lines don't."""
    data = b""
    while process.stdout is not None and len(data) < OUTPUT and (more := await process.stdout.read(OUTPUT)):
        data += more
    return data.decode("utf-8", "replace")


async def _end(process: Process) -> None:
    """Kill what is left of it, its children too, and let go of its pipe."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            await process.communicate()
