"""A question at the bottom: which folder?"""

from collections.abc import Collection

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from tuimail.mail.folder.folder import Folder
from tuimail.mail.letter.safe import Safe
from tuimail.ui.desk import Desk
from tuimail.ui.folder_tree import spot
from tuimail.ui.widgets.folder_line import FolderLine
from tuimail.ui.widgets.folder_list import FolderList

MOST = 14
"""So many folders are in sight at most."""


class FoldersScreen(ModalScreen[Folder | None]):
    """Answers a folder of one of `accounts`, or None after escape. The one picked last is the likeliest."""

    AUTO_FOCUS = None
    DEFAULT_CSS = """
    FoldersScreen > Vertical { dock: bottom; height: auto; max-height: 70%; border-top: solid $mail-rule; }
    FoldersScreen FolderList { margin-bottom: 1; }
    """

    def __init__(self, desk: Desk, asks: Safe, accounts: Collection[str]) -> None:
        super().__init__()
        self._folders = FolderList(desk, accounts, unified=False)
        self._line = FolderLine(self._folders, asks)
        self._targets = desk.habits.targets
        for account in accounts:
            self._folders.point(self._targets.get(account, (account, "")))

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._folders
            yield self._line

    def on_mount(self) -> None:
        self._folders.styles.height = min(MOST, max(1, self._folders.count))

    def on_folder_list_picked(self, event: FolderList.Picked) -> None:
        if event.folder is not None:
            self._targets[event.folder.account] = spot(event.folder)
        if self.is_current:
            self.dismiss(event.folder)
