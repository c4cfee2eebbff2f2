"""What a mailing list says of itself (RFC 2369, RFC 2919, RFC 8058)."""

import re

from msgspec import Struct

from tuimail.mail.letter.fields import Fields
from tuimail.mail.letter.header import decode, raw
from tuimail.mail.letter.safe import Safe, line

TARGETS_LIMIT = 5
TARGET_LIMIT = 4_000

_IN_ANGLES = re.compile(r"<([^<>]{1,8000})>")
_BARE_ID = re.compile(r"<([^<>\s]{1,255})>")
_BLANKS = re.compile(r"\s+")
_ONE_CLICK = re.compile(r"\s*list-unsubscribe\s*=\s*one-click\s*", re.IGNORECASE)


class Mailing(Struct, frozen=True):
    """`name` is the list as shown, empty for mail that came by no list.

    `post` is the address one writes to, `unsubscribe` the ways out as URLs (https, mailto) in the sender's
    order; with `one_click` the first https one takes a POST without a page to look at.
    """

    name: Safe = Safe("")
    post: str = ""
    unsubscribe: tuple[str, ...] = ()
    one_click: bool = False

    @property
    def web(self) -> str:
        """The way out over https, empty when there is none."""
        return next((way for way in self.unsubscribe if way.lower().startswith("https://")), "")

    @property
    def mail(self) -> str:
        """The way out by mail, empty when there is none."""
        return next((way for way in self.unsubscribe if way.lower().startswith("mailto:")), "")


NO_LIST = Mailing()


def mailing(fields: Fields) -> Mailing:
    """The list this message came by. Only https and mailto are ways out."""
    said = _targets(fields.first(b"list-unsubscribe"))
    ways = tuple(way for way in said if way.lower().startswith(("https://", "mailto:")))
    posts = [way[7:] for way in _targets(fields.first(b"list-post")) if way.lower().startswith("mailto:")]
    click = bool(_ONE_CLICK.fullmatch(raw(fields.first(b"list-unsubscribe-post"))))
    return Mailing(
        name=_name(fields.first(b"list-id")),
        post=line(posts[0].partition("?")[0], 320) if posts else "",
        unsubscribe=ways,
        one_click=click and any(way.lower().startswith("https://") for way in ways),
    )


def _targets(value: bytes) -> tuple[str, ...]:
    """The URLs between angle brackets, blanks of folding taken out, as far as they show what they are."""
    found = (_BLANKS.sub("", target) for target in _IN_ANGLES.findall(raw(value)))
    return tuple(target for target in found if _plain(target))[:TARGETS_LIMIT]


def _plain(target: str) -> bool:
    return len(target) <= TARGET_LIMIT and target.isascii() and target.isprintable()


def _name(value: bytes) -> Safe:
    """The list's name and id, as in `tuimail users <users.tuimail.example>`; the id alone without a name."""
    shown = decode(value, 200)
    bare = _BARE_ID.fullmatch(shown.strip())
    return line(bare[1]) if bare else line(shown.strip())
