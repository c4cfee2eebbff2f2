"""Drafts, items and submissions for tests of the store and the engine."""

from msgspec.structs import replace

from tuimail.mail.hold.hold import window
from tuimail.mail.hold.item import Entry, Item
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import queue
from tuimail.mail.letter.draft import Attachment, Draft, Kind
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.submission import Submission

NOW = Moment(wall=1_800_000_000.0, boot=5_000.0, boot_id="boot")


def a_draft(name: str = "d1", **changes: object) -> Draft:
    """A draft with something in every field."""
    base = Draft(
        id=name,
        account="work",
        kind=Kind.REPLY,
        to="Aiko <aiko@example.jp>",
        cc="half typ",
        bcc="boss@example.jp",
        subject="見積書 👋",
        body="拝啓\n\n  two blanks before, tab\there\n",
        attachments=(
            Attachment("見積書.pdf", "application/pdf", 4, "/home/a/見積書.pdf", b"%PDF"),
            Attachment("empty.txt", "text/plain", 0, "/home/a/empty.txt", b""),
        ),
        in_reply_to="<1@example.jp>",
        references=("<0@example.jp>", "<1@example.jp>"),
        answers=Ref("work", "INBOX", "7.42"),
        cursor=(2, 5),
    )
    return replace(base, **changes)


def a_submission(name: str = "i1", wire: bytes = b"Subject: hello\r\n\r\nbody\r\n") -> Submission:
    recipients = ("aiko@example.jp", "boss@example.jp")
    return Submission("me@example.jp", recipients, wire, f"<{name}@example.jp>", f"token-{name}")


def a_queued(
    name: str = "i1", draft: Draft | None = None, seconds: float = 10, now: Moment = NOW
) -> tuple[Item, Submission, Draft, Entry]:
    """What `OutboxStore.add` takes, for a mail that waits."""
    draft = draft or a_draft(f"draft-of-{name}")
    submission = a_submission(name)
    item, entry = queue(name, draft, submission, window(seconds, now), now)
    return item, submission, draft, entry
