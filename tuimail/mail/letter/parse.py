"""From the bytes of a message to what a person reads. Takes anything, raises nothing, and stays in bounds.

Of header fields that may stand once and stand twice, the first counts.
"""

import re
from collections.abc import Collection

from tuimail.mail.letter import body, host, invitation, transfer
from tuimail.mail.letter.address import Address, ascii_domain, parse_addresses
from tuimail.mail.letter.draft import Attachment
from tuimail.mail.letter.fields import Fields
from tuimail.mail.letter.filename import clean
from tuimail.mail.letter.header import date, decode, message_ids, raw
from tuimail.mail.letter.invitation import REPLY_TYPE, Invitation
from tuimail.mail.letter.letter import Letter, Part
from tuimail.mail.letter.mailing import mailing
from tuimail.mail.letter.safe import Safe, block, line
from tuimail.mail.letter.scan import first_id, sender
from tuimail.mail.letter.walk import Node, walk, whole

FIELD_SHOWN = 10_000

_EXTENSIONS = {"text/plain": "txt", "text/calendar": "ics", "text/vcard": "vcf", "message/rfc822": "eml"}


def parse(message: bytes) -> Letter:
    """The message as a person reads it. `faults` tell what could not be."""
    message = whole(message)
    root, faults = walk(message)
    text = body.body(message, root)
    fields = root.fields
    author = sender(fields.first(b"from"))
    shown, links = block(text.text), text.links
    links.bare(shown)
    invited, unread = _invitation(message, root)
    return Letter(
        headers=tuple((line(decode(name), 100), decode(value, FIELD_SHOWN)) for name, value in fields.rows),
        sender=author,
        reply_to=parse_addresses(fields.first(b"reply-to")),
        to=parse_addresses(fields.first(b"to")),
        cc=parse_addresses(fields.first(b"cc")),
        subject=decode(fields.first(b"subject")),
        date=date(raw(fields.first(b"date"))),
        message_id=first_id(_ids(fields, b"message-id")),
        in_reply_to=first_id(_ids(fields, b"in-reply-to")),
        references=_ids(fields, b"references"),
        text=shown,
        links=tuple(links),
        parts=tuple(_part(message, leaf) for leaf in text.files),
        faults=tuple(line(each) for each in (*faults, *text.faults, *unread, *_doubts(fields, author))),
        followup=parse_addresses(fields.first(b"mail-followup-to")),
        mailing=mailing(fields),
        invitation=invited,
    )


def part(message: bytes, index: int) -> bytes:
    """The decoded bytes of the leaf with this `Part.index`; empty when there is none."""
    return contents(message, {index}).get(index, b"")


def contents(message: bytes, indexes: Collection[int]) -> dict[int, bytes]:
    """The decoded bytes of several leaves, by `Part.index`."""
    message = whole(message)
    leaves = [leaf for leaf in walk(message)[0].leaves() if leaf.index in indexes]
    return {leaf.index: transfer.decode(message[leaf.start : leaf.end], leaf.encoding) for leaf in leaves}


def files(message: bytes, letter: Letter) -> tuple[Attachment, ...]:
    """The parts listed in `letter`, which was parsed from these bytes, as files to send along."""
    data = contents(message, {listed.index for listed in letter.parts})
    return tuple(
        Attachment(clean(listed.name), listed.type, len(data[listed.index]), data=data[listed.index])
        for listed in letter.parts
    )


def _ids(fields: Fields, name: bytes) -> tuple[str, ...]:
    return message_ids(fields.first(name).decode("latin-1"))


def _part(message: bytes, leaf: Node) -> Part:
    size = transfer.size(message[leaf.start : leaf.end], leaf.encoding)
    answer = leaf.type == "text/calendar" and leaf.params.get("method", "").upper() == "REPLY"
    kind = REPLY_TYPE if answer else leaf.type
    return Part(leaf.index, line(leaf.filename or _called(message, leaf), 255), line(kind, 100), size)


def _called(message: bytes, leaf: Node) -> str:
    """A name for a part that has none: what it is, or the subject of an attached message."""
    main, _, kind = leaf.type.partition("/")
    extension = _EXTENSIONS.get(leaf.type, kind if kind.isalnum() and main != "text" else "")
    subject = decode(body.inner(message, leaf).first(b"subject"), 100) if extension == "eml" else Safe("")
    return f"{subject or main}.{extension}" if extension else kind


def _invitation(message: bytes, root: Node) -> tuple[Invitation | None, tuple[str, ...]]:
    """What the first calendar part asks, and in words when it can't be read."""
    leaf = next((one for one in root.leaves() if one.type in ("text/calendar", "application/ics")), None)
    if leaf is None:
        return None, ()
    data = transfer.decode(message[leaf.start : leaf.end], leaf.encoding)
    found = invitation.read(data)
    return found, () if found else ("The invitation can't be read; it is among the attachments.",)


_AT = re.compile("[@＠﹫]")


def _doubts(fields: Fields, author: Address) -> list[str]:
    """What a reader should know before believing the name above the text."""
    doubts = []
    authors = parse_addresses(fields.first(b"from"))
    domain = author.spec.rpartition("@")[2]
    if fields.count(b"from") > 1 or len(authors) > 1:
        doubts.append("More than one sender is given; the first is shown.")
    if _AT.search(author.name) and author.spec and author.spec.lower() not in author.name.lower():
        doubts.append(f"The sender's name looks like an address, but the mail is from {author.spec}.")
    if host.mixes_scripts(domain):
        doubts.append(f"The sender's domain mixes letters of several scripts: {host.shown(_ascii(domain))}.")
    elif domain != host.unicode(domain):
        doubts.append(f"The sender's domain is {host.shown(domain)}.")
    return doubts


def _ascii(domain: str) -> str:
    return ascii_domain(domain) or domain
