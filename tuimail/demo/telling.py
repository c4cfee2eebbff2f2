"""What a tour says, and which of its steps did not hold."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_T = TypeVar("_T")

PATIENCE = 10.0
LOOK_EVERY = 0.05


class Telling:
    """Prints a tour's lines with `say`; `broken` are the steps that did not hold."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.broken: list[str] = []

    def title(self, text: str) -> None:
        """What comes now."""
        self.say("")
        self.say(text)

    def hold(self, what: str, held: bool) -> None:
        """Whether it is as it has to be."""
        self.say(f"  {'ok' if held else 'NOT SO'}: {what}")
        if not held:
            self.broken.append(what)

    async def wait(self, look: Callable[[], Awaitable[_T]]) -> _T:
        """Look until there is something to see, or patience ends."""
        for _ in range(int(PATIENCE / LOOK_EVERY)):
            if seen := await look():
                return seen
            await asyncio.sleep(LOOK_EVERY)
        return await look()
