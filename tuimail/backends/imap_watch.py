"""Waiting for news of one IMAP folder, on a connection and a daemon thread of its own."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING

from tuimail.backends.imap_thread import Open
from tuimail.mail.errors import LoginError, MailboxError

if TYPE_CHECKING:
    from tuimail.backends.imap_wire import Wire

IDLE_SECONDS = 540.0
POLL_SECONDS = 60.0
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
HEALTHY_SECONDS = 60.0


class ImapWatch:
    """Heals its connection after growing, jittered pauses; only a refused login ends it."""

    def __init__(self, open_wire: Open, folder: str) -> None:
        self._open = open_wire
        self._folder = folder
        self._stopped = threading.Event()
        self._bell = asyncio.Event()
        self._wire: Wire | None = None
        self._refused: LoginError | None = None

    async def news(self) -> AsyncIterator[None]:
        """Yields once it listens, and whenever the folder may have changed. Raises LoginError."""
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

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        pause = SHORTEST_PAUSE
        while not self._stopped.is_set() and self._refused is None:
            begun = time.monotonic()
            self._attempt(loop)
            if time.monotonic() - begun > HEALTHY_SECONDS:
                pause = SHORTEST_PAUSE
            self._stopped.wait(pause * (0.5 + random.random()))  # noqa: S311 (so that not all come back at once)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _attempt(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._follow(loop)
        except LoginError as error:
            self._refused = error
            self._ring(loop)
        except MailboxError:
            pass
        except Exception:  # noqa: BLE001, S110 (the thread's one guard: a server may answer anything)
            pass
        finally:
            if self._wire is not None:
                self._wire.hang_up()
                self._wire = None

    def _follow(self, loop: asyncio.AbstractEventLoop) -> None:
        self._wire = wire = self._open(loop)
        wire.enter(self._folder)
        self._ring(loop)
        while not self._stopped.is_set():
            if self._news(wire):
                self._ring(loop)

    def _news(self, wire: "Wire") -> bool:
        if wire.can("IDLE"):
            return wire.idle(IDLE_SECONDS) or wire.poll()
        self._stopped.wait(POLL_SECONDS)
        return wire.poll()

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._bell.set)
