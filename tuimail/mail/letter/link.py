"""Links of a message: where they really go."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from tuimail.mail.letter.address import ascii_domain
from tuimail.mail.letter.host import claimed, same
from tuimail.mail.letter.letter import Link
from tuimail.mail.letter.safe import Safe, line

LINKS_LIMIT = 500
TARGET_LIMIT = 8_000

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30}):", re.IGNORECASE)
_DROPPED = re.compile(r"[\t\r\n]")
_ENDS = "".join(map(chr, range(0x21)))
_OPENED = ("http", "https", "mailto")
_BARE = re.compile(
    r"(?:https?://(?=[\w\[])(?:(?![!-~])\w[\w.-]{0,250}+)?|(?<![\w.+-])mailto:)[!-;=?-~]{1,8000}+",
    re.IGNORECASE,
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_STOPS = ".,;:!?'\"*_"
_NUMBERED = re.compile(r" \[(\d{1,3})\]")


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
            self._found[target] = _link(len(self._found) + 1, " ".join(text.split()), target)
        return self._found[target].number

    def bare(self, text: Safe) -> None:
        """Number what stands as a URL in the text itself, unless it is what a link says."""
        links = tuple(self)
        for start, end in addresses(text):
            if not _carries(links, text, start, end):
                self.number(text[start:end], text[start:end])


def _link(number: int, text: str, target: str) -> Link:
    goes = host(target) if len(target) <= TARGET_LIMIT else ""
    return Link(number, line(text, 200), line(target, TARGET_LIMIT), line(goes, 255), _claim(text, goes))


def _claim(text: str, goes: str) -> Safe:
    """The host that the text names, when the link goes to another."""
    if "@" in goes:
        said = text.strip() if re.fullmatch(r"[^\s@]+@[^\s@]+", text.strip()) else ""
        return line(said if said.lower() != goes.lower() else "", 255)
    said = claimed(text)
    said = ascii_domain(unicodedata.normalize("NFKC", said)) or said
    return line("" if same(said, goes) or not said else said, 255)


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


def opened(target: str) -> str:
    """The target as it may be handed to a program; empty for what is not opened: only the web and mail are.

    Nothing in it means anything to a shell, should the program use one.
    """
    if target.partition(":")[0].lower() not in _OPENED or not host(target):
        return ""
    return quote(target, safe="%/:=&?~#+!*,;@[]-._")


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where URLs stand in a text, without the point or bracket that closes the sentence around them."""
    for found in _BARE.finditer(text):
        end = _end(found[0])
        if end > found[0].find(":") + 3:
            yield found.start(), found.start() + end


def _end(url: str) -> int:
    end = len(url)
    surplus = {closer: url.count(closer) - url.count(opener) for closer, opener in _CLOSERS.items()}
    while end and (url[end - 1] in _STOPS or surplus.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    return end


class Numbers:
    """Puts the number of its link behind each URL of a text, but for those that carry it already."""

    def __init__(self, links: tuple[Link, ...]) -> None:
        self._links = links
        self._numbers = {str(link.target): link.number for link in links}

    def put(self, text: str) -> str:
        """The text with its numbers, as in `https://example.jp/ [2]`."""
        if ":" not in text or not self._numbers:
            return text
        pieces: list[str] = []
        at = 0
        for start, end in addresses(text):
            number = self._numbers.get(text[start:end])
            pieces.append(text[at:end])
            at = end
            if number is not None and not _carries(self._links, text, start, end):
                pieces.append(f" [{number}]")
        return "".join([*pieces, text[at:]])


def _carries(links: tuple[Link, ...], text: str, start: int, end: int) -> bool:
    """Whether the number of a link that says so stands behind the URL already."""
    after = _NUMBERED.match(text, end)
    number = int(after[1]) if after else 0
    return 0 < number <= len(links) and text[start:end][:200] in links[number - 1].text
