"""A web server on loopback, with TLS unless told otherwise."""

import asyncio
import ssl

from servers.background import BackgroundServer


class Website(BackgroundServer):
    """`pages` are target -> (status, headers, body); `asked` are the targets that were asked for."""

    def __init__(self, context: ssl.SSLContext | None, pages: dict[str, tuple[int, dict[str, str], bytes]]):
        super().__init__()
        self.context, self.pages = context, pages
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.context is not None:
            await writer.start_tls(self.context)
        target = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        self.asked.append(target)
        status, headers, body = self.pages.get(target, (404, {}, b"no"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{lines}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
