"""What an answer repeats of the message it answers."""

import re

from tuimail.mail.letter.address import Address, show
from tuimail.mail.letter.flowed import SIGNATURE
from tuimail.mail.letter.letter import Letter

QUOTE_LIMIT = 200_000

_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|antw|返信|回复|答复|回覆)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]\s*", re.IGNORECASE
)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|転送|转发|轉寄)\s*[:：]\s*", re.IGNORECASE)


def answered(subject: str) -> str:
    """The subject of a reply: `Re: ` once, whatever the mailers on the way made of it."""
    return "Re: " + _bare(subject, _PREFIX)


def forwarded(subject: str) -> str:
    return "Fwd: " + _bare(subject, _FORWARD)


def _bare(subject: str, prefix: re.Pattern[str]) -> str:
    at = 0
    while match := prefix.match(subject, at):
        at = match.end()
    return subject[at:].strip()


def quoted(letter: Letter) -> str:
    """The attribution and the text behind `> `, without the signature."""
    text = str(letter.text[:QUOTE_LIMIT]).split(f"\n{SIGNATURE}\n", 1)[0].rstrip()
    rows = [f">{row}" if row.startswith(">") or not row else f"> {row}" for row in text.split("\n")]
    return "\n".join([attribution(letter), *rows])


def attribution(letter: Letter) -> str:
    """Who wrote when, in English or, for a Japanese message, in the Japanese order."""
    name = letter.sender.name or letter.sender.spec
    japanese = _JAPANESE.search(letter.subject) or _JAPANESE.search(letter.text[:2000])
    if letter.date is None:
        return f"{name} wrote:"
    if japanese:
        return f"{letter.date:%Y/%m/%d %H:%M} {name} wrote:"
    return f"On {letter.date:%Y-%m-%d %H:%M}, {name} wrote:"


def enclosed(letter: Letter) -> str:
    """A forwarded message in line: its chief header fields and its text."""
    when = f"{letter.date:%Y-%m-%d %H:%M %z}" if letter.date else ""
    rows = [
        ("From", show(letter.sender)),
        ("Date", when),
        ("Subject", letter.subject),
        ("To", _list(letter.to)),
        ("Cc", _list(letter.cc)),
    ]
    head = [f"{name}: {value}" for name, value in rows if value]
    return "\n".join(["---------- Forwarded message ----------", *head, "", letter.text])


def _list(people: tuple[Address, ...]) -> str:
    return ", ".join(show(person) for person in people[:50]) + (", …" if len(people) > 50 else "")
