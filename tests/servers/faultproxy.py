"""A TCP proxy on loopback that fails where it is told to, before any server, TLS or not."""

import asyncio
from dataclasses import dataclass

from servers.background import BackgroundServer, reset

PIECE = 65536


@dataclass(frozen=True)
class Faults:
    """Where to fail. Counts are bytes; a pattern may lie across two reads.

    `cut_after_sent` and `cut_after_answered` cut after so many bytes from the client or the server,
    `cut_on` once the client's bytes hold this pattern, `swallow_after` forwards the pattern, then drops
    the server's next answer and cuts, `stall` forwards but brings no answer back, `rst` cuts with a RST.
    """

    cut_after_sent: int | None = None
    cut_after_answered: int | None = None
    cut_on: bytes = b""
    swallow_after: bytes = b""
    stall: bool = False
    rst: bool = False


class FaultProxy(BackgroundServer):
    """Stands before the port `target`. `faults` counts from the next connection on."""

    def __init__(self, target: int, faults: Faults = Faults()) -> None:
        super().__init__()
        self.target = target
        self.faults = faults
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        onward, back = await asyncio.open_connection("127.0.0.1", self.target)
        pair = _Pair(self.faults, writer, back)
        sending = asyncio.create_task(pair.send(reader))
        answering = asyncio.create_task(pair.answer(onward))
        try:
            await asyncio.wait((sending, answering), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, answering):
                task.cancel()
            await asyncio.gather(sending, answering, return_exceptions=True)
            pair.cut()


class _Pair:
    """Both halves of one connection through the proxy; each returns when the connection has to end."""

    def __init__(self, faults: Faults, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.faults, self.client, self.server = faults, client, server
        self.swallowing = False

    async def send(self, reader: asyncio.StreamReader) -> None:
        sent, tail = 0, b""
        while data := await reader.read(PIECE):
            allowed = _allowed(data, sent, self.faults.cut_after_sent)
            tail = tail[-64:] + data
            pattern = self.faults.cut_on or self.faults.swallow_after
            seen = bool(pattern) and pattern in tail
            self.swallowing = self.swallowing or (seen and bool(self.faults.swallow_after))
            self.server.write(allowed)
            await self.server.drain()
            sent += len(allowed)
            if len(allowed) < len(data) or (seen and self.faults.cut_on):
                return

    async def answer(self, reader: asyncio.StreamReader) -> None:
        answered = 0
        while data := await reader.read(PIECE):
            if self.faults.stall:
                continue
            allowed = _allowed(data, answered, self.faults.cut_after_answered)
            if self.swallowing:
                return
            self.client.write(allowed)
            await self.client.drain()
            answered += len(allowed)
            if len(allowed) < len(data):
                return

    def cut(self) -> None:
        for writer in (self.client, self.server):
            if self.faults.rst:
                reset(writer)
            else:
                writer.close()


def _allowed(data: bytes, before: int, limit: int | None) -> bytes:
    return data if limit is None else data[: max(0, limit - before)]
