"""What the screen needs of the background agent, which sends while the screen is closed."""

from typing import Protocol

from msgspec import Struct

from tuimail.mail.errors import AgentError
from tuimail.mail.letter.safe import Safe


class Outlook(Struct, frozen=True):
    """Whether held mail can be left to an agent, whether one runs already, and that in words."""

    possible: bool
    runs: bool
    words: Safe


class Background(Protocol):
    """The agent as the question at the end uses it."""

    def outlook(self) -> Outlook: ...

    async def start(self) -> None:
        """See to it that an agent runs. Raises AgentError."""
        ...

    async def took_over(self) -> bool:
        """Whether another process sends now; waits for it for a few seconds."""
        ...


class NoAgent:
    """`Background` where mail can't be left to anybody."""

    def outlook(self) -> Outlook:
        return Outlook(False, False, Safe("there is none here"))

    async def start(self) -> None:
        raise AgentError("There is no agent here. All is kept.")

    async def took_over(self) -> bool:
        return False
