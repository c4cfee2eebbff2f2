"""A letter on the screen, in the reader and in the preview."""

from collections.abc import Iterator
from itertools import islice

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.picture import Picture
from tuimail.ui.format.cells import Piece, Row, Tone
from tuimail.ui.format.letter import Headers, body_rows, letter_rows
from tuimail.ui.widgets.row_view import RowView

AT_ONCE = 200
"""Rows laid out before the first paint, at least; the rest of a long letter follows in slices."""

SLICE = 1_000


class LetterView(RowView):
    """Shows a letter, or plain text, wrapped to its width; what is quoted at length is folded."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[Row] = []
        self._rest: Iterator[Row] = iter(())
        self._letter: Letter | None = None
        self._text = ""
        self._headers = Headers.USUAL
        self._folded = True
        self._recall = ""
        self._laid = self._top = 0
        self._pictures: list[tuple[str, Picture]] = []
        self._cells: dict[int, tuple[Picture, int]] = {}

    @property
    def at_end(self) -> bool:
        """Whether the last row is in sight."""
        return self.scroll_offset.y + self.size.height >= self.count

    def show(
        self,
        letter: Letter,
        headers: Headers = Headers.USUAL,
        folded: bool = True,
        top: int = 0,
        recall: str = "",
    ) -> None:
        """Show a letter under these headers, from the row `top` on; `recall` is what was asked of it."""
        if letter is not self._letter:
            self._pictures = []
        self._letter, self._headers, self._folded, self._text = letter, headers, folded, ""
        self._recall = recall
        self._lay(top)

    def hang(self, name: str, picture: Picture) -> None:
        """Put a picture below the letter."""
        self._pictures.append((name, picture))
        self._take(None)
        self._hang(name, picture)

    def show_text(self, text: str) -> None:
        """Show some sanitised text instead."""
        self._letter, self._text = None, text
        self._lay(0)

    def row(self, index: int, width: int) -> Row:
        return self._rows[index]

    def paint(self, index: int, width: int) -> Strip:
        if index in self._cells:
            return picture_strip(*self._cells[index], width, self.look().ground)
        return super().paint(index, width)

    def on_resize(self, event: events.Resize) -> None:
        self._lay(self.scroll_offset.y if self._rows else self._top)

    def action_bottom(self) -> None:
        self._take(None)
        super().action_bottom()

    def _lay(self, top: int) -> None:
        """Set the rows anew: those in sight now, the others when the screen is painted."""
        self._laid, self._top = self._laid + 1, top
        self._cells = {}
        self._rows, self._rest = [], self._made() if self.size.width else iter(())
        self._take(max(AT_ONCE, top + 2 * self.size.height))
        self.scroll_to(y=top, animate=False, immediate=True)
        self.call_after_refresh(self._go_on, self._laid, top)

    def _made(self) -> Iterator[Row]:
        width = self.size.width
        if self._letter is not None:
            return letter_rows(self._letter, width, self._headers, self._folded, self._recall)
        return body_rows(self._text, max(10, width - 2)) if self._text else iter(())

    def _take(self, number: int | None) -> None:
        known = len(self._rows)
        self._rows += islice(self._rest, number)
        if len(self._rows) > known or not known:
            self.set_count(len(self._rows))

    def _hang(self, name: str, picture: Picture) -> None:
        """The rows of a picture, under its name."""
        self._rows += [(), (Piece(f" {name}", Tone.MUTED),)]
        for row in range(picture.rows):
            self._cells[len(self._rows)] = picture, row
            self._rows.append(())
        self.set_count(len(self._rows))

    def _go_on(self, laid: int, top: int = 0) -> None:
        """Another slice, unless other rows are laid by now. A view without a size could not scroll before."""
        known = len(self._rows)
        if laid == self._laid:
            if top and not self.scroll_offset.y:
                self.scroll_to(y=top, animate=False, immediate=True)
            self._take(SLICE)
            if len(self._rows) > known:
                self.call_after_refresh(self._go_on, laid)
            elif self._letter is not None and not self._cells:
                for name, picture in self._pictures:
                    self._hang(name, picture)


def picture_strip(picture: Picture, row: int, width: int, ground: Style) -> Strip:
    """One row of a picture in exactly `width` cells: the upper half of each is ink, the lower one paper."""
    shown = min(picture.columns, width - 1)
    cells = [Segment(" ", ground)]
    for column in range(shown):
        upper, lower = ("#{:02x}{:02x}{:02x}".format(*pixel) for pixel in picture.cell(column, row))
        cells.append(Segment("▀", Style(color=upper, bgcolor=lower)))
    return Strip([*cells, Segment(" " * (width - 1 - shown), ground)], width)
