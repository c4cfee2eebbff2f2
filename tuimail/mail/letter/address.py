"""A mailbox address: a display name and an addr-spec (RFC 5322 §3.4)."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

from msgspec import Struct

from tuimail.mail.errors import AddressError
from tuimail.mail.letter.header import VALUE_LIMIT, raw, words
from tuimail.mail.letter.pieces import SPEC, Piece, pieces
from tuimail.mail.letter.safe import Safe, block, line

ADDRESSES_LIMIT = 1_000
NAME_LIMIT = 200


class Address(Struct, frozen=True):
    """One person's address. `spec` is the addr-spec `local@domain`; `name` may be empty."""

    spec: str
    name: str = ""


_PLAIN = re.compile(
    rf'[ \t]*+(?:(?:"([^"\\]*+)"[ \t]*+|([^"\\()<>,;:@]*+))<({SPEC})>|({SPEC}))[ \t]*+(?:,|$)'
)


def parse_addresses(value: str | bytes) -> tuple[Address, ...]:
    """The addresses of a foreign header: groups, comments, routes and encoded names understood.

    What is malformed is left out rather than guessed at; `ADDRESSES_LIMIT` pieces are looked at.
    """
    text = raw(value)
    found: list[Address] = []
    at = 0
    while at < len(text) and len(found) < ADDRESSES_LIMIT:
        plain = _PLAIN.match(text, at)
        if plain is None:
            return tuple(found) + _careful(text[at:], ADDRESSES_LIMIT - len(found))
        name = plain[1] if plain[1] is not None else plain[2] or ""
        found += _address(plain[3] or plain[4], name)
        at = plain.end()
    return tuple(found)


def _careful(value: str, limit: int) -> tuple[Address, ...]:
    found = (_address(piece.spec, piece.name) for piece in islice(pieces(value), limit) if piece.good)
    return tuple(address for some in found for address in some)


def _address(spec: str, name: str) -> tuple[Address, ...]:
    """One address, or none when the spec holds what can't be seen."""
    return (Address(spec, _shown_name(name)),) if line(spec) == spec else ()


def _shown_name(name: str) -> str:
    if name.isascii() and name.isprintable() and "=?" not in name:
        return name.strip()[:NAME_LIMIT]
    return line(words(name), NAME_LIMIT).strip().strip('"').strip()


_FULL_WIDTH = str.maketrans("＠；，、＜＞　", "@;,,<> ")
_QUOTED = re.compile(r'("[^"]*")')


def typed(text: str) -> tuple[Address, ...]:
    """The addresses a person wrote into To, Cc or Bcc, each once (by spec, whatever its case).

    Parted by commas, semicolons or lines; full-width forms of these are taken too. Raises AddressError
    naming the first piece that is no address.
    """
    found: dict[str, Address] = {}
    for piece in pieces(_half_width(block(text[:VALUE_LIMIT])).replace("\n", ",")):
        address = _typed(piece)
        found.setdefault(address.spec.lower(), address)
    return tuple(found.values())


def _half_width(text: str) -> str:
    """Full-width signs made plain, outside of quotes."""
    return "".join(part if part[:1] == '"' else part.translate(_FULL_WIDTH) for part in _QUOTED.split(text))


def _typed(piece: Piece) -> Address:
    if not piece.whole:
        raise AddressError(f"“{line(''.join(piece.written).strip(), 80)}” is not an address.")
    return Address(check(unicodedata.normalize("NFKC", piece.spec)), line(piece.name, NAME_LIMIT))


_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*|\"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-]+\"")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LITERAL = re.compile(r"\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9A-Fa-f:.]{2,45})\]")
_DOTS = re.compile("[.。．｡]")


def check(spec: str) -> str:
    """The addr-spec as it may stand in an SMTP command, its domain in ASCII (IDNA).

    Raises AddressError, in one line, for anything but a dot-atom (or a quoted one) at a domain within the
    lengths of RFC 5321 §4.5.3.1.
    """
    shown = line(spec, 80)
    local, at, domain = spec.rpartition("@")
    if not at or not local or not domain:
        raise AddressError(f"“{shown}” is not an address.")
    if not local.isascii():
        raise AddressError(f"“{shown}”: only ASCII letters can stand before the @.")
    if not _LOCAL.fullmatch(local):
        raise AddressError(f"“{shown}” is not an address: look before the @.")
    if len(local) > 64:
        raise AddressError(f"“{shown}” is not an address: more than 64 letters before the @.")
    host = domain if _LITERAL.fullmatch(domain) else ascii_domain(domain)
    if not host or len(local) + 1 + len(host) > 254:
        raise AddressError(f"“{shown}” is not an address: look after the @.")
    return f"{local}@{host}"


def ascii_domain(domain: str) -> str:
    """The domain in ASCII (IDNA); empty when it is none."""
    labels = [_label(label) for label in _DOTS.split(domain[:255])]
    return ".".join(labels) if all(_LABEL.fullmatch(label) for label in labels) else ""


def _label(label: str) -> str:
    """One label as an A-label. RFC 5891 without its tables: letters, marks and digits only."""
    if label.isascii():
        return label
    label = unicodedata.normalize("NFKC", label).lower()
    if not all(char in "-・" or unicodedata.category(char)[0] in "LMN" for char in label):
        return ""
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def unique(specs: Iterable[str]) -> tuple[str, ...]:
    """Each spec once, as first written, whatever its case."""
    found: dict[str, str] = {}
    for spec in specs:
        found.setdefault(spec.lower(), spec)
    return tuple(found.values())


def show(address: Address) -> Safe:
    """For reading: the name, and always the spec, since a name may pretend to be another's address."""
    return line(f"{address.name} <{address.spec}>" if address.name else address.spec)


_SIGNS = re.compile(r'[()<>\[\]:;@\\,."＠；，、＜＞]')


def write(address: Address) -> str:
    """As it would be typed: `typed` reads it back."""
    name = str(line(address.name, NAME_LIMIT)).strip()
    if not name:
        return address.spec
    if _SIGNS.search(name):
        name = '"' + name.replace("\\", "").replace('"', "”") + '"'
    return f"{name} <{address.spec}>"
