"""Which parts of a message are its text, and that text."""

import re

from msgspec import Struct

from tuimail.mail.letter import charset, flowed, html, transfer
from tuimail.mail.letter.fields import Fields, split
from tuimail.mail.letter.header import decode
from tuimail.mail.letter.link import Links
from tuimail.mail.letter.walk import Node

BYTES_LIMIT = 4_000_000
TEXT_LIMIT = 1_000_000

_FILES = ("text/calendar", "text/vcard", "text/x-vcard", "text/csv", "text/rtf", "text/x-amp-html")
_META_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
_ABOUT_HTML = re.compile("html", re.IGNORECASE)
_PLACEHOLDER_LIMIT = 400


class Body(Struct, frozen=True):
    """The text, not yet `Safe`; `files` are the leaves that are listed as attachments."""

    text: str
    links: Links
    files: tuple[Node, ...]
    faults: tuple[str, ...]


def body(raw: bytes, root: Node) -> Body:
    """The body of a walked message: plain text before HTML, parts of a multipart/mixed in their order."""
    chosen, files = leaves(raw, root)
    links = Links()
    texts, room, faults = [], TEXT_LIMIT, []
    for leaf in chosen:
        text = _leaf_text(raw, leaf, links)
        if len(text) > room or leaf.end - leaf.start > BYTES_LIMIT:
            faults.append(
                f"The text is cut after {TEXT_LIMIT:,} characters; the rest is in the message as saved."
            )
        texts.append(text[:room].strip("\n"))
        room -= len(texts[-1])
    return Body("\n\n".join(text for text in texts if text), links, files, tuple(faults[:1]))


def leaves(raw: bytes, root: Node) -> tuple[list[Node], tuple[Node, ...]]:
    """The leaves that are shown as text, and those that are listed as attachments; some are both."""
    chosen = _chosen(raw, root)
    spared = {leaf.index for leaf in (*chosen, *_alternatives(root))}
    return chosen, tuple(n for n in root.leaves() if n.index not in spared or n.filename or is_message(n))


def plain(raw: bytes, leaf: Node) -> str:
    """A text leaf, decoded, in lines parted by \\n."""
    data = transfer.decode(raw[leaf.start : min(leaf.end, leaf.start + BYTES_LIMIT)], leaf.encoding)
    label = leaf.params.get("charset", "")
    if not label and leaf.type == "text/html" and (meta := _META_CHARSET.search(data[:2000])):
        label = meta[1].decode("ascii")
    text = charset.text(data, label).replace("\r\n", "\n").replace("\r", "\n")
    if leaf.params.get("format", "").lower() == "flowed" and leaf.type == "text/plain":
        text = flowed.unfold(text, leaf.params.get("delsp", "").lower() == "yes")
    return text


def _leaf_text(raw: bytes, leaf: Node, links: Links) -> str:
    if is_message(leaf):
        return _summary(raw, leaf)
    text = plain(raw, leaf)
    return html.text(text, links) if leaf.type == "text/html" else text


def _summary(raw: bytes, leaf: Node) -> str:
    """The attached message's header in a few lines; the message itself is listed as a file."""
    fields = inner(raw, leaf)
    rows = [(name, decode(fields.first(name.lower().encode()), 200)) for name in ("From", "Date", "Subject")]
    return "\n".join(["[attached message]", *(f"{name}: {value}" for name, value in rows if value)])


def is_message(leaf: Node) -> bool:
    """Whether it is a message within the message."""
    return leaf.type in ("message/rfc822", "message/global")


def _readable(node: Node) -> bool:
    text = node.type.startswith("text/") and node.type not in (*_FILES, "text/rfc822-headers")
    return (text and not node.attached) or is_message(node)


def _chosen(raw: bytes, node: Node) -> list[Node]:
    """The leaves to show below this node, in order."""
    if not node.children:
        return [node] if _readable(node) else []
    options = [_chosen(raw, child) for child in node.children]
    if node.type == "multipart/alternative":
        return _preferred(raw, [option for option in options if option])
    if node.type == "multipart/related" and options[0]:
        return options[0]
    return [leaf for option in options for leaf in option]


def _preferred(raw: bytes, options: list[list[Node]]) -> list[Node]:
    """Plain text if it says anything, else HTML, else the last that can be shown at all."""
    html_there = any(leaf.type == "text/html" for option in options for leaf in option)
    for option in options:
        if any(leaf.type == "text/plain" and _says(plain(raw, leaf), html_there) for leaf in option):
            return option
    for option in reversed(options):
        if any(leaf.type == "text/html" for leaf in option):
            return option
    return options[-1] if options else []


def _says(text: str, html_there: bool) -> bool:
    """Not blank, and not the line that only says there is HTML."""
    text = text.strip()
    excuse = html_there and len(text) < _PLACEHOLDER_LIMIT and _ABOUT_HTML.search(text)
    return bool(text) and not excuse


def _alternatives(node: Node) -> list[Node]:
    """Text leaves that say again what another part says."""
    if node.type == "multipart/alternative":
        said = ("text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html")
        return [leaf for leaf in node.leaves() if leaf.type in said and not leaf.attached]
    return [leaf for child in node.children for leaf in _alternatives(child)]


def inner(raw: bytes, leaf: Node) -> Fields:
    """The header fields of an attached message, if it is not hidden in a transfer encoding."""
    data = transfer.decode(raw[leaf.start : min(leaf.end, leaf.start + BYTES_LIMIT)], leaf.encoding)
    return split(data, 0, len(data))
