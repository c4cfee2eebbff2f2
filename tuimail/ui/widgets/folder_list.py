"""The folders of all accounts."""

from collections.abc import Collection

from textual.message import Message

from tuimail.engine.news import FoldersChanged, News
from tuimail.mail.folder.folder import Folder
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.folder_tree import Entry, Spot, entries, narrowed, spot
from tuimail.ui.format.cells import Row
from tuimail.ui.format.lists import folder_row, heading_row
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.work import start

COUNT_EVERY = 1.0


class FolderList(RowList, can_focus=False):
    """Folders with their unread counts, nested, under their account where there are several.

    It is led by a `FolderLine` below, which has the keys. `accounts` are those shown, all by default; with
    `unified` there is a row for all inboxes.
    """

    class Picked(Message):
        """A folder was chosen, or None: nothing."""

        def __init__(self, folder: Folder | None) -> None:
            super().__init__()
            self.folder = folder

    def __init__(
        self, desk: Desk, accounts: Collection[str] = (), *, unified: bool = True, id: str | None = None
    ) -> None:
        super().__init__("No folder is called so.", id=id)
        self._desk = desk
        self._accounts = [a.name for a in desk.engine.accounts if not accounts or a.name in accounts]
        self._unified = unified
        self._folders: list[tuple[str, tuple[Folder, ...]]] = []
        self._folded: set[Spot] = set()
        self._entries: list[Entry] = []
        self._typed, self._here, self._led = "", ("", ""), False
        self._heard = Calm(self, lambda: start(self, self._load, "folders"), COUNT_EVERY)

    @property
    def folders(self) -> list[Folder]:
        """All folders, in their order."""
        return [folder for _, folders in self._folders for folder in folders]

    @property
    def current(self) -> Folder | None:
        """The folder under the cursor."""
        return self._entries[self.cursor].folder if self._entries else None

    @property
    def is_lively(self) -> bool:
        return self._led

    async def on_mount(self) -> None:
        self._desk.news.subscribe(self, self.hear)
        await self._load()

    def hear(self, news: News) -> None:
        """Count anew when an account's folders changed."""
        if isinstance(news, FoldersChanged):
            self._heard()

    def point(self, here: Spot) -> None:
        """Put the cursor on a folder, now and when nothing is typed."""
        self._here = here
        self._seek(here)

    def lead(self, led: bool) -> None:
        """Whether somebody moves its cursor; afterwards it is where one is."""
        self._led = led
        if not led:
            self.narrow("")
            self._seek(self._here)
        self.repaint()

    def narrow(self, typed: str) -> None:
        """Only the folders that are called so; all when nothing is typed."""
        if typed != self._typed:
            self._typed = typed
            self._list(0)
            if not typed:
                self._seek(self._here)

    def choose(self, rows: int) -> None:
        """Move on, over the headings."""
        index = self.cursor + rows
        while 0 <= index < self.count and self._entries[index].folder is None:
            index += rows
        if 0 <= index < self.count:
            self.cursor = index

    def fold(self, hide: bool) -> None:
        """Hide the folders below the one under the cursor, or show them again."""
        folder = self.current
        if folder is not None and self._entries[self.cursor].below:
            (self._folded.add if hide else self._folded.discard)(spot(folder))
            self._list(self.cursor)

    def pick(self) -> None:
        """Take the folder under the cursor."""
        if self.current is not None:
            self.post_message(self.Picked(self.current))

    def row(self, index: int, width: int) -> Row:
        entry = self._entries[index]
        return heading_row(entry, width) if entry.folder is None else folder_row(entry, width)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.pick()

    async def _load(self) -> None:
        mailbox = self._desk.engine.mailbox
        self._folders = [(name, await mailbox.folders(name)) for name in self._accounts]
        folder = self.current
        self._list(self.cursor)
        if folder is None or not self._seek(spot(folder)):
            self._seek(self._here)

    def _list(self, cursor: int) -> None:
        if self._typed:
            self._entries = narrowed(self._folders, self._typed, self._unified)
        else:
            self._entries = entries(self._folders, self._folded, self._unified)
        self.place(len(self._entries), cursor)

    def _seek(self, here: Spot) -> bool:
        for index, entry in enumerate(self._entries):
            if entry.folder is not None and spot(entry.folder) == here:
                self.cursor = index
                return True
        return False
