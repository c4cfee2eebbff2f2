"""Floods of news made into a few repaints."""

from collections.abc import Callable

from textual.message_pump import MessagePump


class Calm:
    """Does `what` at once when asked, and however often it is asked, at most once in `pause` seconds."""

    def __init__(self, node: MessagePump, what: Callable[[], None], pause: float) -> None:
        self._node = node
        self._what = what
        self._pause = pause
        self._resting = self._asked = False

    def __call__(self) -> None:
        self._asked = self._resting
        if not self._resting:
            self._resting = True
            self._node.set_timer(self._pause, self._rested)
            self._what()

    def _rested(self) -> None:
        self._resting = False
        if self._asked:
            self()
