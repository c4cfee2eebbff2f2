"""The parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183, RFC 2231)."""

import re
from urllib.parse import unquote_to_bytes

from tuimail.mail.letter import charset
from tuimail.mail.letter.header import VALUE_LIMIT, raw, words

PARAMS_LIMIT = 100

_COMMENT = re.compile(r"\([^()]*\)")
_PARAM = re.compile(r";\s*+([^\s=;*\"]{1,100})(\*\d{1,3})?(\*)?\s*+(?:=\s*+(\"(?:[^\"\\]|\\.)*+\"?|[^;]*+))?")
_QUOTED_PAIR = re.compile(r"\\(.)")


def parse(value: bytes) -> tuple[str, dict[str, str]]:
    """The value in lower case and its parameters, decoded; the first of a name counts.

    Reads no more than `PARAMS_LIMIT` of them. A name written in pieces is put together.
    """
    if not value:
        return "", {}
    text = raw(value)[:VALUE_LIMIT]
    head, semicolon, rest = text.partition(";")
    kind = _COMMENT.sub("", head).strip().lower()
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for number, match in enumerate(_PARAM.finditer(semicolon + rest)):
        if number >= PARAMS_LIMIT:
            break
        name, place, coded, written = match[1].lower(), match[2], bool(match[3]), _unquoted(match[4] or "")
        if place or coded:
            pieces.setdefault(name, {}).setdefault(int((place or "*0")[1:]), (coded, written))
        else:
            found.setdefault(name, words(written) if "=?" in written else written)
    return kind, found | {name: _together(runs) for name, runs in pieces.items()}


def _unquoted(written: str) -> str:
    written = written.strip()
    if written[:1] != '"':
        return written
    return _QUOTED_PAIR.sub(r"\1", written[1:].removesuffix('"'))


def _together(runs: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231 §4.1: the pieces by number; the first one tells the charset of those that are coded."""
    label, data = "", b""
    for number in sorted(runs):
        coded, text = runs[number]
        if coded and number == 0 and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if coded else text.encode("utf-8", "replace")
    return charset.text(data, label or "utf-8")
