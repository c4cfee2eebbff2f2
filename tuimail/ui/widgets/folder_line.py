"""The line at the bottom edge that leads a list of folders: letters narrow it, arrows move in it."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from tuimail.mail.letter.safe import Safe
from tuimail.ui.keys import Place, bindings
from tuimail.ui.widgets.folder_list import FolderList
from tuimail.ui.work import caught_up


class FolderLine(Horizontal):
    """Leads `folders` as long as it has the focus; what was picked, or None, is the list's to say."""

    BINDINGS = bindings(Place.FOLDERS)
    DEFAULT_CSS = """
    FolderLine { layer: above; dock: bottom; height: 1; background: $mail-bar; }
    FolderLine > Label { color: $mail-accent; }
    FolderLine > Input { width: 1fr; border: none; height: 1; padding: 0; background: $mail-bar; }
    FolderLine > Input:focus { border: none; }
    """

    def __init__(self, folders: FolderList, asks: Safe) -> None:
        super().__init__()
        self._folders = folders
        self._asks = asks

    def compose(self) -> ComposeResult:
        yield Label(f" {self._asks} ", markup=False)
        yield Input(placeholder="type to narrow · enter takes it · esc leaves", compact=True)

    def on_mount(self) -> None:
        self._folders.lead(True)
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._folders.narrow(event.value.strip())

    async def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._folders.lead(False)
        await self.remove()

    async def action_pick(self) -> None:
        field = self.query_one(Input)
        await caught_up(field)
        self._folders.narrow(field.value.strip())
        self._folders.pick()

    def action_choose(self, rows: int) -> None:
        self._folders.choose(rows)

    def action_fold(self, hide: bool) -> None:
        self._folders.fold(hide)

    def action_leave(self) -> None:
        self._folders.post_message(FolderList.Picked(None))
