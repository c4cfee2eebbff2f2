"""vCard files as an address book (RFC 6350, and the 2.1 and 3.0 that phones still write).

The reader is our own: vobject takes 0.3 ms a card, 15 seconds for 50,000 people, and brings three packages.
It takes names, readings, addresses, telephone numbers and groups; a damaged card is passed over.
"""

import asyncio
import os
import quopri
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from tuimail.mail.errors import AddressError, ContactsError
from tuimail.mail.letter.address import Address, check
from tuimail.mail.letter.contact import Contact, Index
from tuimail.mail.letter.safe import Safe, line

LARGEST = 100_000_000
FILES_LIMIT = 20_000
NAME, USUAL = 200, 64
MANY, PAUSE = 100, 0.003
"""After so many cards a pause of so many seconds: what is typed meanwhile is shown first."""


_FOLD = re.compile(r"\n[ \t]")
_SOFT = re.compile(r"=\n")
_CARD = re.compile(r"^BEGIN:VCARD[ \t]*\n(.*?)^END:VCARD", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_KEYS = "FN|N|EMAIL|TEL|NICKNAME|KIND|UID|MEMBER|SORT-STRING|X-PHONETIC-(?:FIRST|LAST)-NAME"
_WANTED = re.compile(f"{_KEYS}|X-ADDRESSBOOKSERVER-(?:KIND|MEMBER)")
_QUOTED = re.compile(r"((?:[^:\"]|\"[^\"]*\")*):(.*)")
_USUAL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,20}"
)
_ESCAPE = re.compile(r"\\(.)")
_CUT = re.compile(r"(?<!\\);")

_Stamp = tuple[tuple[str, int, int], ...]


class Card(Struct, frozen=True):
    """A card as far as it matters. `members` are the ids of a group's people, or their addresses."""

    name: str
    reading: str
    specs: tuple[str, ...]
    uid: str
    group: bool
    members: tuple[str, ...]
    phones: tuple[Safe, ...] = ()


