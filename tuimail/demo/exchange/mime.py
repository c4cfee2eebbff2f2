"""RFC 5322 bytes as Graph tells of them: names, text, attachments. Anything may be wrong in them."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Part
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache

from msgspec import Struct

PREVIEW = 255


class Person(Struct, frozen=True):
    name: str
    spec: str


class Mail(Struct, frozen=True):
    """What the header and the first text of a message say. `date` is UTC seconds, 0 for none."""

    subject: str
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    date: float
    message_id: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: bool
    files: int

    @property
    def people(self) -> tuple[str, ...]:
        """The address of everybody it goes to, in lower case, each once."""
        return tuple(dict.fromkeys(one.spec.lower() for one in (*self.to, *self.cc, *self.bcc)))

    def header(self, name: str) -> str:
        """The first header of that name; empty when there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@lru_cache(maxsize=65536)
def parsed(raw: bytes) -> Mail:
    """Read a message once."""
    root = message_from_bytes(raw)
    senders = _people(root, "From")
    text, html = _text(root)
    return Mail(
        subject=words(str(root.get("Subject", ""))),
        sender=senders[0] if senders else Person("", ""),
        to=_people(root, "To"),
        cc=_people(root, "Cc"),
        bcc=_people(root, "Bcc"),
        reply_to=_people(root, "Reply-To"),
        date=_date(root),
        message_id=" ".join(str(root.get("Message-ID", "")).split()),
        headers=tuple((name, " ".join(str(value).split())) for name, value in root.items()),
        text=text,
        html=html,
        files=len(attachments(root)),
    )


def words(header: str) -> str:
    """A header's text without its encodings (RFC 2047)."""
    try:
        return " ".join(str(make_header(decode_header(header))).split())
    except (LookupError, UnicodeError, ValueError):
        return " ".join(header.split())


def attachments(root: Part) -> tuple[Part, ...]:
    """The parts that Graph lists as attachments: all but containers and the text shown."""
    body = _shown(root)
    leaves = [part for part in root.walk() if not part.is_multipart() and part is not body]
    return tuple(part for part in leaves if not _alternative(root, part))


def _people(root: Part, name: str) -> tuple[Person, ...]:
    pairs = getaddresses([str(value) for value in root.get_all(name, [])])
    return tuple(Person(words(label), spec) for label, spec in pairs if "@" in spec)


def _date(root: Part) -> float:
    try:
        return parsedate_to_datetime(str(root["Date"])).timestamp()
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _text(root: Part) -> tuple[str, bool]:
    part = _shown(root)
    if part is None:
        return "", False
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        text = data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return text, part.get_content_subtype() == "html"


def _shown(root: Part) -> Part | None:
    texts = [part for part in root.walk() if part.get_content_maintype() == "text" and not _file(part)]
    return next((part for part in texts if part.get_content_subtype() == "html"), texts[0] if texts else None)


def _file(part: Part) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _alternative(root: Part, part: Part) -> bool:
    """Whether it is another form of the text shown."""
    if part.get_content_maintype() != "text" or _file(part):
        return False
    return any(
        part in box.get_payload() for box in root.walk() if box.get_content_type() == "multipart/alternative"
    )
