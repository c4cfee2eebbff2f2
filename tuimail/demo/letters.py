"""The mail that lies in the demo's mailbox: read from `letters/*.txt`, one conversation in each file.

A file holds letters parted by a line `%%`; a letter is a few headers, an empty line and its text:

    From, To, Cc   keys of `NAMES`, or whole addresses; To is you unless given
    Ago            how long ago, such as `2d 3h` or `25m`
    Subject        `Re:` and the one before unless given
    In             the folder; INBOX unless given, Sent for your own
    Flags          Maildir's letters (S seen, R replied, F flagged, D draft); S unless given
    Attach         names of files, made by `files.make`
    Inline         an image that the HTML shows as `cid:NAME@DOMAIN`, without its ending
    Leave          what List-Unsubscribe says
    Html, List, Charset, Thread: new, Every, Times
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from importlib import resources

from msgspec import Struct
from msgspec.structs import replace

from tuimail.demo import files
from tuimail.demo.colleagues import COLLEAGUES, US
from tuimail.demo.people import LIST, ME, PEOPLE

_SPAN = re.compile(r"(\d+)([mhd])")
NAMES = {**PEOPLE, **COLLEAGUES}
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Seed(Struct, frozen=True):
    """One letter as it will lie in a Maildir: bytes in LF lines."""

    folder: str
    flags: str
    received: datetime
    raw: bytes


class _Script(Struct, frozen=True):
    """A letter as written in the file; `number` is its place there, `parent` the one it answers."""

    name: str
    number: int
    fields: dict[str, str]
    text: str
    subject: str = ""
    thread: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"<{self.name}-{self.number}@{self.domain}>"

    @property
    def domain(self) -> str:
        return _address(self.fields["From"]).rpartition("@")[2].rstrip(">")

    @property
    def mine(self) -> bool:
        return self.fields["From"] in (ME, US)


def seeds(now: datetime, shelf: str = "letters") -> tuple[Seed, ...]:
    """Every letter of that folder, at times that end a few minutes before `now`."""
    folder = resources.files("tuimail.demo") / shelf
    found: list[Seed] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for script in _conversation(file.name.removesuffix(".txt"), file.read_text("utf-8")):
            found += [_seed(each, now) for each in _repeated(script)]
    return tuple(found)


def _conversation(name: str, text: str) -> Iterator[_Script]:
    """The letters of a file, each answering the one before it unless it begins a thread of its own."""
    before: _Script | None = None
    for number, chunk in enumerate(text.split("%%\n"), 1):
        head, _, body = chunk.strip("\n").partition("\n\n")
        fields = dict(field.partition(":")[::2] for field in head.split("\n"))
        script = _Script(name, number, {k: v.strip() for k, v in fields.items()}, body + "\n")
        before = _joined(script, before)
        yield before


def _joined(script: _Script, before: _Script | None) -> _Script:
    own = script.fields.get("Subject", "")
    if before is None or "Thread" in script.fields:
        return replace(script, subject=own)
    subject = own or "Re: " + before.subject.removeprefix("Re: ")
    return replace(script, subject=subject, thread=(*before.thread, before.id))


def _repeated(script: _Script) -> Iterator[_Script]:
    for count in range(int(script.fields.get("Times", "1"))):
        if count == 0:
            yield script
            continue
        ago = " ".join([script.fields["Ago"], *[script.fields["Every"]] * count])
        yield replace(
            script, number=script.number + 100 * count, fields={**script.fields, "Ago": ago, "Flags": "S"}
        )


def _seed(script: _Script, now: datetime) -> Seed:
    received = now - _span(script.fields["Ago"])
    folder = script.fields.get("In", "Sent" if script.mine else "INBOX")
    return Seed(folder, script.fields.get("Flags", "S"), received, _message(script, received).as_bytes())


def _span(text: str) -> timedelta:
    spans = (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _SPAN.findall(text))
    return sum(spans, timedelta())


def _message(script: _Script, received: datetime) -> EmailMessage:
    fields, message = script.fields, EmailMessage()
    message["From"] = _address(fields["From"])
    message["To"] = _addresses(fields.get("To", ME))
    if "Cc" in fields:
        message["Cc"] = _addresses(fields["Cc"])
    message["Subject"] = script.subject
    message["Date"] = format_datetime(received)
    message["Message-ID"] = script.id
    if script.thread:
        message["In-Reply-To"] = script.thread[-1]
        message["References"] = " ".join(script.thread)
    if "List" in fields:
        _list_headers(message)
    if "Leave" in fields:
        message["List-Unsubscribe"] = fields["Leave"]
    _content(message, script, received)
    return message


def _list_headers(message: EmailMessage) -> None:
    message["List-Id"] = f"{LIST.name} <{LIST.spec.replace('@', '.')}>"
    message["List-Post"] = f"<mailto:{LIST.spec}>"
    message["List-Unsubscribe"] = f"<mailto:leave@{LIST.domain}>"


def _content(message: EmailMessage, script: _Script, received: datetime) -> None:
    subtype = "html" if {"Html", "Inline"} & script.fields.keys() else "plain"
    message.set_content(script.text, subtype=subtype, charset=script.fields.get("Charset", "utf-8"))
    if name := script.fields.get("Inline"):
        _show(message, script, *files.make(name, received))
    for name in script.fields.get("Attach", "").split():
        kind, data = files.make(name, received)
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)


def _show(message: EmailMessage, script: _Script, kind: str, data: bytes) -> None:
    """Put the image beside the HTML that shows it (RFC 2387)."""
    name, (main, _, sub) = script.fields["Inline"], kind.partition("/")
    cid = f"<{name.partition('.')[0]}@{script.domain}>"
    message.add_related(data, main, sub, cid=cid, filename=name, disposition="inline")


def _address(text: str) -> str:
    return NAMES[text].header if text in NAMES else text


def _addresses(text: str) -> str:
    return ", ".join(_address(part.strip()) for part in text.split(","))
