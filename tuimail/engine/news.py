"""What the engine announces. A front end listens; it never asks twice."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from tuimail.mail.folder.view import View
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.safe import Safe


class ItemChanged(Struct, frozen=True):
    """An outbox item moved, here or in another process."""

    item: Item


class ItemGone(Struct, frozen=True):
    """An outbox item was deleted."""

    item_id: str


class OutboxLoaded(Struct, frozen=True):
    """So many outbox items moved at once that none is named."""


class AccountStopped(Struct, frozen=True):
    """The mail of an account goes nowhere until a person acts."""

    stop: Stop


class AccountGoes(Struct, frozen=True):
    """The mail of an account that was stopped is tried again."""

    account: str


class FoldersChanged(Struct, frozen=True):
    """The folders of an account, or their counts, are new."""

    account: str


class FolderChanged(Struct, frozen=True):
    """Rows of a folder came, went or changed their flags."""

    account: str
    folder: str


class Synced(Struct, frozen=True):
    """A folder was compared with its source; the cache agrees with it as of now."""

    account: str
    folder: str


class AccountOffline(Struct, frozen=True):
    """The server of an account does not answer, since an instant (UTC seconds); it is tried again."""

    account: str
    since: float
    why: Safe


class AccountOnline(Struct, frozen=True):
    """The server of an account answers again."""

    account: str


class NewMail(Struct, frozen=True):
    """Unread mail came into an inbox since the last look; `newest` are some of it, newest first.

    With `bell`, the terminal's bell is wanted.
    """

    account: str
    count: int
    newest: tuple[Envelope, ...] = ()
    bell: bool = False


class Progress(Struct, frozen=True):
    """Long work under way: `done` of `total`; the last one has done == total."""

    account: str
    folder: str
    done: int
    total: int


class Stage(StrEnum):
    """How far a search has come: looked at what is here; a server is asked, was asked, or can't be asked."""

    HERE = "here"
    ASKING = "asking"
    ASKED = "asked"
    REFUSED = "refused"


class Searched(Struct, frozen=True):
    """A search of `total` messages, `textless` of which have text that matters and is not here.

    `trouble` is why a server could not be asked.
    """

    view: View
    total: int
    textless: int
    stage: Stage
    trouble: Safe


class AfterChanged(Struct, frozen=True):
    """Something is new about a mail that left: a recall, a report, a receipt, an incident."""

    message_id: str


class Notice(Struct, frozen=True):
    """One line for a person, not tied to an item. `trouble` is False for good news."""

    text: Safe
    trouble: bool = True


class SenderChanged(Struct, frozen=True):
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
    | Synced
    | AccountOffline
    | AccountOnline
    | NewMail
    | Progress
    | Searched
    | AfterChanged
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
