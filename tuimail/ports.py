"""What the engine needs from the world, as Protocols. Each has its real thing in `store` or `backends`."""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from tuimail.mail.folder.change import Change
from tuimail.mail.folder.covered import Covered
from tuimail.mail.folder.folder import Folder, Listing
from tuimail.mail.folder.query import Query
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch
from tuimail.mail.folder.thread import Thread
from tuimail.mail.folder.view import View
from tuimail.mail.hold.item import Entry, Item
from tuimail.mail.hold.keeping import Offer, Whereabouts
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move
from tuimail.mail.hold.outcome import Outcome, Refusal
from tuimail.mail.hold.stop import Stop
from tuimail.mail.hold.trace import Trace
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.gist import Gist
from tuimail.mail.letter.picture import Picture
from tuimail.mail.letter.submission import Submission

if TYPE_CHECKING:
    from tuimail.mail.after.incident import Incident
    from tuimail.mail.after.near_miss import NearMiss
    from tuimail.mail.after.recall import AskOutcome, Recall
    from tuimail.mail.after.receipt import Receipt
    from tuimail.mail.after.sent_mail import SentMail
    from tuimail.mail.after.tip import Tip
    from tuimail.mail.after.verdict import Tenant
    from tuimail.mail.letter.contact import Contact
    from tuimail.mail.letter.template import Template
    from tuimail.mail.rule.rule import Rule


class Clock(Protocol):
    """Time, as a value and as a wait."""

    def now(self) -> Moment: ...

    def rfc5322(self) -> str:
        """The date-time of now, local zone, for a Date header."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class Ids(Protocol):
    """Randomness, as the names it is used for."""

    def item(self) -> str:
        """A short key for an outbox item or a draft, easy to type."""
        ...

    def token(self) -> str: ...

    def message_id(self, domain: str) -> str: ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...


class Files(Protocol):
    """The files a person attaches and saves."""

    async def read(self, path: str) -> bytes:
        """Raises AttachmentError."""
        ...

    async def save(self, folder: str, name: str, data: bytes) -> str:
        """Writes `data` under `name` (already clean) in `folder`, never over another file; the path."""
        ...


class AddressBook(Protocol):
    """People somebody keeps: vCard files, aliases, or what a command prints."""

    async def find(self, typed: str, limit: int) -> "tuple[Contact, ...]":
        """People with a name or an address that has a word which begins so. Raises ContactsError."""
        ...


class TemplateShelf(Protocol):
    """The texts somebody writes again and again."""

    async def all(self) -> "tuple[Template, ...]":
        """As they are now, by name. Raises DraftError."""
        ...


class Opener(Protocol):
    """What else on this computer shows links and files. Every method raises OpenError."""

    async def link(self, target: str) -> None:
        """Open a URL that `letter.link.opened` gave."""
        ...

    async def file(self, name: str, data: bytes) -> None:
        """Open a copy of a file under its (already clean) name."""
        ...

    async def pipe(self, command: str, data: bytes) -> bytes:
        """Run a command line, without a shell, on `data`; what it printed."""
        ...

    async def picture(self, data: bytes, columns: int, rows: int) -> Picture | None:
        """An image in at most so many cells; None for what can't be shown, or is not to be."""
        ...

    async def tidy(self) -> None:
        """Remove the copies that earlier runs have left."""
        ...

    async def leave_list(self, url: str) -> None:
        """Tell a website, in the one step of RFC 8058, that no more mail of a list is wanted."""
        ...


class BodyNext(Protocol):
    """Told that the body is next, with a line about what the server took, and whom it would not take.

    It commits the phase to disk, and the name that the server gave the message, if it did. When it answers
    False the item was taken back, and the body stays here.
    """

    async def __call__(self, said: str, refused: tuple[Refusal, ...] = (), remote: str = "", /) -> bool: ...


class Submitter(Protocol):
    """A way out for one account: SMTP here."""

    async def submit(self, submission: Submission, body_next: BodyNext) -> Outcome:
        """Hand the message over; never raises for what a network or a server can do.

        `body_next` is awaited once, after the recipients were settled and before DATA. When it answers
        False, leave politely and return `Withdrawn`.
        """
        ...

    async def check(self) -> str:
        """Connect, say hello, log in, leave. One line about the server; raises MailboxError."""
        ...

    async def close(self) -> None: ...


