"""What the engine announces. A front end listens; it never asks twice."""

from collections.abc import Callable
from dataclasses import dataclass

from tuimail.mail.hold.item import Item
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.safe import Safe


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """An outbox item moved, here or in another process."""

    item: Item


@dataclass(frozen=True, slots=True)
class ItemGone:
    """An outbox item was deleted."""

    item_id: str


@dataclass(frozen=True, slots=True)
class OutboxLoaded:
    """So many outbox items moved at once that none is named."""


@dataclass(frozen=True, slots=True)
class AccountStopped:
    """The mail of an account goes nowhere until a person acts."""

    stop: Stop


@dataclass(frozen=True, slots=True)
class AccountGoes:
    """The mail of an account that was stopped is tried again."""

    account: str


@dataclass(frozen=True, slots=True)
class FoldersChanged:
    """The folders of an account, or their counts, are new."""

    account: str


@dataclass(frozen=True, slots=True)
class FolderChanged:
    """Rows of a folder came, went or changed their flags."""

    account: str
    folder: str


@dataclass(frozen=True, slots=True)
class NewMail:
    """Unread mail came into an inbox since the last look."""

    account: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Long work under way: `done` of `total`; the last one has done == total."""

    account: str
    folder: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for a person, not tied to an item. `trouble` is False for good news."""

    text: Safe
    trouble: bool = True


@dataclass(frozen=True, slots=True)
class SenderChanged:
    """Who sends: this process, or another (`holder` in words)."""

    here: bool
    holder: str


News = (
    ItemChanged
    | ItemGone
    | OutboxLoaded
    | AccountStopped
    | AccountGoes
    | FoldersChanged
    | FolderChanged
    | NewMail
    | Progress
    | Notice
    | SenderChanged
)

Listener = Callable[[News], None]


class Newsroom:
    """Where news is announced, and who listens."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with all news from now on, on the engine's loop; the answer stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def announce(self, news: News) -> None:
        for listener in tuple(self._listeners):
            listener(news)