class CardFiles:
    """`ports.AddressBook` on vCard files and folders of them, read on a thread and again when they change."""

    def __init__(self, places: Sequence[str]) -> None:
        self._places = tuple(places)
        self._read: tuple[_Stamp, Index] | None = None
        self._reading: asyncio.Future[Index] | None = None

    async def find(self, typed: str, limit: int) -> tuple[Contact, ...]:
        """Raises ContactsError for a place that can't be read; who waits no longer does not stop that."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(asyncio.to_thread(self._index))
        return (await asyncio.shield(self._reading)).find(typed, limit)

    def _index(self) -> Index:
        files = [file for place in self._places for file in _files(place)]
        stamp = tuple(_stamp(file) for file in files)
        if self._read is None or self._read[0] != stamp:
            self._read = stamp, Index(_calmly(files))
        return self._read[1]


def _calmly(files: Sequence[Path]) -> Iterator[Contact]:
    """Everybody in the files; every now and then the thread lets the screen go first."""
    for file in files:
        for number, contact in enumerate(people(_text(file), file.stem)):
            if number % MANY == MANY - 1:
                time.sleep(PAUSE)
            yield contact


def people(text: str, source: str) -> Iterator[Contact]:
    """The people and groups of a vCard file who have an address, as `source`."""
    found = list(_cards(text))
    known = {card.uid: card for card in found if card.uid}
    for card in found:
        if card.group:
            members = tuple(dict.fromkeys(_members(card, known)))
            if members:
                yield Contact(card.name, members, source, card.reading, group=True)
        elif card.specs:
            addresses = tuple(Address(spec, card.name) for spec in card.specs)
            yield Contact(card.name, addresses, source, card.reading, phones=card.phones)


def _cards(text: str) -> Iterator[Card]:
    for number, block in enumerate(_CARD.finditer(_unfolded(text))):
        if number % MANY == MANY - 1:
            time.sleep(PAUSE)
        if (card := _card(block[1])) is not None:
            yield card


def _members(card: Card, known: dict[str, Card]) -> Iterator[Address]:
    for member in card.members:
        spec = _spec(member[7:]) if member.lower().startswith("mailto:") else ""
        if spec:
            yield Address(spec)
        elif (person := known.get(_id(member))) is not None and person.specs:
            yield Address(person.specs[0], person.name)


def _card(block: str) -> Card | None:
    values = _values(block)
    specs = tuple(dict.fromkeys(spec for value in values.get("EMAIL", ()) if (spec := _spec(value))))
    group = values.get("KIND", [""])[0].strip().lower() == "group"
    if not specs and not group:
        return None
    return Card(
        name=_name(values),
        reading=_reading(values),
        specs=specs,
        uid=_id(values.get("UID", [""])[0]),
        group=group,
        members=tuple(values.get("MEMBER", ())),
        phones=tuple(filter(None, map(_phone, values.get("TEL", ())))),
    )


def _values(block: str) -> dict[str, list[str]]:
    """The lines that matter, by name: `group.NAME;params:value`."""
    values: dict[str, list[str]] = {}
    for row in block.split("\n"):
        head, _, value = row.partition(":")
        if '"' in head and (found := _QUOTED.fullmatch(row)):
            head, value = found.groups()
        name, _, params = head.partition(";")
        name = name.rpartition(".")[2].upper()
        if _WANTED.fullmatch(name) and not (name == "TEL" and "FAX" in params.upper()):
            values.setdefault(name.removeprefix("X-ADDRESSBOOKSERVER-"), []).append(_value(params, value))
    return values


def _name(values: dict[str, list[str]]) -> str:
    """The formatted name; without one the parts of N, the family name first as in Japanese."""
    formatted = _plain(values.get("FN", [""])[0])
    if formatted:
        return formatted
    parts = [_plain(part) for part in _CUT.split(values.get("N", [""])[0])[:2]]
    ordered = parts if any(ord(letter) > 0x2E7F for part in parts for letter in part) else parts[::-1]
    return " ".join(filter(None, ordered)) or _plain(values.get("NICKNAME", [""])[0])


def _reading(values: dict[str, list[str]]) -> str:
    keys = ("X-PHONETIC-LAST-NAME", "X-PHONETIC-FIRST-NAME", "SORT-STRING", "NICKNAME")
    return " ".join(_plain(values[key][0]) for key in keys if key in values)


def _value(params: str, value: str) -> str:
    """What a line says; quoted-printable is how 2.1 writes Japanese."""
    if not params or "QUOTED-PRINTABLE" not in params.upper():
        return value
    charset = re.search(r"CHARSET=\"?([\w-]+)", params, re.IGNORECASE)
    data = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    try:
        return data.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _plain(value: str) -> str:
    """Text without escapes, for one line."""
    if value.isascii() and value.isprintable() and "\\" not in value:
        return value[:NAME].strip()
    return line(_ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], value), NAME).strip()


def _spec(value: str) -> str:
    """An address one could write to; empty for anything else."""
    if len(value) <= USUAL and _USUAL.fullmatch(value):
        return value
    try:
        return check(value.strip())
    except AddressError:
        return ""


def _phone(value: str) -> Safe:
    """A number as it is written; RFC 6350 has tel: before it, and an extension behind."""
    number, _, extension = _plain(value).removeprefix("tel:").partition(";ext=")
    return line(f"{number} ext. {extension}" if extension else number, USUAL)


def _id(value: str) -> str:
    return value.strip().lower().removeprefix("urn:uuid:")


def _unfolded(text: str) -> str:
    """Lines put together again, also those that quoted-printable breaks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "QUOTED-PRINTABLE" in text.upper():
        text = _SOFT.sub("", text)
    return _FOLD.sub("", text)


def _files(place: str) -> list[Path]:
    try:
        path = Path(place).expanduser()
        if not path.is_dir():
            return [path]
        found = sorted(path.rglob("*.vcf"))
    except (OSError, RuntimeError) as error:
        raise ContactsError(f"{line(place)} can't be read: {error}") from error
    return found[:FILES_LIMIT]


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        status = os.stat(file)  # noqa: PTH116 (for each of thousands of files, at every letter)
    except OSError as error:
        raise ContactsError(f"{line(str(file))} can't be read: {(error.strerror or '').lower()}") from error
    return str(file), status.st_mtime_ns, status.st_size


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise ContactsError(
                f"{line(str(file))} is larger than {LARGEST // 1_000_000} MB; it was not read"
            )
        return file.read_text("utf-8", errors="replace")
    except OSError as error:
        raise ContactsError(f"{line(str(file))} can't be read: {(error.strerror or '').lower()}") from error
