"""Work beside the keys: what may take a while runs as a task of its own."""

from collections.abc import Awaitable, Callable

from textual.dom import DOMNode
from textual.message import Message

from tuimail.mail.errors import TuimailError


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
