"""What a list shows at a moment: the rows of a view that are in memory, and its unfolded conversations."""

from collections.abc import Iterable

from tuimail.mail.folder.thread import Branch
from tuimail.ui.unfolded import Unfolded
from tuimail.ui.window import Line, Name, Window, name_of


class Listed:
    """The rows of `window`, some of them replaced by the messages of their conversation."""

    def __init__(self, window: Window, unfolded: Unfolded) -> None:
        self.window = window
        self.unfolded = unfolded

    @property
    def count(self) -> int:
        """How many rows the list has."""
        return self.window.total + self.unfolded.more if self.window.total else 0

    def line(self, index: int) -> Line | None:
        """What stands at an index; None while it is not in memory."""
        row, branch = self.unfolded.at(index)
        return self.window.row(row) if branch is None else branch.envelope

    def branch(self, index: int) -> Branch | None:
        """The message of an unfolded conversation at an index."""
        return self.unfolded.at(index)[1]

    def row(self, index: int) -> int:
        """The row of the view that an index belongs to."""
        return self.unfolded.at(index)[0]

    def names(self, indexes: Iterable[int]) -> list[Name]:
        """The names of what stands there, as far as it is in memory."""
        lines = (self.line(index) for index in indexes if 0 <= index < self.count)
        return [name_of(line) for line in lines if line is not None]

    def index(self, name: Name) -> int | None:
        """Where something stands, as far as it is in memory."""
        for row, tree in self.unfolded.trees.items():
            for beyond, branch in enumerate(tree):
                if branch.envelope.ref == name:
                    return self.unfolded.index(row) + beyond
        found = self.window.index(name)
        return None if found is None else self.unfolded.index(found)