class Tracer(Protocol):
    """A way out that can say what became of a message whose answer was lost: Graph."""

    async def trace(self, item: Item) -> Trace:
        """Where the message is. Raises MailboxError when that can't be asked."""
        ...

    async def forget(self, item: Item) -> None:
        """Remove the draft of a message that was taken back, if it is one still. Raises MailboxError."""
        ...


class Exchange(Protocol):
    """What only a Microsoft 365 account signed in to Graph can do. Nothing is asked twice by itself."""

    async def tenant(self) -> "Tenant":
        """The account's kind and domains, asked once a day. Raises MailboxError."""
        ...

    async def tips(self, specs: Sequence[str]) -> "tuple[Tip, ...]":
        """One for each address, in order, with `trouble` where nothing is told. Raises MailboxError."""
        ...

    async def find_sent(self, mail: "SentMail") -> str:
        """The id of its copy in Sent Items; empty when there is none. Raises MailboxError."""
        ...

    async def recall(self, sent_id: str) -> "AskOutcome":
        """Ask for the delivered copies of a message in Sent Items; never raises for what a network can do."""
        ...


class Keeper(Protocol):
    """A server that keeps a mail until its time: JMAP, or SMTP with FUTURERELEASE."""

    async def offer(self) -> Offer | None:
        """What it would do; None when it can't. Raises MailboxError when it can't be asked."""
        ...

    async def hand_over(self, submission: Submission, until: float, body_next: BodyNext) -> Outcome:
        """Hand the message over, to leave at `until` (UTC seconds); `Kept` when that is agreed.

        Otherwise as `Submitter.submit`: never raises for what a network or a server can do, and awaits
        `body_next` once before the server could come to own the message.
        """
        ...

    async def find(self, item: Item) -> str:
        """The handle of the message (by its token, or its `remote`); empty when it keeps none.

        Raises MailboxError.
        """
        ...

    async def unsend(self, handle: str) -> Whereabouts:
        """Ask for it back; where it is now. Raises MailboxError when that can't be told."""
        ...

    async def whereabouts(self, handle: str) -> Whereabouts:
        """Where it is now. Raises MailboxError."""
        ...

    async def close(self) -> None: ...


class MailSource(Protocol):
    """One account's folders: IMAP, Graph or a Maildir. Every method raises MailboxError and nothing else.

    What a person waits for does not stand behind what is fetched for later. `uids` that are gone, or of
    another UIDVALIDITY, are left out of every answer and left alone by every deed.
    """

    async def folders(self) -> tuple[Folder, ...]: ...

    async def create(self, folder: str) -> None:
        """Make the folder if it is not there."""
        ...

    async def look(self, folder: str, since: Mark | None) -> Look:
        """What came, changed and went since `since`, as far as the source can tell."""
        ...

    def stretches(self, folder: str) -> AsyncIterator[Stretch]:
        """The whole folder, newest first, some thousand messages at a time."""
        ...

    async def newest(self, folder: str, count: int) -> tuple[Envelope, ...]:
        """The envelopes of the last messages, newest first, without a look at the rest."""
        ...

    async def envelopes(self, folder: str, uids: Sequence[str]) -> tuple[Envelope, ...]:
        """The envelopes of these messages."""
        ...

    async def body(self, folder: str, uid: str) -> bytes:
        """The whole message as stored, CRLF lines. Raises MessageGone."""
        ...

    async def bodies(self, folder: str, uids: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
        """(uid, whole message) of these messages, for later; `body` goes first."""
        ...

    async def message_ids(self, folder: str, uids: Sequence[str]) -> dict[str, str]:
        """The Message-ID of each of these messages that is there, empty where it has none."""
        ...

    async def append(self, folder: str, wire: bytes, flags: frozenset[str]) -> str:
        """File a message; its uid, or empty when the server does not say."""
        ...

    async def find(self, folder: str, header: str, value: str) -> tuple[str, ...]:
        """The uids of the messages whose header has exactly this value."""
        ...

    async def search(self, folder: str, query: Query) -> tuple[str, ...]:
        """The uids of what answers the query, newest first, by the server's own search."""
        ...

    async def flag(
        self, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]
    ) -> None: ...

    async def label(
        self, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]
    ) -> None:
        """Gmail's labels (X-GM-LABELS). Raises MailboxError where there are none."""
        ...

    async def move(self, folder: str, uids: Sequence[str], to: str) -> dict[str, str]:
        """Move messages; old uid to new one (empty when the server does not say) for those that went.

        Without MOVE: copied, and only what was copied is deleted, by its uid. Never a plain EXPUNGE.
        """
        ...

    async def erase(self, folder: str, uids: Sequence[str]) -> None:
        """Delete these messages for good, and no other."""
        ...

    def watch(self, folder: str) -> AsyncIterator[None]:
        """Yields whenever something in the folder may have changed; heals its own connection."""
        ...

    async def check(self) -> str:
        """Connect, log in, look at the inbox. One line about the server; raises MailboxError."""
        ...

    async def close(self) -> None: ...


