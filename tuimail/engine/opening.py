"""What a front end may do with a message it reads: take it apart, save, open and pass on what is in it."""

import asyncio

from msgspec import Struct

from tuimail.engine.folders.mailbox import Mailbox
from tuimail.mail.errors import OpenError
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.letter import Letter, Part
from tuimail.mail.letter.picture import KINDS, Picture
from tuimail.mail.letter.safe import line
from tuimail.ports import Files, Opener

KEPT = 4
LOOKED_AT = 100_000
PICTURE_LIMIT = 10_000_000


class Source(Struct, frozen=True):
    """Where a message is: in a mailbox, or attached to another. `path` are the `Part.index` on the way in."""

    ref: Ref
    path: tuple[int, ...] = ()

    def inside(self, part: Part) -> "Source":
        """The message that is attached to this one."""
        return Source(self.ref, (*self.path, part.index))


class NoOpener:
    """`ports.Opener` where there is nothing to open with."""

    async def link(self, target: str) -> None:
        raise OpenError("There is nothing here to open links with; it can be copied.")

    async def file(self, name: str, data: bytes) -> None:
        raise OpenError("There is nothing here to open files with; it can be saved.")

    async def pipe(self, command: str, data: bytes) -> bytes:
        raise OpenError("No commands can be run here.")

    async def picture(self, data: bytes, columns: int, rows: int) -> Picture | None:
        return None

    async def tidy(self) -> None:
        pass

    async def leave_list(self, url: str) -> None:
        raise OpenError("There is no way to that website from here; you are still on the list.")


class Opening:
    """Letters, parsed once, and what is in them. Everything that needs a server raises MailboxError."""

    def __init__(self, mailbox: Mailbox, files: Files, opener: Opener) -> None:
        self._mailbox = mailbox
        self._files = files
        self._opener = opener
        self._letters: dict[Source, asyncio.Task[Letter]] = {}

    async def letter(self, source: Source) -> Letter:
        """The message as it is read. Some that were read or looked ahead to are kept."""
        return await asyncio.shield(self._parsing(source))

    def at_hand(self, source: Source) -> Letter | None:
        """The message, when it is parsed already."""
        known = self._letters.get(source)
        ready = known is not None and known.done() and not known.cancelled() and known.exception() is None
        return known.result() if known is not None and ready else None

    def ahead(self, ref: Ref) -> None:
        """This one is likely to be read next."""
        self._parsing(Source(ref))

    async def raw(self, source: Source) -> bytes:
        """The message as it came."""
        from tuimail.mail.letter import parse

        raw = await self._mailbox.raw(source.ref)
        for index in source.path:
            raw = await asyncio.to_thread(parse.part, raw, index)
        return raw

    async def part(self, source: Source, part: Part) -> bytes:
        """The decoded bytes of an attachment."""
        from tuimail.mail.letter import parse

        return await asyncio.to_thread(parse.part, await self.raw(source), part.index)

    async def save(self, source: Source, part: Part, folder: str) -> str:
        """Save an attachment under a clean name, over nothing; its path. Raises SaveError."""
        from tuimail.mail.letter import filename

        return await self._files.save(folder, filename.clean(part.name), await self.part(source, part))

    async def perils(self, source: Source, part: Part) -> tuple[tuple[str, ...], bool]:
        """What to know before an attachment is opened, in words, and whether it is a program."""
        from tuimail.mail.letter import peril

        start = (await self.part(source, part))[:LOOKED_AT]
        about = (part.name, part.type, start)
        return peril.perils(*about), peril.is_program(*about)

    async def open(self, source: Source, part: Part) -> None:
        """Show a copy of an attachment in the system's program for it. OpenError for programs."""
        from tuimail.mail.letter import filename, peril

        data, name = await self.part(source, part), filename.clean(part.name)
        if peril.is_program(name, part.type, data[:LOOKED_AT]):
            raise OpenError(f"{line(name, 80)} is a program and is not opened from here; it can be saved.")
        await self._opener.file(name, data)

    async def picture(self, source: Source, part: Part, columns: int, rows: int) -> Picture | None:
        """An attached image in at most so many cells; None for what is none or can't be shown."""
        if part.type not in KINDS or part.size > PICTURE_LIMIT:
            return None
        return await self._opener.picture(await self.part(source, part), columns, rows)

    async def pipe(self, source: Source, command: str) -> bytes:
        """Run a command line on the message as it came; what it printed. Raises OpenError."""
        return await self._opener.pipe(command, await self.raw(source))

    async def link(self, target: str) -> None:
        """Open a link that a person agreed to. Raises OpenError."""
        from tuimail.mail.letter.link import opened

        url = opened(target)
        if not url:
            raise OpenError("Only links to the web and to mail addresses are opened; it can be copied.")
        await self._opener.link(url)

    async def tidy(self) -> None:
        """Remove the copies of attachments that earlier runs have opened."""
        await self._opener.tidy()

    async def leave_list(self, url: str) -> None:
        """Unsubscribe in one step (RFC 8058). Raises OpenError; then one is still on the list."""
        await self._opener.leave_list(url)

    def _parsing(self, source: Source) -> asyncio.Task[Letter]:
        known = self._letters.pop(source, None)
        if known is None or (known.done() and (known.cancelled() or known.exception())):
            known = asyncio.ensure_future(self._parse(source))
            known.add_done_callback(_heard)
        self._letters[source] = known
        while len(self._letters) > KEPT:
            self._letters.pop(next(iter(self._letters)))
        return known

    async def _parse(self, source: Source) -> Letter:
        from tuimail.mail.letter import parse

        return await asyncio.to_thread(parse.parse, await self.raw(source))


def _heard(task: asyncio.Task[Letter]) -> None:
    """A look ahead that failed is nobody's trouble: whoever opens the message hears of it."""
    if not task.cancelled():
        task.exception()
