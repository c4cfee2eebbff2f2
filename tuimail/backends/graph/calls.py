"""Questions to Graph that wait when fewer of them are wanted, and many of them side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from tuimail.backends.graph.http import Graph
from tuimail.backends.graph.refusal import Busy
from tuimail.backends.graph.rows import Json
from tuimail.backends.response import Response
from tuimail.mail.errors import MailboxError

T = TypeVar("T")
R = TypeVar("R")

TRIES = 4
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""A server that wants to be left alone for longer has an error as its answer."""

AT_ONCE = 3
LATER_AT_ONCE = 2
"""What is fetched for later leaves a place for whoever waits."""


class Calls:
    """As `Graph`; 429 is waited out, since it says that nothing was done."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.server = graph.server

    async def json(self, method: str, path: str, payload: Any = None, **more: Any) -> Json:
        """The object that is answered."""
        return await self._patiently(lambda: self._graph.json(method, path, payload, **more))

    async def ask(self, method: str, path: str, payload: Any = None, **more: Any) -> Response:
        """The answer, whatever is in it."""
        return await self._patiently(lambda: self._graph.ask(method, path, payload, **more))

    async def close(self) -> None:
        await self._graph.close()

    async def _patiently(self, question: Callable[[], Awaitable[T]]) -> T:
        for _ in range(TRIES - 1):
            try:
                return await question()
            except Busy as busy:
                if busy.pause > LONGEST_PAUSE:
                    raise
                await asyncio.sleep(max(busy.pause, SHORTEST_PAUSE))
        return await question()


async def each(work: Callable[[T], Awaitable[R]], items: Iterable[T], at_once: int = AT_ONCE) -> list[R]:
    """`work` on each, several at a time; the results in their order.

    Raises the first error, after what was under way has come to its end; nothing is begun after it.
    """
    waiting = deque(enumerate(items))
    done: dict[int, R] = {}

    async def worker() -> None:
        while waiting:
            number, item = waiting.popleft()
            try:
                done[number] = await work(item)
            except MailboxError:
                waiting.clear()
                raise

    ends = await asyncio.gather(*(worker() for _ in range(at_once)), return_exceptions=True)
    for end in ends:
        if end is not None:
            raise end
    return [done[number] for number in sorted(done)]
