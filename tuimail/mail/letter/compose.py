"""From a draft to the bytes that go on the wire."""

import re
from binascii import b2a_base64, b2a_qp

from tuimail.mail.errors import DraftError
from tuimail.mail.letter import encode
from tuimail.mail.letter.address import Address, check, typed, unique
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.filename import clean
from tuimail.mail.letter.finished import freeze_raw
from tuimail.mail.letter.header import message_ids
from tuimail.mail.letter.redraft import draft_of
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Stamp, Submission
from tuimail.mail.letter.wire import LINE_LIMIT, assert_clean, stamped

__all__ = ["assert_clean", "draft_of", "freeze", "freeze_raw"]

REFERENCES_KEPT = 20

_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]{0,100}")


def freeze(draft: Draft, sender: Address, stamp: Stamp) -> Submission:
    """The draft as it will be sent, on every try. Raises DraftError in one line; then nothing has happened.

    Every attachment must have its data. Lines are at most 998 octets, all of them ASCII; Bcc is in the
    recipients and nowhere else.
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
    fields += ["User-Agent: tuimail", "MIME-Version: 1.0"]
    wire, names = content(fields, draft, stamp)
    assert_clean(wire, names)
    return Submission(author.spec, recipients, wire, stamp.message_id, stamp.token)


def threading(draft: Draft) -> list[str]:
    """Only well-formed ids of the message answered, which is a stranger's text, are repeated."""
    parent = message_ids(draft.in_reply_to)[:1]
    chain = message_ids(" ".join(draft.references)) or parent
    fields = [f"In-Reply-To: {parent[0]}"] if parent else []
    if chain:
        kept = chain if len(chain) <= REFERENCES_KEPT else chain[:1] + chain[1 - REFERENCES_KEPT :]
        fields.append(encode.fold("References", [" " + reference for reference in kept]))
    return fields


def content(fields: list[str], draft: Draft, stamp: Stamp) -> tuple[bytes, list[str]]:
    """The whole message, of these header fields, the draft's text and its files; the names of its fields."""
    body, files = _body(draft.body), draft.attachments
    names = [field.partition(":")[0] for field in fields]
    if not files:
        extra = ["Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {_way(body)}"]
        wire = _joined([*fields, *extra], _encoded(body))
        return wire, [*names, "Content-Type", "Content-Transfer-Encoding"]
    parts = [_text_part(body), *(_file_part(file) for file in files)]
    boundary = _boundary(stamp.token, parts[0])
    mark = b"--" + boundary.encode("ascii")
    content = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    wire = _joined([*fields, f'Content-Type: multipart/mixed; boundary="{boundary}"'], content)
    return wire, [*names, "Content-Type"]


def _joined(fields: list[str], content: bytes) -> bytes:
    return "\r\n".join([*fields, "", ""]).encode("ascii") + content


def _boundary(token: str, text: bytes) -> str:
    """The token is in no file by chance; text in 7 bits could still quote one."""
    boundary = f"=_{token}"
    while boundary.encode("ascii") in text:
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


def _text_part(body: bytes) -> bytes:
    head = ["Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {_way(body)}"]
    return _joined(head, _encoded(body))


def _file_part(file: Attachment) -> bytes:
    if file.data is None:
        raise DraftError(f"{line(file.name, 80)} has not been read; nothing was sent. Attach it again.")
    name = clean(file.name)
    head = [encode.content_type(_kind(file), name), encode.disposition(name)]
    return _joined([*head, "Content-Transfer-Encoding: base64"], _base64(file.data))


def _kind(file: Attachment) -> str:
    """Its type; messages and multiparts go as plain files, since base64 is not allowed for them."""
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
