"""The conversations that are unfolded in a list, and where that puts all rows."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from tuimail.mail.folder.thread import Branch

Tree = tuple[Branch, ...]


class Unfolded:
    """`trees` by the row of the view that each stands on, in place of which its messages are shown.

    A row is counted as in the view, an index as on the screen.
    """

    def __init__(self, trees: Mapping[int, Tree] | None = None) -> None:
        self.trees: dict[int, Tree] = dict(sorted((trees or {}).items()))
        self._rows = list(self.trees)
        self._more = list(accumulate((len(tree) - 1 for tree in self.trees.values()), initial=0))
        self._starts = [row + more for row, more in zip(self._rows, self._more, strict=False)]

    @property
    def more(self) -> int:
        """How many rows there are more than in the view."""
        return self._more[-1]

    def at(self, index: int) -> tuple[int, Branch | None]:
        """The row an index belongs to, and the message of its tree when that is unfolded."""
        number = bisect_right(self._starts, index) - 1
        if number < 0:
            return index, None
        row, beyond = self._rows[number], index - self._starts[number]
        tree = self.trees[row]
        return (row, tree[beyond]) if beyond < len(tree) else (row + 1 + beyond - len(tree), None)

    def index(self, row: int) -> int:
        """The index of a row, of its first message when it is unfolded."""
        number = bisect_right(self._rows, row - 1)
        return row + self._more[number]

    def with_(self, row: int, tree: Tree) -> "Unfolded":
        return Unfolded({**self.trees, row: tree})

    def without(self, row: int) -> "Unfolded":
        return Unfolded({one: tree for one, tree in self.trees.items() if one != row})
