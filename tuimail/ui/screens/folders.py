"""The folders over the list, where there is no room beside it."""

from textual.app import ComposeResult
from textual.screen import ModalScreen

from tuimail.mail.folder.folder import Folder
from tuimail.ui.desk import Desk
from tuimail.ui.keys import Place
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.folder_list import FolderList
from tuimail.ui.widgets.title import Title


class FoldersScreen(ModalScreen[Folder | None]):
    """Pick a folder; answers it, or None."""

    AUTO_FOCUS = "FolderList"

    def __init__(self, desk: Desk, account: str, name: str) -> None:
        super().__init__()
        self._desk = desk
        self._here = (account, name)

    def compose(self) -> ComposeResult:
        title = Title()
        title.left = "Folders"
        yield title
        yield FolderList(self._desk)
        yield KeyBar(self._desk, Place.FOLDERS)

    def on_row_list_moved(self) -> None:
        account, name = self._here
        self._here = ("", "")
        self.query_one(FolderList).point(account, name)

    def on_folder_list_picked(self, event: FolderList.Picked) -> None:
        event.stop()
        self.dismiss(event.folder)
