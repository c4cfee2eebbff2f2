"""A finished message taken up again as a draft."""

from tuimail.mail.letter.address import parse_addresses, write
from tuimail.mail.letter.body import body
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.fields import Fields, split
from tuimail.mail.letter.header import decode, message_ids
from tuimail.mail.letter.parse import files, parse
from tuimail.mail.letter.safe import block
from tuimail.mail.letter.submission import DRAFT_HEADER
from tuimail.mail.letter.walk import walk, whole


def draft_of(raw: bytes, draft_id: str, account: str) -> Draft:
    """The message as a draft to go on with: its text, its other parts as files with their data, its Bcc."""
    raw = whole(raw)
    root, _ = walk(raw)
    letter, fields = parse(raw), root.fields
    return Draft(
        id=draft_id,
        account=account,
        to=_typed(fields, b"to"),
        cc=_typed(fields, b"cc"),
        bcc=_typed(fields, b"bcc"),
        subject=decode(fields.first(b"subject"), 10_000),
        body=block(body(raw, root).text),
        attachments=files(raw, letter),
        in_reply_to=letter.in_reply_to,
        references=message_ids(" ".join(letter.references)),
        sender=letter.sender if letter.sender.spec else None,
        receipts=bool(fields.first(b"disposition-notification-to")),
    )


def copied(raw: bytes) -> str:
    """The id of the draft that the message in a Drafts folder is a copy of; empty for any other message."""
    return decode(split(raw, 0, len(raw)).first(DRAFT_HEADER.lower().encode()), 40)


def _typed(fields: Fields, name: bytes) -> str:
    """The addresses as a person would type them; what is no address is kept as it stands."""
    people = parse_addresses(fields.first(name))
    return ", ".join(map(write, people)) if people else decode(fields.first(name))
