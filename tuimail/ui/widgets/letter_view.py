"""A letter on the screen, in the reader and in the preview."""

from textual import events

from tuimail.mail.letter.letter import Letter
from tuimail.ui.format.cells import Row
from tuimail.ui.format.letter import Headers, body_rows, letter_rows
from tuimail.ui.widgets.row_view import RowView


class LetterView(RowView):
    """Shows a letter, or plain text, wrapped to its width."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[Row] = []
        self._letter: Letter | None = None
        self._text = ""
        self._headers = Headers.USUAL

    def show(self, letter: Letter, headers: Headers = Headers.USUAL) -> None:
        """Show a letter under these headers."""
        self._letter, self._headers, self._text = letter, headers, ""
        self._lay(top=True)

    def show_text(self, text: str) -> None:
        """Show some sanitised text instead."""
        self._letter, self._text = None, text
        self._lay(top=True)

    def row(self, index: int, width: int) -> Row:
        return self._rows[index]

    def on_resize(self, event: events.Resize) -> None:
        self._lay(top=False)

    def _lay(self, top: bool) -> None:
        width = self.size.width
        if self._letter is not None:
            self._rows = letter_rows(self._letter, width, self._headers)
        else:
            self._rows = list(body_rows(self._text, max(10, width - 2))) if self._text else []
        self.set_count(len(self._rows))
        if top:
            self.scroll_to(y=0, animate=False, immediate=True)
