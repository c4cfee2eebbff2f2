"""Links of a message: where they really go."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from tuimail.mail.letter.address import ascii_domain
from tuimail.mail.letter.letter import Link
from tuimail.mail.letter.safe import line

LINKS_LIMIT = 500
TARGET_LIMIT = 2_000

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30}):", re.IGNORECASE)
_DROPPED = re.compile(r"[\t\r\n]")
_ENDS = "".join(map(chr, range(0x21)))


class Links:
    """The links of one message, numbered from 1 as they are met; one number for each target."""

    def __init__(self) -> None:
        self._found: dict[str, Link] = {}

    def __iter__(self) -> Iterator[Link]:
        return iter(self._found.values())

    def number(self, href: str, text: str) -> int:
        """The number of the link, or 0 for one that leads nowhere outside the message."""
        target = _DROPPED.sub("", href[: TARGET_LIMIT * 2].strip(_ENDS))
        scheme = _SCHEME.match(target)
        if not scheme or scheme[1].lower() in ("cid", "mid") or len(self._found) >= LINKS_LIMIT:
            return 0
        if target not in self._found:
            shown = line(target, TARGET_LIMIT)
            number = len(self._found) + 1
            self._found[target] = Link(
                number, line(" ".join(text.split()), 200), shown, line(host(target), 255)
            )
        return self._found[target].number


def host(target: str) -> str:
    """The host a browser would ask, in ASCII; for mailto the address; empty for what is not opened."""
    scheme, _, rest = target.partition(":")
    if scheme.lower() == "mailto":
        return rest.partition("?")[0]
    if scheme.lower() not in ("http", "https"):
        return ""
    try:
        name = urlsplit(f"{scheme.lower()}://" + rest.replace("\\", "/").lstrip("/")).hostname or ""
    except ValueError:
        return ""
    return name if name.isascii() else ascii_domain(unicodedata.normalize("NFKC", name)) or name
