"""Everybody a mail went to, and what is known of each."""

from tuimail.mail.after.page import Page
from tuimail.mail.after.page import Row as Recipient
from tuimail.mail.after.sent_mail import SentMail
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.recall import columns, recipient_row, waiting_row
from tuimail.ui.widgets.row_list import RowList


class RecipientList(RowList):
    """The people at once, the verdicts when they are there."""

    def __init__(self, desk: Desk, mail: SentMail) -> None:
        super().__init__()
        self._desk = desk
        self._people = mail.people
        self._rows: tuple[Recipient, ...] = ()

    def on_mount(self) -> None:
        self._place()

    @property
    def current(self) -> Recipient | None:
        """The recipient under the cursor, once something is known."""
        return self._rows[self.cursor] if self._rows else None

    def show(self, page: Page) -> None:
        """What is known now; the cursor stays."""
        self._rows = page.rows
        self._place()

    def row(self, index: int, width: int) -> Row:
        room = columns(self._people, width, self._desk.engine.now().wall)
        if self._rows:
            return recipient_row(self._rows[index], width, room)
        return waiting_row(self._people[index], room)

    def _place(self) -> None:
        count = len(self._rows or self._people)
        self.styles.height = count
        self.place(count, self.cursor)