class Since(Struct, frozen=True):
    """Items that changed since a point in the outbox's history, ids that are gone, and the point reached."""

    seen: int
    items: tuple[Item, ...]
    gone: tuple[str, ...]


class OutboxStore(Protocol):
    """The precious file: items, their bytes and trails, and local drafts. Every call is one transaction.

    Every method raises OutboxError when the disk is full, read-only or broken; then nothing changed.
    """

    async def add(self, item: Item, submission: Submission, draft: Draft, entry: Entry) -> None:
        """Queue: the item, its wire bytes and its draft with all files; a local draft of the same id goes."""
        ...

    async def move(self, move: Move) -> bool:
        """Replace the old item by the new one and write the trail; False when another mover was quicker."""
        ...

    async def moves(self, moves: Sequence[Move]) -> tuple[bool, ...]:
        """Several moves in one transaction; for each whether it came true, as `move` says."""
        ...

    async def claim(self, claim: Move, first: Move | None) -> tuple[bool, Submission | None]:
        """In one transaction: the move `first` (whether it came true), then `claim` (its message, or None).

        Raises OutboxDamaged when the message can't be read; then nothing changed.
        """
        ...

    async def take_back(self, move: Move) -> Draft | None:
        """`move` to undone; in the same transaction its draft is back among the drafts, its bytes go."""
        ...

    async def items(self) -> tuple[Item, ...]:
        """Every unfinished item and the lately finished ones, newest first."""
        ...

    async def item(self, item_id: str) -> Item | None: ...

    async def trail(self, item_id: str) -> tuple[Entry, ...]: ...

    async def submission(self, item_id: str) -> Submission: ...

    async def delete(self, item: Item) -> bool:
        """Remove a finished item for good; False when another was quicker."""
        ...

    async def purge(self, now: Moment) -> None:
        """Forget what was finished long ago."""
        ...

    async def save_draft(self, draft: Draft, now: Moment) -> None:
        """Keep a draft as it is now; does nothing when that draft is in the outbox."""
        ...

    async def drafts(self) -> tuple[tuple[Draft, float], ...]:
        """Local drafts without file contents, newest first, each with the wall time of its last save."""
        ...

    async def draft(self, draft_id: str) -> Draft | None: ...

    async def drop_draft(self, draft_id: str) -> None: ...

    async def changes(self) -> int:
        """A number that differs when another process has written since."""
        ...

    async def since(self, seen: int) -> Since:
        """What changed after the point `seen`, an earlier `Since.seen`; with -1 all that `items` gives."""
        ...

    async def stops(self) -> tuple[Stop, ...]:
        """The accounts that are stopped."""
        ...

    async def stop(self, stop: Stop) -> None: ...

    async def go(self, account: str) -> None:
        """The account is not stopped any more."""
        ...

    async def damage_report(self, look: bool = False) -> str:
        """What of the outbox was damaged, and what was kept, in one line that is told once; mostly empty.

        With `look` the file is looked through first, but for the contents of mail in a large one.
        """
        ...

    async def untold(self) -> str:
        """As `damage_report`, without counting as told."""
        ...

    async def restored(self) -> bool:
        """Whether this outbox is a copy put back, or carried here: its mail may have left already."""
        ...

    async def settle_in(self) -> None:
        """From now on this outbox is the one and only; what was asked because of `restored` was asked."""
        ...

    async def close(self) -> None: ...


