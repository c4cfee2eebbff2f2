"""What the screens remember of a person's ways, for as long as they run."""

from tuimail.mail.folder.view import Order
from tuimail.ui.folder_tree import Spot


class Habits:
    """How each folder was looked at last, and where mail was moved to. `threads` is how all are at first."""

    def __init__(self, threads: bool = False) -> None:
        self._threads = threads
        self._looks: dict[Spot, tuple[bool, Order]] = {}
        self.targets: dict[str, Spot] = {}

    def look(self, spot: Spot) -> tuple[bool, Order]:
        """Whether as conversations, and in which order."""
        return self._looks.get(spot, (self._threads, Order.NEWEST))

    def looked(self, spot: Spot, threaded: bool, order: Order) -> None:
        self._looks[spot] = threaded, order
