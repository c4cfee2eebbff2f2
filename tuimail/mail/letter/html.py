"""HTML as text. Nothing is fetched, run or followed; what is hidden on a page stays hidden here."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING

from tuimail.mail.letter.link import Links

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SOURCE_LIMIT = 1_000_000
NODES_LIMIT = 25_000
DEPTH_LIMIT = 150
TAG_LIMIT = 1_000

_TAG = re.compile(r"""<[a-zA-Z](?:[^"'>]|"[^"]*"|'[^']*'|["'])*+""")
_KEPT = re.compile(
    r"""\s((?:href|style|alt)\s*=\s*(?:"[^"]{0,2000}"|'[^']{0,2000}'|[^\s"'>]{1,2000}))""", re.I
)
_NAME = re.compile(r"<[a-zA-Z0-9]{1,20}")
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0"
    r"|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_QUOTE, _UNQUOTE, _HALF = "\ue000", "\ue001", "\ue002"
_UNUSED = re.compile("[\ue000-\ue002]|&#(?:x0*e00[012]|0*5734[456]);?", re.IGNORECASE)
_QUOTES_LIMIT = 20
_PRE = re.compile(r"white-space\s*:\s*pre", re.IGNORECASE)
UNSHOWN = frozenset({"script", "style", "head", "template", "noscript", "object", "svg", "iframe", "title"})
_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup", "col"})


def text(source: str, links: Links) -> str:
    """The page as lines of text; a link is followed by its number in `links`, as in `here [1]`.

    What is too deep, too big or too broken for a layout has its tags taken out instead.
    """
    source = slimmed(_UNUSED.sub("", source[: SOURCE_LIMIT * 4]))
    try:
        return _tidy(_laid_out(source, links) or stripped(source))
    except Exception:  # noqa: BLE001 (two libraries on hostile input: whatever they raise, there is text)
        return _tidy(stripped(source))


def slimmed(source: str) -> str:
    """The page as a parser may have it: not too long, and no tag longer than one that somebody wrote."""
    return _TAG.sub(_slim, source[: SOURCE_LIMIT * 4].replace("\0", ""))[:SOURCE_LIMIT]


def _slim(tag: re.Match[str]) -> str:
    """A tag with a flood of attributes costs libxml2 the square of their number."""
    if len(tag[0]) <= TAG_LIMIT:
        return tag[0]
    name = _NAME.match(tag[0])
    return " ".join([name[0] if name else "<span", *_KEPT.findall(tag[0])[:5]])


def _laid_out(source: str, links: Links) -> str:
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.html_engine import Inscriptis
    from inscriptis.model.config import ParserConfig
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    tree = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    elements = list(tree.iter("*"))
    if len(elements) > NODES_LIMIT or _deep(tree):
        return ""
    hide(elements)
    data = {cell for table in tree.iter("table") if _tabular(table) for cell in table.iter("*")}
    for element in list(tree.iter("*")):
        _prepare(element, element in data, links)
    for cell in data:
        cell.text, cell.tail = _spaced(cell.text), _spaced(cell.tail)
    config = ParserConfig(css=CSS_PROFILES["strict"].copy(), display_images=True)
    return _quoted(str(Inscriptis(tree, config).get_text()).replace(_HALF, ""))


def _deep(tree: HtmlElement) -> bool:
    from lxml.etree import iterwalk

    depth = 0
    for event, _ in iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_LIMIT:
            return True
    return False


def hide(elements: list[HtmlElement]) -> None:
    """Take out what a browser would not show; the text behind it stays."""
    for element in elements:
        hidden = element.tag in UNSHOWN or "hidden" in element.attrib
        if (hidden or HIDING.search(element.get("style", ""))) and element.getparent() is not None:
            element.drop_tree()


def _tabular(table: HtmlElement) -> bool:
    """A table of data: it has headings or a border, and no table inside. Others only arrange the page."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    return table.get("border", "0").strip() not in ("", "0") or next(table.iter("th"), None) is not None


def _prepare(element: HtmlElement, tabular: bool, links: Links) -> None:
    """Only what the layout may know: no style of the sender's, no cells that merely arrange."""
    if element.tag == "a" and (number := links.number(element.get("href", ""), _says(element))):
        _append(element, f" [{number}]")
    if element.tag == "blockquote":
        _mark(element)
    if element.tag in _TABLE and not tabular:
        beside = element.getnext() is not None or element.getprevious() is not None
        element.tag = "span" if beside and element.tag in ("td", "th") else "div"
        element.tail = " " + (element.tail or "")
    kept = {"alt": " ".join(element.get("alt", "").split())[:100]} if element.tag == "img" else {}
    if _PRE.search(element.get("style", "")):
        kept["style"] = "white-space: pre"
    element.attrib.clear()
    element.attrib.update(kept)


def _spaced(text: str | None) -> str | None:
    """A wide letter as two, since columns are laid out by counting letters."""
    if text is None or text.isascii():
        return text
    return "".join(c + _HALF if unicodedata.east_asian_width(c) in "WF" else c for c in text)


def _mark(quote: HtmlElement) -> None:
    """A row before and one after what is quoted, so that it can be told from the text when it is laid out."""
    from lxml.html import Element

    opening, closing = Element("div"), Element("div")
    opening.text, closing.text = _QUOTE, _UNQUOTE
    opening.tail, quote.text = quote.text, None
    quote.insert(0, opening)
    quote.append(closing)
    quote.tag = "div"


def _says(element: HtmlElement) -> str:
    said = ""
    for piece in element.itertext():
        said += piece
        if len(said) > 400:
            break
    return said[:400]


def _append(element: HtmlElement, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


_TOKEN = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?|[^<]+|<", re.DOTALL)
_BREAKING = frozenset(
    {"p", "br", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "hr", "ul"}
)


def stripped(source: str) -> str:
    """The text between the tags."""
    shown: list[str] = []
    inside = ""
    for token in _TOKEN.finditer(source):
        closing, name = token[1], (token[2] or "").lower()
        if inside:
            inside = "" if closing and name == inside else inside
        elif name in ("script", "style", "title") and not closing:
            inside = name
        elif name:
            shown.append("\n" if name in _BREAKING else "")
        elif not token[0].startswith("<!"):
            shown.append(" ".join(token[0].split("\n")))
    return unescape("".join(shown))


def _tidy(text: str) -> str:
    """No blanks at line ends, no more than one empty line at a time."""
    lines: list[str] = []
    for row in text.split("\n"):
        row = row.rstrip()
        if row or (lines and lines[-1]):
            lines.append(row)
    return "\n".join(lines).strip("\n")


def _quoted(text: str) -> str:
    """The quotes behind `>`, as in a plain mail, without the empty rows at their edges."""
    lines: list[str] = []
    depth, edge = 0, False
    for row in text.split("\n"):
        opened, closed = row.count(_QUOTE), row.count(_UNQUOTE)
        said = row.replace(_QUOTE, "").replace(_UNQUOTE, "").rstrip()
        if opened or closed:
            while lines and not lines[-1].strip("> "):
                lines.pop()
        depth = depth + opened
        if said or not (edge or opened or closed):
            lines.append(f"{'>' * min(depth, _QUOTES_LIMIT)} {said}".rstrip() if depth else said)
        edge = not said and not closed and bool(edge or opened)
        depth = max(0, depth - closed)
    return "\n".join(lines)
