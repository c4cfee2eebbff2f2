"""Rows that a place computes itself."""

from collections.abc import Callable, Iterable, Sequence

from tuimail.ui.format.cells import Row
from tuimail.ui.widgets.rows import Rows


class Painted(Rows):
    """Shows what `make` gives for the width at hand."""

    def __init__(self, make: Callable[[int], Iterable[Row]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._make = make

    def rows(self, width: int) -> Sequence[Row]:
        return tuple(self._make(width))
