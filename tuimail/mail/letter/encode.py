"""Header fields as they go out: ASCII, folded, and never more lines than were meant (RFC 5322, 2047, 2231).

Written here and not by `email.message`: some Pythons turn one encoded word into two headers (CVE-2024-6923).
"""

import re
from binascii import b2a_base64
from collections.abc import Sequence
from urllib.parse import quote

from tuimail.mail.letter.address import NAME_LIMIT, Address

LINE = 76
WORD_LIMIT = 60

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_TOKENS = re.compile(r" *[^ ]+")
_PERCENT_PIECE = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,20}")


def plain(text: str) -> str:
    """One line without controls: what of a typed or received text may enter a header at all."""
    return _CONTROLS.sub(" ", text).strip()


def field(name: str, text: str) -> str:
    """An unstructured field such as Subject."""
    text = plain(text)
    tokens = _TOKENS.findall(text)
    if text.isascii() and "=?" not in text and all(len(token) <= WORD_LIMIT for token in tokens):
        return fold(name, tokens)
    return fold(name, [" " + word for word in encoded_words(text, LINE - len(name) - 2)])


def fold(name: str, tokens: Sequence[str]) -> str:
    """`tokens` begin with the space at which the line may be broken; the first one's is left out."""
    lines = [f"{name}:"]
    for token in tokens:
        if token is tokens[0]:
            lines[-1] += " " + token.lstrip(" ")
        elif len(lines[-1]) + len(token) > LINE:
            lines.append(token)
        else:
            lines[-1] += token
    return "\r\n".join(lines)


def encoded_words(text: str, room: int = LINE) -> list[str]:
    """RFC 2047 words in UTF-8, no letter cut in two; the first at most `room` long."""
    found: list[str] = []
    chunk = b""
    for char in text:
        data = char.encode("utf-8", "replace")
        if chunk and len(chunk) + len(data) > _bytes_in(LINE - 1 if found else room):
            found.append(_word(chunk))
            chunk = b""
        chunk += data
    return [*found, _word(chunk)] if chunk else found


def _bytes_in(room: int) -> int:
    return max((room - len("=?utf-8?b??=")) // 4 * 3, 6)


def _word(data: bytes) -> str:
    return f"=?utf-8?b?{b2a_base64(data, newline=False).decode('ascii')}?="


def addresses(name: str, people: Sequence[Address]) -> str:
    """A field of addresses: From, To, Cc."""
    last = len(people) - 1
    tokens = [" " + _mailbox(person) + ("," if at < last else "") for at, person in enumerate(people)]
    return fold(name, tokens)


def _mailbox(person: Address) -> str:
    name = plain(person.name)[:NAME_LIMIT]
    if not name:
        return person.spec
    if name.isascii() and "=?" not in name:
        shown = name if _ATOMS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
        return f"{shown} <{person.spec}>"
    return "\r\n ".join(encoded_words(name, 50)) + f" <{person.spec}>"


def content_type(kind: str, name: str) -> str:
    """Content-Type with the name the way old Outlooks read it: encoded words in quotes."""
    if name.isascii() and "=?" not in name:
        return f"Content-Type: {kind};\r\n name={_quoted(name)}"
    return f'Content-Type: {kind};\r\n name="' + "\r\n ".join(encoded_words(name, 60)) + '"'


def disposition(name: str) -> str:
    """Content-Disposition with the name by RFC 2231, in pieces when it is long."""
    start = "Content-Disposition: attachment;\r\n "
    if name.isascii() and "=?" not in name:
        return f"{start}filename={_quoted(name)}"
    pieces = _PERCENT_PIECE.findall(quote(name, safe="", errors="replace"))
    pieces[0] = "utf-8''" + pieces[0]
    if len(pieces) == 1:
        return f"{start}filename*={pieces[0]}"
    return start + ";\r\n ".join(f"filename*{at}*={piece}" for at, piece in enumerate(pieces))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
