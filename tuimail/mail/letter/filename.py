"""Names of files that came by mail, made into names that a disk and a person can trust."""

import re
import unicodedata

from tuimail.mail.letter.safe import line

BYTES_LIMIT = 150
EMPTY = "attachment"

_NEVER = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def clean(name: str) -> str:
    """A base name of at most `BYTES_LIMIT` bytes in UTF-8, its extension kept; never empty, never hidden.

    No path, no control or invisible character, no leading dot or dash, nothing Windows keeps for itself.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name[:4000]))[-1]
    shown = _NEVER.sub("_", line(base, 4000)).strip()
    shown = " ".join(shown.split()).lstrip(".-~ ").rstrip(". ")
    if _RESERVED.fullmatch(shown):
        shown = "_" + shown
    return _cut(shown) or EMPTY


def _cut(name: str) -> str:
    data = name.encode("utf-8", "replace")
    if len(data) <= BYTES_LIMIT:
        return data.decode("utf-8")
    stem, dot, extension = name.rpartition(".")
    tail = dot + extension if stem and len(extension.encode("utf-8", "replace")) <= 20 else ""
    room = BYTES_LIMIT - len(tail.encode("utf-8", "replace"))
    return data[:room].decode("utf-8", "ignore").rstrip(". ") + tail
