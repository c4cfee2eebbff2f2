"""Templates: text kept in a file, put into a draft with its placeholders filled in.

A file is text, with `To:`, `Cc:`, `Subject:` lines and an empty one above it if wanted. A placeholder that
nothing is known for stays as it is, for everybody to see.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.errors import AddressError
from tuimail.mail.letter.address import Address, typed
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import block, line
from tuimail.mail.letter.signature import MARK

PLACEHOLDERS = ("name", "first_name", "date", "subject", "my_name", "cursor")

_HEADER = re.compile(r"(to|cc|subject)[ \t]*:(.*)", re.IGNORECASE)
_PLACE = re.compile(r"\{(name|first_name|date|subject|my_name)\}")
_CURSOR = "{cursor}"
_JAPANESE = "[\u3041-\u30ff\u4e00-\u9fff]"


class Template(Struct, frozen=True):
    """`name` is that of its file, without `.txt`; the fields are as typed, placeholders still in them."""

    name: str
    to: str = ""
    cc: str = ""
    subject: str = ""
    body: str = ""


def template(name: str, text: str) -> Template:
    """The template that a file's text is."""
    rows = block(text.lstrip("\ufeff")).split("\n")
    fields: dict[str, str] = {}
    for row in rows:
        found = _HEADER.fullmatch(row)
        if found is None:
            break
        fields.setdefault(found[1].lower(), line(found[2].strip(), 1_000))
    below = rows[len(fields) :]
    if fields and below and not below[0].strip():
        below = below[1:]
    return Template(line(name, 80), **fields, body="\n".join(below))


def filled(template: Template, draft: Draft, me: Address, date: str) -> Draft:
    """The draft with the template's text at its cursor, and its fields where the draft has none.

    `date` is now as an RFC 5322 date-time. Where the text says `{cursor}`, the cursor is; else behind it.
    """
    known = _known(template, draft, me, date)
    text = _fill(template.body, known)
    before, mark, after = text.partition(_CURSOR)
    after = after.replace(_CURSOR, "")
    start = _offset(draft.body, draft.cursor)
    text = before + after
    body = draft.body[:start] + text + _parted(text, draft.body[start:])
    return replace(
        draft,
        to=draft.to or _fill(template.to, known),
        cc=draft.cc or _fill(template.cc, known),
        subject=draft.subject or _fill(template.subject, known),
        body=body,
        cursor=_place(body, start + len(before if mark else text)),
    )


def first_name(name: str) -> str:
    """What one is called by: the first word in the West, the family name in Japanese; also of `B, A`."""
    family, comma, given = name.partition(",")
    words = (given if comma else family).split()
    return words[0] if words else ""


def _known(template: Template, draft: Draft, me: Address, date: str) -> Mapping[str, str]:
    from email.utils import parsedate_to_datetime

    person = _first(draft.to or template.to)
    name = person.name if person else ""
    return {
        "name": name,
        "first_name": first_name(name),
        "date": _date(parsedate_to_datetime(date), bool(re.search(_JAPANESE, template.body))),
        "subject": draft.subject,
        "my_name": me.name,
    }


def _first(to: str) -> Address | None:
    try:
        return next(iter(typed(to)), None)
    except AddressError:
        return None


def _date(now: datetime, japanese: bool) -> str:
    return f"{now.year}年{now.month}月{now.day}日" if japanese else f"{now:%Y-%m-%d}"


def _fill(text: str, known: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: known[found[1]] or found[0], text)


def _parted(text: str, below: str) -> str:
    """What stood behind the cursor, a signature or a quote on a line of its own."""
    apart = below.strip("\n").startswith((MARK, ">")) and not text.endswith("\n")
    return f"\n{below}" if apart and not below.startswith("\n") else below


def _offset(text: str, cursor: tuple[int, int]) -> int:
    rows = text.split("\n")
    row = max(0, min(cursor[0], len(rows) - 1))
    return sum(len(each) + 1 for each in rows[:row]) + max(0, min(cursor[1], len(rows[row])))


def _place(text: str, offset: int) -> tuple[int, int]:
    above = text[:offset].split("\n")
    return len(above) - 1, len(above[-1])
