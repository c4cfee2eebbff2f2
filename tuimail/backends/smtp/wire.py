"""One SMTP connection as commands and replies. The only importer of aiosmtplib."""

import asyncio
import contextlib
import ssl
from typing import Any

from aiosmtplib.errors import SMTPException, SMTPResponseException, SMTPTimeoutError
from aiosmtplib.protocol import SMTPProtocol
from aiosmtplib.response import SMTPResponse
from msgspec import Struct

from tuimail.backends.network import why
from tuimail.backends.smtp.server import Broken
from tuimail.mail.letter.safe import Safe, line

LONGEST_TEXT = 500
CHUNK = 1 << 16
FALL_BACK_TO_IPV4 = 0.25


class Reply(Struct, frozen=True):
    """A server's answer (RFC 5321 §4.2): its code, 200 to 599, and its text as sent, lines parted by \\n."""

    code: int
    raw: str

    @property
    def text(self) -> Safe:
        """The text for a person, in one line."""
        return line(self.raw, LONGEST_TEXT)

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def negative(self) -> bool:
        return self.code >= 400

    @property
    def permanent(self) -> bool:
        return self.code >= 500


class Wire(SMTPProtocol):
    """aiosmtplib's line protocol, with what a careful sender needs besides.

    A body goes out in pieces with a time limit for each and another for the answer; an answer before its
    question is a broken connection. Every method raises Broken and nothing else.
    """

    @property
    def security(self) -> str:
        """The TLS version in words; `clear text` without."""
        tls = self.transport.get_extra_info("ssl_object") if self.transport else None
        return str(tls.version()) if tls else "clear text"

    async def greeting(self, timeout: float) -> Reply:
        return self._checked(await self._answer(timeout))

    async def say(self, *words: bytes, timeout: float) -> Reply:
        """Send one command and wait for its reply, `timeout` seconds at most."""
        try:
            return self._checked(await self.execute_command(*words, timeout=timeout))
        except (SMTPException, OSError) as error:
            raise self._broken(error) from error

    async def secure(self, context: ssl.SSLContext, host: str, timeout: float) -> None:
        """STARTTLS (RFC 3207). What the server said before TLS is forgotten."""
        try:
            await self.start_tls(context, server_hostname=host, timeout=timeout)
        except (SMTPException, OSError) as error:
            raise self._broken(error) from error

    async def body(self, wire: bytes, each: float, final: float) -> Reply:
        """Send a message and its dot after a 354, and wait for the answer.

        `each` is seconds per piece, `final` seconds for the answer. An answer that comes before the dot
        went out is believed only when it is a no.
        """
        whole = await self._write_all(stuffed(wire), each)
        answer = await self._answer(final)
        if self._buffer or not whole:
            self.hang_up()
        reply = _reply(answer)
        if reply is None or not (whole or reply.negative):
            raise self._broken(SMTPResponseException(-1, answer.message))
        return reply

    def bid_farewell(self) -> None:
        """QUIT without waiting for the answer."""
        with contextlib.suppress(SMTPException, OSError):
            self.write(b"QUIT\r\n")
        if self.transport is not None:
            self.transport.close()

    def hang_up(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def _write_all(self, data: bytes, each: float) -> bool:
        self._response_pending = True
        with contextlib.suppress(SMTPException, ConnectionError):
            for start in range(0, len(data), CHUNK):
                if self._paused:
                    await self._drained(each)
                if self._answered:
                    return False
                self.write(data[start : start + CHUNK])
            return True
        return False

    @property
    def _answered(self) -> bool:
        return self._response_waiter is None or self._response_waiter.done()

    async def _drained(self, timeout: float) -> None:
        """Wait until there is room for more, or until the server answers early."""
        draining = asyncio.ensure_future(self._drain_helper())
        either: list[asyncio.Future[Any]] = [draining]
        if self._response_waiter is not None:
            either.append(self._response_waiter)
        try:
            done, _ = await asyncio.wait(either, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if draining in done:
                draining.result()
        finally:
            draining.cancel()
        if not done:
            raise self._broken(TimeoutError())

    async def _answer(self, timeout: float) -> SMTPResponse:
        try:
            return await self.read_response(timeout)
        except (SMTPException, OSError) as error:
            raise self._broken(error) from error

    def _checked(self, answer: SMTPResponse) -> Reply:
        reply = _reply(answer)
        if self._buffer or reply is None:
            raise self._broken(SMTPResponseException(-1, answer.message))
        return reply

    def _broken(self, error: SMTPException | OSError) -> Broken:
        self.hang_up()
        match error:
            case SMTPResponseException(code=code) if 200 <= code < 600:
                return Broken(f"it answered {code} {line(error.message, LONGEST_TEXT)}")
            case SMTPResponseException():
                return Broken(f"its answer makes no sense: {line(error.message, LONGEST_TEXT)}")
            case SMTPTimeoutError():
                return Broken("no answer in time")
            case SMTPException(__cause__=OSError() as cause):
                return Broken(why(cause))
            case SMTPException():
                return Broken("the server closed the connection")
            case _:
                return Broken(why(error))


async def open_wire(host: str, port: int, context: ssl.SSLContext | None, timeout: float) -> Wire:
    """Connect, with TLS from the first byte when there is a context. Raises Broken."""
    loop = asyncio.get_running_loop()
    connecting = loop.create_connection(
        lambda: Wire(loop), host, port, ssl=context, happy_eyeballs_delay=FALL_BACK_TO_IPV4
    )
    try:
        async with asyncio.timeout(timeout):
            _, wire = await connecting
    except OSError as error:
        raise Broken(why(error)) from error
    except UnicodeError as error:
        raise Broken("that is no host name") from error
    return wire


def stuffed(wire: bytes) -> bytes:
    """The message as DATA carries it (RFC 5321 §4.5.2), with the final dot."""
    end = b".\r\n" if wire.endswith(b"\r\n") or not wire else b"\r\n.\r\n"
    start = b"." if wire.startswith(b".") else b""
    return start + wire.replace(b"\r\n.", b"\r\n..") + end


def _reply(answer: SMTPResponse) -> Reply | None:
    if not 200 <= answer.code < 600:
        return None
    return Reply(answer.code, answer.message)
