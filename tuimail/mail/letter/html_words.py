"""The words of a page, without a layout: ten times sooner, and nobody reads them but an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuimail.mail.letter import html

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_INLINE = frozenset(
    {"a", "abbr", "b", "big", "code", "em", "font", "i", "mark", "s", "small", "span", "strong"}
)


def words(source: str) -> str:
    """What a page says, in order; what is hidden on it is left out. Never raises."""
    source = html.slimmed(source)
    try:
        return _said(source)
    except Exception:  # noqa: BLE001 (a library on hostile input: whatever it raises, there is text)
        return html.stripped(source)


def _said(source: str) -> str:
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    tree = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    html.hide(list(tree.iter("*")))
    for element in tree.iter("*"):
        if element.tag not in _INLINE:
            _part(element)
    return " ".join("".join(str(piece) for piece in tree.itertext()).split())


def _part(element: HtmlElement) -> None:
    """The words of a block touch neither those before nor those behind."""
    alt = f" {element.get('alt', '')[:100]}" if element.tag == "img" else ""
    element.text = f"{alt} {element.text or ''}"
    element.tail = f" {element.tail or ''}"
