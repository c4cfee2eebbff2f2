"""Work that may wait for ever, on a daemon thread: the screen goes on meanwhile, and quitting never waits."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def as_it_is(error: Exception) -> Exception:
    return error


async def aside(work: Callable[[], T], name: str, told: Callable[[Exception], Exception] = as_it_is) -> T:
    """What `work` gives; what it raises, as `told` puts it. Cancelling stops the wait, not the thread."""
    future: Future[T] = Future()

    def run() -> None:
        future.set_running_or_notify_cancel()
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 (the thread's guard: it is raised where it is awaited)
            future.set_exception(told(error))

    threading.Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(future)
