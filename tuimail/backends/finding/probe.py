"""Whether a mail server answers at a host and port, with a certificate for that name. Nobody logs in."""

import asyncio
import contextlib
import ssl

from tuimail.mail.setup.server import Kind, Server

SECONDS = 5.0
LONGEST_LINE = 4096
GREETINGS = {Kind.IMAP: (b"* OK", b"* PREAUTH"), Kind.SMTP: (b"220",)}
ASKS = {Kind.IMAP: b"a1 STARTTLS\r\n", Kind.SMTP: b"STARTTLS\r\n"}
AGREES = {Kind.IMAP: b"a1 OK", Kind.SMTP: b"220 "}


async def answers(server: Server, kind: Kind, context: ssl.SSLContext) -> bool:
    """Connect, greet, and where it is STARTTLS go on under TLS; whether all of that went well."""
    try:
        async with asyncio.timeout(SECONDS):
            at_once = context if server.security == "tls" else None
            reader, writer = await asyncio.open_connection(
                server.host, server.port, ssl=at_once, limit=LONGEST_LINE
            )
            with contextlib.closing(writer):
                return await _greeted(reader, kind) and (
                    at_once is not None or await _secured(reader, writer, kind, server.host, context)
                )
    except (OSError, ValueError, EOFError, asyncio.LimitOverrunError):
        return False


async def _greeted(reader: asyncio.StreamReader, kind: Kind) -> bool:
    return (await reader.readline()).startswith(GREETINGS[kind])


async def _secured(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    kind: Kind,
    host: str,
    context: ssl.SSLContext,
) -> bool:
    if kind is Kind.SMTP:
        writer.write(b"EHLO [127.0.0.1]\r\n")
        while (await reader.readuntil(b"\n"))[3:4] == b"-":
            pass
    writer.write(ASKS[kind])
    if not (await reader.readline()).startswith(AGREES[kind]):
        return False
    await writer.start_tls(context, server_hostname=host)
    return True