class AfterStore(Protocol):
    """The precious file of what was done about mail that had left. Every call is one transaction.

    Every method raises OutboxError when the disk is full, read-only or broken; then nothing changed.
    """

    async def keep_sent(self, mail: "SentMail") -> None:
        """Remember a mail that left, or what is newly known of it."""
        ...

    async def sent(self, message_id: str) -> "SentMail | None": ...

    async def latest_sent(self, limit: int = 1) -> "tuple[SentMail, ...]":
        """Newest first."""
        ...

    async def put_recall(self, recall: "Recall") -> bool:
        """Write it if the version on disk is the one before (0: there is none); False otherwise."""
        ...

    async def recalls(self, message_id: str = "") -> "tuple[Recall, ...]":
        """Those of one mail, or all; newest first."""
        ...

    async def keep_receipt(self, receipt: "Receipt") -> bool:
        """False when the same was kept before."""
        ...

    async def receipts(self, message_id: str) -> "tuple[Receipt, ...]": ...

    async def put_incident(self, incident: "Incident") -> bool:
        """As `put_recall`."""
        ...

    async def incidents(self) -> "tuple[Incident, ...]":
        """Newest first."""
        ...

    async def count(self, near_miss: "NearMiss") -> None: ...

    async def near_misses(self, since: float = 0.0) -> "tuple[NearMiss, ...]":
        """Those since an instant (UTC seconds), oldest first."""
        ...

    async def writings(self) -> int:
        """A number that differs when another process has written since."""
        ...

    async def damage_report(self) -> str:
        """What of the file was damaged, and what was kept, in one line that is told once; mostly empty."""
        ...

    async def close(self) -> None: ...


class SenderLock(Protocol):
    """Held by the one process that sends."""

    def take(self) -> bool:
        """True when this process holds it now; never waits. Raises OutboxError.

        False for a holder says that it has lost the lock: others may have held it since.
        """
        ...

    def holder(self) -> str:
        """Who holds it, in words; empty when nobody."""
        ...

    def release(self) -> None: ...


class RuleBook(Protocol):
    """The rules as somebody wrote them."""

    def read(self) -> "tuple[Rule, ...]":
        """As they are now, in order. Raises ConfigError, which pauses all sending."""
        ...


