"""Work beside the keys: what may take a while runs as a task of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump

from tuimail.mail.errors import TuimailError

PATIENCE = 0.5


class Trouble(Message):
    """Something expected went wrong; the place one is in says it in one line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def start(node: DOMNode, what: Callable[[], Awaitable[None]], group: str, exclusive: bool = True) -> None:
    """Run `what` for `node`; an exclusive one ends what its group had under way. Failures become Trouble."""

    async def guarded() -> None:
        try:
            await what()
        except TuimailError as error:
            node.post_message(Trouble(str(error)))

    task: Callable[[], Awaitable[None]] = guarded
    node.run_worker(task, group=group, exclusive=exclusive)


async def caught_up(pump: MessagePump) -> None:
    """Wait until `pump` has dealt with all that it was sent: a key that goes first must not leave behind the
    letters that were typed before it. One that is closing is not waited for long.
    """
    done = asyncio.Event()
    if pump.call_later(done.set):
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await done.wait()
