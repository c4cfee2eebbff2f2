"""Work beside the keys: what may take a while runs as a task of its own."""

from collections.abc import Awaitable, Callable

from textual.dom import DOMNode


def start(node: DOMNode, what: Callable[[], Awaitable[None]], group: str) -> None:
    """Run `what`, ending what `node` had under way in the same group."""
    node.run_worker(what, group=group, exclusive=True)
