"""What the screens remember of a person's ways, for as long as they run."""

from tuimail.mail.folder.view import Order
from tuimail.mail.letter.envelope import Ref
from tuimail.ui.folder_tree import Spot

PLACES = 500
"""Messages of which it is remembered how far they were read."""


class Habits:
    """How each folder was looked at last, and where mail was moved to. `threads` is how all are at first.

    `left` is how many rows of a message were above the first in sight; `saved_in` is the folder that
    attachments were last saved in.
    """

    def __init__(self, threads: bool = False) -> None:
        self._threads = threads
        self._looks: dict[Spot, tuple[bool, Order]] = {}
        self.targets: dict[str, Spot] = {}
        self.left: dict[Ref, int] = {}
        self.saved_in = ""

    def look(self, spot: Spot) -> tuple[bool, Order]:
        """Whether as conversations, and in which order."""
        return self._looks.get(spot, (self._threads, Order.NEWEST))

    def looked(self, spot: Spot, threaded: bool, order: Order) -> None:
        self._looks[spot] = threaded, order

    def leave(self, ref: Ref, rows: int) -> None:
        """A message is left at this row."""
        self.left.pop(ref, None)
        self.left[ref] = rows
        while len(self.left) > PLACES:
            self.left.pop(next(iter(self.left)))
