"""The mails that are to be asked back together."""

from collections.abc import Sequence

from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.recalls import Candidate, candidate_row
from tuimail.ui.widgets.row_list import RowList


class CandidateList(RowList):
    """In the order in which they were marked; the cursor stays when something is known of one."""

    def __init__(self, desk: Desk, mails: Sequence[Candidate]) -> None:
        super().__init__()
        self._desk = desk
        self._mails = tuple(mails)

    def on_mount(self) -> None:
        self.show(self._mails)

    @property
    def current(self) -> Candidate | None:
        return self._mails[self.cursor] if self._mails else None

    def show(self, mails: Sequence[Candidate]) -> None:
        """What is known of them now."""
        self._mails = tuple(mails)
        self.styles.height = len(self._mails)
        self.place(len(self._mails), self.cursor)

    def row(self, index: int, width: int) -> Row:
        return candidate_row(self._mails[index], width, self._desk.engine.now().wall)