class MailCache(Protocol):
    """The disposable file: what is known of the mailboxes. May be deleted at any time.

    Every write is one transaction, and none of them waits for the disk.
    """

    async def folders(self, account: str) -> tuple[Folder, ...]:
        """The folders, with the numbers of what is cached where all of a folder was once seen."""
        ...

    async def put_folders(self, account: str, folders: Sequence[Folder]) -> None: ...

    async def reached(self, account: str, folder: str) -> Mark | None:
        """The point up to which the whole folder is known; None before that."""
        ...

    async def reach(self, account: str, folder: str, mark: Mark | None) -> None: ...

    async def listing(self, account: str, folder: str, first: int = 0, last: int = LAST) -> Listing:
        """What is cached of a stretch, without what is only here as yet."""
        ...

    async def put(self, envelopes: Sequence[Envelope]) -> None: ...

    async def drop(self, account: str, folder: str, uids: Sequence[str]) -> None: ...

    async def clear(self, account: str, folder: str) -> None:
        """Forget all messages of a folder, as when its UIDVALIDITY changed."""
        ...

    async def reflag(self, account: str, folder: str, flags: dict[str, frozenset[str]]) -> None: ...

    async def mark(
        self, account: str, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]
    ) -> dict[str, frozenset[str]]:
        """Add and drop flags of these messages; the flags they had before."""
        ...

    async def label(self, refs: Sequence[Ref], add: frozenset[str], drop: frozenset[str]) -> None:
        """Add and drop labels of these messages."""
        ...

    async def move(self, refs: Sequence[Ref], to: str) -> dict[Ref, Ref]:
        """These messages stand in the folder `to` of their account, bodies too: old ref to new one.

        The new uid begins with `~`: the message is there only here as yet.
        """
        ...

    async def settle(self, ref: Ref, uid: str) -> None:
        """What stood under a `~` uid is on the server under `uid`; with an empty one it is forgotten.

        A row that is there under `uid` already gives way; what is not there under `~` is no error.
        """
        ...

    async def strays(self) -> tuple[Ref, ...]:
        """Everything that stands under a `~` uid."""
        ...

    async def count(self, view: View) -> tuple[int, int]:
        """Rows of the view (messages, or threads), and how many of them are unread."""
        ...

    async def page(self, view: View, start: int, length: int) -> tuple[Envelope, ...]:
        """Rows `start` to `start + length` of the view, one a message, in its order."""
        ...

    async def threads(self, view: View, start: int, length: int) -> tuple[Thread, ...]:
        """The same, one a conversation, by its newest message."""
        ...

    async def thread(self, view: View, key: int) -> tuple[Envelope, ...]:
        """The messages of the conversation `key` that are in the view, oldest first."""
        ...

    async def row(self, view: View, ref: Ref) -> int | None:
        """The row on which the message (in a threaded view, its conversation) stands."""
        ...

    async def unread(self, view: View, start: int, back: bool = False) -> int | None:
        """The first row from `start` on, or backwards from it, that is unread."""
        ...

    async def refs(self, view: View) -> tuple[Ref, ...]:
        """All messages of the view, in no particular order."""
        ...

    async def covered(self, view: View) -> tuple[Covered, ...]:
        """The folders in which the view's query looks, as far as they can be searched here."""
        ...

    async def answer(self, query: Query, refs: Sequence[Ref]) -> tuple[Ref, ...]:
        """A server found these: views with this query have those of them whose text is not here.

        The ones that are not known at all.
        """
        ...

    async def envelope(self, ref: Ref) -> Envelope | None: ...

    async def body(self, account: str, folder: str, uid: str) -> bytes | None: ...

    async def put_bodies(self, bodies: Sequence[tuple[Ref, bytes, Gist]]) -> None:
        """Keep whole messages, and what can be searched in them."""
        ...

    async def bodiless(self, account: str, folder: str, since: float, limit: int) -> tuple[Envelope, ...]:
        """The newest messages received since an instant (UTC seconds) whose bodies are not kept."""
        ...

    async def written_to(self, specs: Sequence[str], before: float) -> frozenset[str]:
        """Those of the addresses (lower case) that mail in a Sent folder went to before an instant."""
        ...

    async def met(self, specs: Sequence[str], before: float) -> frozenset[str]:
        """Those of the addresses (lower case) that were in any mail before an instant (UTC seconds)."""
        ...

    async def seen(self, prefix: str, limit: int) -> tuple[Address, ...]:
        """Addresses met in mail whose name or address has a word that begins so, likeliest first."""
        ...

    async def close(self) -> None: ...


class Notifier(Protocol):
    """How a person hears of new mail outside the screen."""

    async def tell(self, account: str, count: int, newest: Sequence[Envelope]) -> str:
        """Of `count` new messages, some of them newest first. What went wrong, in a line, mostly empty."""
        ...


class ChangeStore(Protocol):
    """What is to be done on the servers yet, oldest first. As precious as the outbox.

    Every method raises OutboxError when the disk is full, read-only or broken; then nothing changed.
    """

    async def add(self, changes: Sequence[Change]) -> None: ...

    async def all(self) -> tuple[Change, ...]: ...

    async def put(self, changes: Sequence[Change], done: Sequence[str] = ()) -> None:
        """Changes that were tried, as they are now; in the same transaction those with the ids `done` go."""
        ...

    async def drop(self, ids: Sequence[str]) -> None:
        """Changes that came true, or were taken back."""
        ...

    async def writings(self) -> int:
        """A number that differs when another process has written since."""
        ...

    async def damage_report(self) -> str:
        """What of the file was damaged, and what was kept, in one line that is told once; mostly empty."""
        ...

    async def close(self) -> None: ...
