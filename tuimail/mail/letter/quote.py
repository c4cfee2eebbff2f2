"""What an answer repeats of the message it answers."""

import re

from tuimail.mail.letter.address import Address, show
from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.signature import unsigned

QUOTE_LIMIT = 200_000

_KANA = re.compile("[\u3041-\u30fa]")
_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|antw|返信|回复|答复|回覆)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]\s*", re.IGNORECASE
)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|転送|转发|轉寄)\s*[:：]\s*", re.IGNORECASE)


def answered(subject: str) -> str:
    """The subject of a reply: `Re: ` once, whatever the mailers on the way made of it."""
    return "Re: " + _bare(subject, _PREFIX)


def forwarded(subject: str) -> str:
    return "Fwd: " + _bare(subject, _FORWARD)


def bare(subject: str) -> str:
    """The subject without what replies and forwards put before it."""
    before, after = subject, _bare(_bare(subject, _PREFIX), _FORWARD)
    while before != after:
        before, after = after, _bare(_bare(after, _PREFIX), _FORWARD)
    return after


def _bare(subject: str, prefix: re.Pattern[str]) -> str:
    at = 0
    while match := prefix.match(subject, at):
        at = match.end()
    return subject[at:].strip()


def quoted(letter: Letter, prefix: str = "> ") -> str:
    """The attribution and the text behind `prefix`, without the signature; quotes in it stay together."""
    mark = prefix.rstrip(" ")
    text = unsigned(str(letter.text[:QUOTE_LIMIT]))
    rows = [
        mark + row if row.startswith(mark or ">") or not row else prefix + row for row in text.split("\n")
    ]
    return "\n".join([attribution(letter), *rows])


def is_japanese(letter: Letter) -> bool:
    """Whether the thread is written in Japanese, as far as its letters tell."""
    return bool(_KANA.search(letter.subject) or _KANA.search(letter.text[:2000]))


def attribution(letter: Letter) -> str:
    """Who wrote when, in the thread's language."""
    name = letter.sender.name or letter.sender.spec
    if is_japanese(letter):
        when = f"{letter.date.year}年{letter.date.month}月{letter.date.day}日 " if letter.date else ""
        hour = f"{letter.date:%H:%M} " if letter.date else ""
        return f"{when}{hour}{name}{'' if '@' in name or name.endswith('様') else 'さん'}:"
    if letter.date is None:
        return f"{name} wrote:"
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
