"""One IMAP connection on one daemon thread: jobs go in, futures come out, exit never waits."""

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from tuimail.backends.imap.server import Broken
from tuimail.mail.errors import LoginError, MailboxError

if TYPE_CHECKING:
    from tuimail.backends.imap.session import ImapSession

Open = Callable[[asyncio.AbstractEventLoop], "ImapSession"]
T = TypeVar("T")

DEADLINE = 600.0
REFUSED_SECONDS = 10.0
FAREWELL_SECONDS = 0.5
CLOSED = "this mailbox was closed; nothing was asked"
NOW, SOON, LATER = range(3)


class _Job(Struct, frozen=True):
    """`repeatable` jobs may be done again on a new connection when theirs broke."""

    call: Callable[["ImapSession"], Any]
    repeatable: bool
    future: Future[Any]
    loop: asyncio.AbstractEventLoop


class ImapThread:
    """`open_wire` is called on the thread, and again when the connection was lost; it may ask the loop."""

    def __init__(self, open_wire: Open) -> None:
        self._open = open_wire
        self._jobs: queue.PriorityQueue[tuple[int, int, _Job | None]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._wire: ImapSession | None = None
        self._refusal = (0.0, "")
        self._closed = False

    @property
    def is_open(self) -> bool:
        """Whether there is a connection; it may have died unnoticed."""
        return self._wire is not None and not self._closed

    async def ask(
        self, call: Callable[["ImapSession"], T], *, repeatable: bool = True, later: bool = False
    ) -> T:
        """Do this with the connection, after what was asked before; raises MailboxError.

        What may be done `later` stands behind all that may not.
        """
        if self._closed:
            raise MailboxError(CLOSED)
        job = _Job(call, repeatable, Future(), asyncio.get_running_loop())
        self._put(LATER if later else SOON, job)
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
        self._put(NOW, None)
        for _ in range(50):
            if not self._thread.is_alive():
                return
            await asyncio.sleep(FAREWELL_SECONDS / 50)
        self._sever()

    def _put(self, rank: int, job: _Job | None) -> None:
        self._jobs.put((rank, next(self._numbers), job))

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="imap", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        while (job := self._jobs.get()[-1]) is not None:
            if job.future.set_running_or_notify_cancel():
                self._settle(job)
        if self._wire is not None:
            self._wire.leave()
        self._forsake()

    def _forsake(self) -> None:
        """What was asked and not begun is not done."""
        while not self._jobs.empty():
            job = self._jobs.get()[-1]
            if job is not None and job.future.set_running_or_notify_cancel():
                job.future.set_exception(MailboxError(CLOSED))

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
            raise MailboxError(CLOSED)
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

    def _kept(self, *, probed: bool) -> "ImapSession | None":
        """The connection there is; `probed`, only if it still answers."""
        try:
            if self._wire is not None and probed:
                self._wire.poll()
        except Broken:
            self._drop()
        return self._wire

    def _connected(self, loop: asyncio.AbstractEventLoop) -> "ImapSession":
        """A new connection. A login that was just refused is not tried again at once: accounts get locked."""
        until, words = self._refusal
        if time.monotonic() < until:
            raise LoginError(words)
        try:
            wire = self._wire = self._open(loop)
        except LoginError as error:
            self._refusal = (time.monotonic() + REFUSED_SECONDS, str(error))
            raise
        if self._closed:
            self._drop()
            raise MailboxError(CLOSED)
        return wire

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.hang_up()
            self._wire = None

    def _sever(self) -> None:
        if (wire := self._wire) is not None:
            wire.sever()
