"""One IMAP connection on one daemon thread: jobs go in, futures come out, exit never waits."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from tuimail.backends.imap_server import Broken
from tuimail.mail.errors import LoginError, MailboxError

if TYPE_CHECKING:
    from tuimail.backends.imap_wire import Wire

Open = Callable[[asyncio.AbstractEventLoop], "Wire"]
T = TypeVar("T")

DEADLINE = 600.0
REFUSED_SECONDS = 10.0
FAREWELL_SECONDS = 0.5


class _Job(Struct, frozen=True):
    """`repeatable` jobs may be done again on a new connection when theirs broke."""

    call: Callable[["Wire"], Any]
    repeatable: bool
    future: Future[Any]
    loop: asyncio.AbstractEventLoop


class ImapThread:
    """`open_wire` is called on the thread, and again when the connection was lost; it may ask the loop."""

    def __init__(self, open_wire: Open) -> None:
        self._open = open_wire
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._wire: Wire | None = None
        self._refusal = (0.0, "")
        self._closed = False

    async def ask(self, call: Callable[["Wire"], T], *, repeatable: bool = True) -> T:
        """Do this with the connection, after what was asked before; raises MailboxError."""
        if self._closed:
            raise MailboxError("this mailbox was closed; nothing was asked")
        job = _Job(call, repeatable, Future(), asyncio.get_running_loop())
        self._jobs.put(job)
        self._begin()
        try:
            async with asyncio.timeout(DEADLINE):
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            self._sever()
            raise MailboxError("the mail server took too long; the connection was broken off") from None

    async def close(self) -> None:
        """Say goodbye if that is quick; what was asked and not begun is not done."""
        self._closed = True
        if self._thread is None:
            return
        self._jobs.put(None)
        for _ in range(50):
            if not self._thread.is_alive():
                return
            await asyncio.sleep(FAREWELL_SECONDS / 50)
        self._sever()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="imap", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        for job in iter(self._jobs.get, None):
            if job.future.set_running_or_notify_cancel():
                self._settle(job)
        if self._wire is not None:
            self._wire.leave()

    def _settle(self, job: _Job) -> None:
        try:
            job.future.set_result(self._attempt(job))
        except MailboxError as error:
            if isinstance(error, Broken):
                self._drop()
            job.future.set_exception(error)
        except Exception as error:  # noqa: BLE001 (the thread's one guard: a server may answer anything)
            self._drop()
            job.future.set_exception(Broken(f"the mail server made no sense ({type(error).__name__})"))

    def _attempt(self, job: _Job) -> Any:
        if self._closed:
            raise MailboxError("this mailbox was closed; nothing was asked")
        wire = self._kept(probed=not job.repeatable)
        if wire is None:
            return job.call(self._connected(job.loop))
        try:
            return job.call(wire)
        except Broken:
            self._drop()
            if not job.repeatable:
                raise
        return job.call(self._connected(job.loop))

    def _kept(self, *, probed: bool) -> "Wire | None":
        """The connection there is; `probed`, only if it still answers."""
        try:
            if self._wire is not None and probed:
                self._wire.poll()
        except Broken:
            self._drop()
        return self._wire

    def _connected(self, loop: asyncio.AbstractEventLoop) -> "Wire":
        """A new connection. A login that was just refused is not tried again at once: accounts get locked."""
        until, words = self._refusal
        if time.monotonic() < until:
            raise LoginError(words)
        try:
            self._wire = self._open(loop)
        except LoginError as error:
            self._refusal = (time.monotonic() + REFUSED_SECONDS, str(error))
            raise
        return self._wire

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.hang_up()
            self._wire = None

    def _sever(self) -> None:
        if (wire := self._wire) is not None:
            wire.sever()
