"""From a draft to the bytes that go on the wire."""

import re
from binascii import b2a_base64, b2a_qp

from tuimail.mail.errors import DraftError
from tuimail.mail.letter import encode
from tuimail.mail.letter.address import Address, check, typed, unique
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.filename import clean
from tuimail.mail.letter.finished import freeze_raw
from tuimail.mail.letter.flowing import flowing
from tuimail.mail.letter.header import message_ids
from tuimail.mail.letter.invitation import REPLY_TYPE
from tuimail.mail.letter.redraft import draft_of
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Stamp, Submission
from tuimail.mail.letter.wire import LINE_LIMIT, assert_clean, stamped

__all__ = ["assert_clean", "draft_of", "freeze", "freeze_raw"]

REFERENCES_KEPT = 20
MESSAGE = "message/rfc822"

_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]{0,100}")


def freeze(draft: Draft, sender: Address, stamp: Stamp, flowed: bool = False) -> Submission:
    """The draft as it will be sent, on every try. Raises DraftError in one line; then nothing has happened.

    Every attachment must have its data. Lines are at most 998 octets, all of them ASCII but for those of an
    attached message; Bcc is in the recipients and nowhere else. `flowed`: see `flowing`.
    """
    to, cc, bcc = typed(draft.to), typed(draft.cc), typed(draft.bcc)
    recipients = unique(person.spec for person in (*to, *cc, *bcc))
    if not recipients:
        raise DraftError("Nobody to send to: write an address into To, Cc or Bcc.")
    author = Address(check(sender.spec), sender.name)
    fields = [encode.addresses("From", [author])]
    if to or not cc:
        fields.append(encode.addresses("To", to) if to else "To: undisclosed-recipients:;")
    if cc:
        fields.append(encode.addresses("Cc", cc))
    fields += [encode.field("Subject", draft.subject), *stamped(stamp), *threading(draft)]
    fields += wishing(draft, author)
    fields += ["User-Agent: tuimail", "MIME-Version: 1.0"]
    wire, names = content(fields, draft, stamp, flowed)
    assert_clean(wire, names)
    return Submission(author.spec, recipients, wire, stamp.message_id, stamp.token, receipts=draft.receipts)


def wishing(draft: Draft, author: Address) -> list[str]:
    """The wish for a receipt of reading (RFC 8098 §2.1), to whoever writes."""
    return [encode.addresses("Disposition-Notification-To", [author])] if draft.receipts else []


def threading(draft: Draft) -> list[str]:
    """Only well-formed ids of the message answered, which is a stranger's text, are repeated."""
    parent = message_ids(draft.in_reply_to)[:1]
    chain = message_ids(" ".join(draft.references)) or parent
    fields = [f"In-Reply-To: {parent[0]}"] if parent else []
    if chain:
        kept = chain if len(chain) <= REFERENCES_KEPT else chain[:1] + chain[1 - REFERENCES_KEPT :]
        fields.append(encode.fold("References", [" " + reference for reference in kept]))
    return fields


def content(fields: list[str], draft: Draft, stamp: Stamp, flowed: bool = False) -> tuple[bytes, list[str]]:
    """The whole message, of these header fields, the draft's text and its files; the names of its fields."""
    head, text = _text(draft.body, flowed)
    answers = [_calendar_part(file) for file in draft.attachments if file.type == REPLY_TYPE]
    files = [_file_part(file) for file in draft.attachments if file.type != REPLY_TYPE]
    if answers:
        head, text = _multipart("alternative", [_joined(head, text), *answers], f"a-{stamp.token}")
    if files:
        head, text = _multipart("mixed", [_joined(head, text), *files], stamp.token)
    whole = [*fields, *head]
    return _joined(whole, text), [field.partition(":")[0] for field in whole]


def _multipart(kind: str, parts: list[bytes], token: str) -> tuple[list[str], bytes]:
    """The header and the body of parts put together."""
    boundary = _boundary(token, parts)
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"'
    return [head] if body.isascii() else [head, "Content-Transfer-Encoding: 8bit"], body


def _text(text: str, flowed: bool) -> tuple[list[str], bytes]:
    """The header of the draft's text, and it as it goes out."""
    kind = "Content-Type: text/plain; charset=utf-8"
    if flowed:
        soft = flowing(text.replace("\r\n", "\n"))
        text, kind = soft.text, f"{kind}; format=flowed" + ("; delsp=yes" if soft.delsp else "")
    body = _body(text)
    return [kind, f"Content-Transfer-Encoding: {_way(body)}"], _encoded(body)


def _joined(fields: list[str], content: bytes) -> bytes:
    return "\r\n".join([*fields, "", ""]).encode("ascii") + content


def _boundary(token: str, parts: list[bytes]) -> str:
    """The token is in no file by chance; text in 7 bits, or an attached message, could still quote one."""
    boundary = f"=_{token}"
    while any(boundary.encode("ascii") in part for part in parts):
        boundary += "_"
    return boundary


def _body(text: str) -> bytes:
    """The text in CRLF lines of UTF-8, its last line ended."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if text and not text.endswith("\n"):
        text += "\n"
    return text.replace("\n", "\r\n").encode("utf-8", "replace")


def _way(body: bytes) -> str:
    """The transfer encoding in which a text is shortest and still survives any server."""
    if body.isascii() and all(len(row) <= LINE_LIMIT for row in body.split(b"\r\n")):
        return "7bit"
    foreign = sum(byte > 0x7E for byte in body)
    return "base64" if foreign * 4 > len(body) else "quoted-printable"


def _encoded(body: bytes) -> bytes:
    way = _way(body)
    if way == "7bit":
        return body
    return _base64(body) if way == "base64" else b2a_qp(body, istext=True)


def _base64(data: bytes) -> bytes:
    text = b2a_base64(data, newline=False)
    return b"".join([text[at : at + 76] + b"\r\n" for at in range(0, len(text), 76)])


def _calendar_part(file: Attachment) -> bytes:
    """An answer to an invitation, which says again what the text says (RFC 6047 §2.4)."""
    body = _body((file.data or b"").decode("utf-8", "replace"))
    kind = "Content-Type: text/calendar; charset=utf-8; method=REPLY"
    return _joined([kind, f"Content-Transfer-Encoding: {_way(body)}"], _encoded(body))


def _file_part(file: Attachment) -> bytes:
    if file.data is None:
        raise DraftError(f"{line(file.name, 80)} has not been read; nothing was sent. Attach it again.")
    name, data = clean(file.name), file.data
    if file.type.lower() == MESSAGE and (message := _message(data)) is not None:
        way = "7bit" if message.isascii() else "8bit"
        head = [encode.content_type(MESSAGE, name), encode.disposition(name)]
        return _joined([*head, f"Content-Transfer-Encoding: {way}"], message)
    head = [encode.content_type(_kind(file), name), encode.disposition(name)]
    return _joined([*head, "Content-Transfer-Encoding: base64"], _base64(data))


def _message(data: bytes) -> bytes | None:
    """A message that may stand in another as it is (RFC 2046 §5.2.1); None for one that may not."""
    message = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    fits = b"\0" not in message and max(map(len, message.split(b"\r\n"))) <= LINE_LIMIT
    return message if fits else None


def _kind(file: Attachment) -> str:
    """Its type; messages and multiparts go as plain files here, since base64 is not allowed for them."""
    kind = file.type.lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        return "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") and _utf8(file.data or b"") else kind


def _utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
