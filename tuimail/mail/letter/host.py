"""Names of hosts as a person may trust them: always in ASCII, and beside it what it looks like."""

import re
import unicodedata

from tuimail.mail.letter.safe import Safe, line

LETTERS_LIMIT = 255

_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
)
"""Scripts that honest names mix (UTS 39, highly restrictive)."""

_WIDE_MARKS = "ー・々〆"


def shown(host: str) -> Safe:
    """The host in ASCII; a name in other letters follows in brackets, and whether it mixes scripts."""
    looks = unicode(host)
    if looks == host:
        return line(host, LETTERS_LIMIT)
    mixed = ", letters of several scripts" if mixes_scripts(looks) else ""
    return line(f"{host} ({looks}{mixed})", 2 * LETTERS_LIMIT)


def unicode(host: str) -> str:
    """The host with its `xn--` labels read; a label that can't be read stays."""
    return ".".join(_read(label) for label in host[:LETTERS_LIMIT].split("."))


def mixes_scripts(host: str) -> bool:
    """Whether a label has letters that do not belong together, as Cyrillic among Latin ones."""
    return any(_mixed(label) for label in unicode(host).split("."))


def _read(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _mixed(label: str) -> bool:
    scripts = {_script(char) for char in label if char.isalpha() and char not in _WIDE_MARKS}
    return len(scripts) > 1 and not any(scripts <= group for group in _TOGETHER)


def _script(char: str) -> str:
    return unicodedata.name(char, "?").replace("FULLWIDTH ", "").partition(" ")[0]


_FILES = (
    "pdf",
    "txt",
    "doc",
    "docx",
    "xls",
    "xlsx",
    "ppt",
    "pptx",
    "zip",
    "png",
    "jpg",
    "gif",
    "csv",
    "ics",
    "eml",
)
_CLAIM = r"(?i)(?:https?://)(?:[^\s/@]{1,100}@)?([^\s/:?#<>\"'()]{1,255})|((?:\w[\w-]{0,62}\.){1,8}[^\W\d_]{2,24})(?:[/:?#]\S*)?"
"""Compiled when a link is first looked at: it takes milliseconds, at every start."""


def claimed(text: str) -> str:
    """The host that a link's text names, in lower case; empty when it names none."""
    text = text.strip()
    found = re.fullmatch(_CLAIM, text) or re.match(_CLAIM, text)
    if found is None or (found[2] and found.end() != len(text)):
        return ""
    host = (found[1] or found[2]).lower().rstrip(".")
    return "" if found[2] and host.rpartition(".")[2] in _FILES else host


def same(one: str, other: str) -> bool:
    """Whether the two are one host, or one is a part of the other's domain."""
    one, other = (host.lower().removeprefix("www.") for host in (one, other))
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
