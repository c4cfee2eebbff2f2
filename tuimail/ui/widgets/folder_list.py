"""The folders of all accounts."""

from textual.message import Message

from tuimail.engine.news import FoldersChanged, News
from tuimail.mail.folder.folder import Folder
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.lists import account_row, folder_row
from tuimail.ui.keys import Place, bindings
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.work import start

COUNT_EVERY = 1.0


class FolderList(RowList):
    """Folders with their unread counts, under their account where there are several."""

    BINDINGS = bindings(Place.FOLDERS)

    class Picked(Message):
        """A folder was chosen, or None: nothing."""

        def __init__(self, folder: Folder | None) -> None:
            super().__init__()
            self.folder = folder

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__("No folders yet.", id=id)
        self._desk = desk
        self._entries: list[Folder | str] = []
        self._heard = Calm(self, lambda: start(self, self._load, "folders"), COUNT_EVERY)

    async def on_mount(self) -> None:
        self._desk.news.subscribe(self, self.hear)
        await self._load()

    def hear(self, news: News) -> None:
        """Count anew when an account's folders changed."""
        if isinstance(news, FoldersChanged):
            self._heard()

    def point(self, account: str, name: str) -> None:
        """Put the cursor on a folder."""
        for index, entry in enumerate(self._entries):
            if isinstance(entry, Folder) and (entry.account, entry.name) == (account, name):
                self.cursor = index

    def row(self, index: int, width: int) -> Row:
        entry = self._entries[index]
        return folder_row(entry, width) if isinstance(entry, Folder) else account_row(entry, width)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_pick()

    def action_pick(self) -> None:
        entry = self._entries[self.cursor] if self._entries else ""
        if isinstance(entry, Folder):
            self.post_message(self.Picked(entry))

    def action_leave(self) -> None:
        self.post_message(self.Picked(None))

    async def _load(self) -> None:
        accounts = self._desk.engine.accounts
        entries: list[Folder | str] = []
        for account in accounts:
            if len(accounts) > 1:
                entries.append(account.name)
            entries.extend(await self._desk.engine.mailbox.folders(account.name))
        self._entries = entries
        self.place(len(entries), self.cursor)
