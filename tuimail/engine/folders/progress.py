"""What a synchronisation tells, not more often than anybody can read."""

from tuimail.engine.news import FolderChanged, FoldersChanged, News, Newsroom, Notice, Progress
from tuimail.mail.letter.safe import line
from tuimail.ports import Clock

EVERY = 0.1
COUNTS_EVERY = 1.0
LONG = 500
"""From so many fetched messages on it is long work, and worth a line of progress."""


class Report:
    """Of one round: its news, the first at once, then ten a second at most, the last always."""

    def __init__(self, account: str, folder: str, newsroom: Newsroom, clock: Clock) -> None:
        self.account, self.folder = account, folder
        self._newsroom, self._clock = newsroom, clock
        self._total = self._done = self._fetched = 0
        self._told: dict[type[News], float] = {}
        self._untold: dict[type[News], News] = {}

    def expect(self, total: int) -> None:
        """So many messages are to be compared."""
        self._total = total

    def compared(self, count: int) -> None:
        self._done += count

    def fetched(self, count: int) -> None:
        self._done += count
        self._fetched += count
        if self._fetched >= LONG:
            total = max(self._total, self._done)
            self._tell(Progress(self.account, self.folder, self._done, total), EVERY)

    def changed(self) -> None:
        """Rows of the folder are others now."""
        self._tell(FolderChanged(self.account, self.folder), EVERY)
        self._tell(FoldersChanged(self.account), COUNTS_EVERY)

    def renumbered(self) -> None:
        """The folder's uids are all new."""
        self._newsroom.announce(
            Notice(
                line(
                    f"{self.account}: the server numbered {self.folder} anew; it is read again,"
                    " and what is kept here stays"
                )
            )
        )

    def end(self) -> None:
        """What was held back; long work is over, however it ended."""
        if Progress in self._told:
            self._untold[Progress] = Progress(self.account, self.folder, self._total, self._total)
        for news in tuple(self._untold.values()):
            self._newsroom.announce(news)
        self._untold.clear()

    def _tell(self, news: News, every: float) -> None:
        now, kind = self._clock.now().boot, type(news)
        if kind in self._told and now - self._told[kind] < every:
            self._untold[kind] = news
            return
        self._told[kind] = now
        self._untold.pop(kind, None)
        self._newsroom.announce(news)
