"""How things stand with the folder one is in: numbers, what is being read, who is offline."""

from tuimail.engine.engine import Engine
from tuimail.engine.news import AccountOffline, AccountOnline, News, Progress, Searched, Synced
from tuimail.mail.folder.folder import Folder
from tuimail.mail.folder.query import MOST_FOUND
from tuimail.mail.folder.view import Order, View
from tuimail.mail.letter.safe import line
from tuimail.ui.folder_tree import Spot
from tuimail.ui.format.searched import words
from tuimail.ui.format.times import hour


class Standing:
    """Words for the title, from news and counts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folder: Folder | None = None
        self._numbers = self._looks = self._synced = ""
        self._view: View | None = None
        self._searched: Searched | None = None
        self._reading: dict[Spot, tuple[int, int]] = {}
        self._offline: dict[str, float] = {}

    def go(self, folder: Folder) -> None:
        """Another folder, of which nothing is known yet."""
        self._folder = folder
        self._numbers = self._looks = self._synced = ""

    def count(self, total: int, unread: int, marked: int, view: View) -> None:
        """The numbers of the view, and how it is looked at."""
        self._view = view
        query, more = line(view.query.text, 40), "+" if total == MOST_FOUND else ""
        rows = f"{total:,}{more} with “{query}”" if query else f"{unread:,} unread of {total:,}"
        self._numbers = f"{marked:,} marked of {total:,}" if marked else rows
        order = "" if view.order is Order.NEWEST else f"by {view.order}"
        if view.order in (Order.OLDEST, Order.LARGEST):
            order = f"{view.order} first"
        self._looks = " · ".join(part for part in ("threads" if view.threaded else "", order) if part)

    def hear(self, news: News) -> bool:
        """Take in what concerns the title; whether it did."""
        match news:
            case Progress(account, folder, done, total) if done < total:
                self._reading[account, folder] = done, total
            case Progress(account, folder, _, _):
                self._reading.pop((account, folder), None)
            case Synced(account, folder):
                if self._folder is None or not _within(self._folder, (account, folder)):
                    return False
                self._synced = f"synced {hour(self._engine.now().wall)}"
            case AccountOffline(account, since, _):
                self._offline[account] = since
            case Searched():
                self._searched = news
            case AccountOnline(account):
                self._offline.pop(account, None)
            case _:
                return False
        return True

    def reading(self, folder: Folder) -> list[Spot]:
        """The folders shown here that are being read."""
        return [spot for spot in self._reading if _within(folder, spot)]

    def left(self) -> str:
        """How it is looked at, beside its name."""
        return f" · {self._looks}" if self._looks else ""

    def right(self) -> str:
        """Numbers, then what goes on."""
        return "   ".join(part for part in (self._numbers, self._search() or self._going_on()) if part)

    def _search(self) -> str:
        """How far the search has come that is shown."""
        searched, view = self._searched, self._view
        if searched is None or view is None or not view.query.terms or searched.view.query != view.query:
            return ""
        return words(searched) if searched.view.folder == view.folder else ""

    def _going_on(self) -> str:
        folder = self._folder
        offline = [account for account in self._offline if folder is None or folder.account in ("", account)]
        if offline:
            names = "" if len(offline) == len(self._engine.accounts) else f"{line(', '.join(offline))} "
            return f"{names}offline since {hour(min(self._offline[one] for one in offline))}"
        reading = [self._reading[spot] for spot in (self.reading(folder) if folder is not None else ())]
        if reading:
            done, total = (sum(numbers) for numbers in zip(*reading, strict=True))
            return f"reading {done:,} of {total:,} · esc stops"
        return self._synced


def _within(folder: Folder, spot: Spot) -> bool:
    return folder.account in ("", spot[0]) and folder.name in ("", spot[1])
