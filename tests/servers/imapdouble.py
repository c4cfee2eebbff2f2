"""An IMAP server that says what a test tells it to, and remembers every byte it was told."""

import asyncio
import re
import ssl

from servers.background import BackgroundServer

LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
PLAIN = "IMAP4rev1 AUTH=PLAIN IDLE UIDPLUS"


class ImapDouble(BackgroundServer):
    """Every command is OK unless `answers` has other bytes for its first words, longest first.

    `{tag}` in an answer is the command's tag; an answer without it is followed by a tagged OK. An answer
    of None hangs up. `lines` are the commands as received, a literal in place; `clear` is every byte that
    came outside TLS.
    """

    def __init__(
        self,
        answers: dict[str, bytes | None] | None = None,
        greeting: bytes = b"* OK hello\r\n",
        capabilities: str = PLAIN,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__()
        self.answers = {"CAPABILITY": b"* CAPABILITY " + capabilities.encode() + b"\r\n"} | (answers or {})
        self.greeting = greeting
        self.tls = tls
        self.lines: list[bytes] = []
        self.clear = b""
        self.logins = 0
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(self.greeting)
        while line := await self._command(reader, writer):
            tag, _, words = line.partition(b" ")
            if not await self._answer(tag, words.decode("latin-1").upper(), reader, writer):
                return

    async def _answer(
        self, tag: bytes, words: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        key = max((key for key in self.answers if words.startswith(key)), key=len, default="")
        answer = self.answers.get(key, b"")
        if answer is None:
            return False
        if words.startswith(("AUTHENTICATE", "IDLE")) and b"{tag}" not in answer:
            writer.write(b"+ \r\n" + answer)
            answer = b""
            await self._line(reader, writer)
        self.logins += words.startswith(("AUTHENTICATE", "LOGIN "))
        end = b"" if b"{tag}" in answer else tag + b" OK done\r\n"
        writer.write(answer.replace(b"{tag}", tag) + end)
        await writer.drain()
        if words.startswith("STARTTLS") and self.tls and b" OK" in answer.replace(b"{tag}", tag) + end:
            await writer.start_tls(self.tls)
        return not words.startswith("LOGOUT")

    async def _command(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        line = await self._line(reader, writer)
        self.lines.append(line)
        while match := LITERAL.search(line):
            if not match[2]:
                writer.write(b"+ go on\r\n")
            line += await reader.readexactly(int(match[1])) + await self._line(reader, writer)
            self.lines[-1] = line
        return line

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        line = await reader.readline()
        if writer.get_extra_info("ssl_object") is None:
            self.clear += line
        return line
