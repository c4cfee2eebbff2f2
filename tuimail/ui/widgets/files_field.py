"""The files that go along with a draft."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from tuimail.mail.letter.draft import Attachment
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone
from tuimail.ui.format.times import size
from tuimail.ui.widgets.rows import Rows


class FilesField(Rows, can_focus=True):
    """One row per file, and one for what they come to; delete takes the chosen one off.

    More than `large` bytes are warned about.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("delete,backspace", "remove", show=False),
    ]
    DEFAULT_CSS = "FilesField { height: auto; }"

    files: reactive[tuple[Attachment, ...]] = reactive((), layout=True)
    """The files."""

    class Changed(Message):
        """A file was taken off."""

    def __init__(self, files: tuple[Attachment, ...], large: int = 20_000_000) -> None:
        super().__init__()
        self._chosen = 0
        self._large = large
        self.set_reactive(FilesField.files, files)
        self.display = bool(files)

    def watch_files(self, files: tuple[Attachment, ...]) -> None:
        self.display = bool(files)

    def rows(self, width: int) -> Sequence[Row]:
        rows = [self._row(index, file) for index, file in enumerate(self.files)]
        total = sum(file.size for file in self.files)
        if total > self._large:
            words = f"{size(total)} in all: many servers refuse more than {size(self._large)}"
            return [*rows, (Piece(" " * 10), Piece(words, Tone.ALERT))]
        if len(self.files) > 1:
            return [*rows, (Piece(f"{' ' * 10}{len(self.files)} files, {size(total)}", Tone.MUTED),)]
        return rows

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_move(self, rows: int) -> None:
        self._chosen = max(0, min(len(self.files) - 1, self._chosen + rows))
        self.refresh()

    def action_remove(self) -> None:
        self.files = self.files[: self._chosen] + self.files[self._chosen + 1 :]
        self.action_move(0)
        self.post_message(self.Changed())
        if not self.files:
            self.screen.focus_previous()

    def _row(self, index: int, file: Attachment) -> Row:
        here = self.has_focus and index == self._chosen
        row = (
            Piece(" Files    " if index == 0 else " " * 10, Tone.MUTED),
            Piece(line(file.name), Tone.STRONG if here else Tone.PLAIN),
            Piece(f"  {size(file.size)}", Tone.MUTED),
        )
        return (*row, Piece("  del takes it off", Tone.ACCENT)) if here else row
