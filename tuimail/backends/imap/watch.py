"""Waiting for news of one IMAP folder, on a connection and a daemon thread of its own."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tuimail.mail.errors import LoginError, MailboxError

if TYPE_CHECKING:
    from tuimail.backends.imap.session import ImapSession

IDLE_SECONDS = 300.0
POLL_SECONDS = 60.0
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
HEALTHY_SECONDS = 60.0
GLANCE_SECONDS = 30.0

Listen = Callable[["ImapWatch", asyncio.AbstractEventLoop], "ImapSession | None"]
Glance = Callable[[], Awaitable[object]]


class ImapWatch:
    """Heals its connection after growing, jittered pauses; only a refused login ends it.

    IDLE is begun anew every few minutes with a NOOP between: a connection that died without a word is found
    out, and a server whose IDLE says nothing is asked. `listen` opens the connection, or gives None when this
    folder has to do without: then it is glanced at every minute over one of the others. `glance` gives what
    differs when something happened, None when there is no other.
    """

    def __init__(self, listen: Listen, folder: str, glance: Glance) -> None:
        self._listen = listen
        self._folder = folder
        self._glance = glance
        self._seen: object = None
        self._stopped = threading.Event()
        self._bell = asyncio.Event()
        self._wire: ImapSession | None = None
        self._refused: LoginError | None = None
        self._stands_back = False

    @property
    def is_over(self) -> bool:
        return self._stopped.is_set()

    @property
    def is_listening(self) -> bool:
        """Whether it has a connection of its own."""
        return self._wire is not None and not self._stopped.is_set()

    async def news(self) -> AsyncIterator[None]:
        """Yields once it listens, whenever the folder may have changed, and when the server is gone or back.

        Raises LoginError.
        """
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, args=(loop,), name="imap watch", daemon=True).start()
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                if self._refused is not None:
                    raise self._refused
                if self._stopped.is_set():
                    return
                yield
        finally:
            self.stop()

    def stop(self) -> None:
        """End `news`, now."""
        self._stopped.set()
        self._bell.set()
        if (wire := self._wire) is not None:
            wire.sever()

    def stand_back(self) -> None:
        """Give the connection up for some minutes, and glance meanwhile; may be called from any thread."""
        self._stands_back = True
        if (wire := self._wire) is not None:
            wire.sever()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        pause = SHORTEST_PAUSE
        while not self._stopped.is_set() and self._refused is None:
            begun = time.monotonic()
            self._attempt(loop)
            if time.monotonic() - begun > HEALTHY_SECONDS:
                pause = SHORTEST_PAUSE
            jitter = 0.5 + random.random()  # noqa: S311 (so that not all come back at once)
            self._rest(loop, jitter * (LONGEST_PAUSE if self._stands_back else pause))
            pause = min(2 * pause, LONGEST_PAUSE)
            self._stands_back = False

    def _rest(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Wait before the next attempt, with a glance at the folder now and then."""
        until = time.monotonic() + seconds
        while not self._stopped.is_set() and self._refused is None:
            self._look_over(loop)
            if (left := until - time.monotonic()) <= 0:
                return
            self._stopped.wait(min(left, POLL_SECONDS))

    def _look_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ring when a glance shows something else than the one before."""
        asking = self._seen_now()
        try:
            seen = asyncio.run_coroutine_threadsafe(asking, loop).result(GLANCE_SECONDS)
        except (MailboxError, RuntimeError, TimeoutError):
            return
        finally:
            asking.close()
        if seen is not None and seen != self._seen:
            self._seen = seen
            self._ring(loop)

    async def _seen_now(self) -> object:
        return await self._glance()

    def _attempt(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._follow(loop)
        except LoginError as error:
            self._refused = error
            self._ring(loop)
        except MailboxError:
            self._ring(loop)
        except Exception:  # noqa: BLE001, S110 (the thread's one guard: a server may answer anything)
            pass
        finally:
            if self._wire is not None:
                self._wire.hang_up()
                self._wire = None

    def _follow(self, loop: asyncio.AbstractEventLoop) -> None:
        self._wire = wire = self._listen(self, loop)
        if wire is None:
            return
        wire.enter(self._folder)
        self._ring(loop)
        while not self._stopped.is_set():
            if self._news(wire):
                self._ring(loop)

    def _news(self, wire: "ImapSession") -> bool:
        if wire.can("IDLE"):
            return wire.idle(IDLE_SECONDS) or wire.poll()
        self._stopped.wait(POLL_SECONDS)
        return wire.poll()

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._bell.set)
