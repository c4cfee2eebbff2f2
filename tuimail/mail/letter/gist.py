"""What can be searched in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tuimail.mail.letter.walk import Node

TEXT_LIMIT = 200_000
FILE_LIMIT = 20_000
WITHIN = 3
"""How many messages inside one another are read."""

_READ_FILES = ("text/calendar", "text/vcard", "text/x-vcard")


class Gist(Struct, frozen=True):
    """The words of a message's body, HTML without its tags, and whether files go with it."""

    text: str
    attached: bool


def gist(message: bytes) -> Gist:
    """The words of a message, whatever its bytes are: its text, then its files, a message's text among them.

    At most `TEXT_LIMIT` characters. Never raises.
    """
    return _gist(message, WITHIN)


def _gist(message: bytes, within: int) -> Gist:
    from tuimail.mail.letter import body
    from tuimail.mail.letter.walk import walk, whole

    message = whole(message)
    root, _ = walk(message)
    shown, files = body.leaves(message, root)
    pieces: list[str] = []
    room = TEXT_LIMIT
    for piece in _pieces(message, shown, files, within):
        pieces.append(piece[:room])
        room -= len(pieces[-1])
        if room <= 0:
            break
    return Gist("\n".join(pieces), bool(files))


def _pieces(message: bytes, shown: list[Node], files: tuple[Node, ...], within: int) -> Iterator[str]:
    from tuimail.mail.letter import body, transfer

    for leaf in shown:
        if not body.is_message(leaf):
            yield _text(message, leaf)
    yield from filter(None, (leaf.filename for leaf in files))
    for leaf in files:
        if leaf.type in _READ_FILES:
            yield body.plain(message, leaf)[:FILE_LIMIT]
        elif within and body.is_message(leaf):
            yield _within(transfer.decode(message[leaf.start : leaf.end], leaf.encoding), within - 1)


def _within(message: bytes, within: int) -> str:
    """Who wrote a message that goes with another, about what, and what it says."""
    from tuimail.mail.letter import fields, header

    head = fields.split(message, 0, len(message))
    said = [header.decode(head.first(name), 200) for name in (b"from", b"subject")]
    return "\n".join([*said, _gist(message, within).text])


def _text(message: bytes, leaf: Node) -> str:
    from tuimail.mail.letter import body

    text = body.plain(message, leaf)
    if leaf.type != "text/html":
        return text
    from tuimail.mail.letter import html_words

    return html_words.words(text)
