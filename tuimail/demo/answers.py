"""What a person of the demo writes back: a threaded reply that quotes a little."""

from datetime import datetime
from email import message_from_bytes
from email.header import Header, decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import format_datetime
from itertools import islice, takewhile

from tuimail.demo.people import YOU, Person

QUOTED_LINES = 3


def answer(person: Person, number: int, wire: bytes, now: datetime, to: Person = YOU) -> bytes:
    """The `number`th answer of this person to that message, in LF lines."""
    original = message_from_bytes(wire)
    message_id = str(original.get("Message-ID", "")).strip()
    subject = _words(original.get("Subject", ""))
    reply = EmailMessage()
    reply["From"] = person.header
    reply["To"] = to.header
    reply["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    reply["Date"] = format_datetime(now)
    reply["Message-ID"] = f"<{int(now.timestamp() * 1000)}.{number}@{person.domain}>"
    if message_id:
        reply["In-Reply-To"] = message_id
        reply["References"] = " ".join([*str(original.get("References", "")).split(), message_id])
    text = person.answers[number % len(person.answers)]
    reply.set_content(f"{text}\n\n{_quote(original)}")
    return reply.as_bytes()


def _words(header: str | Header) -> str:
    return " ".join(str(make_header(decode_header(header))).split())


def _quote(original: Message) -> str:
    """The first lines of its text, marked; the signature is left out."""
    part = next((p for p in original.walk() if p.get_content_type() == "text/plain"), original)
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    text = payload.decode(part.get_content_charset("utf-8"), "replace")
    own = takewhile(lambda line: line != "-- ", text.splitlines())
    lines = (line for line in own if line.strip())
    return "".join(f"> {line}\n" for line in islice(lines, QUOTED_LINES))
