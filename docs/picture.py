"""A terminal's SVG as Textual exports it, made true to its cells, self-contained and small."""

import re
import unicodedata
from collections.abc import Iterator
from html import escape, unescape
from itertools import accumulate, groupby

from rich.cells import cell_len

CELL, LINE, BASE = 12.2, 24.4, 20
"""Pixels as Rich draws them: a cell across, a line down, a line's top to where its letters stand."""

FONTS = (
    "'Fira Code', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK JP', 'Noto Sans CJK JP', "
    "'Hiragino Kaku Gothic ProN', 'MS Gothic', monospace"
)
WIDE = ".w { font-size: 22px; }"
BLOCKS = "▁▂▃▄▅▆▇█"

_TEXT = re.compile(r'<text class="(r\d+)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+">([^<]*)</text>')
_CHROME = re.compile(r'<rect fill="[^"]*" stroke=')
_LEFT_OUT = (
    r"<!--.*?-->",
    r"@font-face \{.*?\}\s*",
    r"font-variant-east-asian: full-width;\s*",
    r"terminal-\d+-",
    r'<clipPath id="line-\d+">.*?</clipPath>\s*',
    r' clip-path="url\(#line-\d+\)"',
)


def repaired(svg: str, ground: str) -> str:
    """The picture with nothing to fetch and every run of text over its own cells.

    Rich measures a text in code points, which squeezes wide letters. `ground` is the background colour as
    `#rrggbb`: what has no other one is left to it.
    """
    for pattern in (*_LEFT_OUT, rf'<rect fill="{ground}"[^>]*/>'):
        svg = re.sub(pattern, "", svg, flags=re.DOTALL | re.IGNORECASE)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    svg = svg.replace("</style>", f"{WIDE}\n</style>")
    svg = _CHROME.sub(f'<rect fill="{ground}" stroke=', svg, count=1)
    svg = _TEXT.sub(lambda found: "".join(_runs(*found.groups())), svg)
    return re.sub(r"\n\s*", "\n", svg).strip() + "\n"


def _runs(style: str, x: str, y: str, escaped: str) -> Iterator[str]:
    """A text as one element for each run of letters of a kind; spaces at its ends need none."""
    left = float(x)
    for text in _alike(unescape(escaped).replace("\xa0", " ")):
        indent = CELL * (len(text) - len(text.lstrip()))
        if text.strip():
            yield _run(style, left + indent, float(y), text.strip())
        left += CELL * cell_len(text)


def _run(style: str, x: float, y: float, text: str) -> str:
    width, kind = CELL * cell_len(text), _kind(text[0])
    if kind == "B":
        height = LINE * (BLOCKS.index(text[0]) + 1) / len(BLOCKS)
        top = y - BASE + 1.75 + LINE - height
        place = f'x="{x:g}" y="{top:g}" width="{width:g}" height="{height:g}"'
        return f'<rect class="{style}" {place} shape-rendering="crispEdges"/>'
    look = f'class="{style} w"' if kind == "W" else f'class="{style}"'
    scaled = ' lengthAdjust="spacingAndGlyphs"' if kind == "A" else ""
    words = escape(text, quote=False).replace(" ", "&#160;")
    return f'<text {look} x="{x:g}" y="{y:g}" textLength="{width:g}"{scaled}>{words}</text>'


def _alike(text: str) -> Iterator[str]:
    """The text cut where letters of another kind begin; what has no width stays with what it follows."""
    kinds: Iterator[str] = accumulate(map(_kind, text), lambda before, own: own or before)
    for _, run in groupby(zip(kinds, text, strict=True), key=lambda pair: pair[0]):
        yield "".join(letter for _, letter in run)


def _kind(letter: str) -> str:
    """W for two cells, N for one, A for one that many fonts draw two cells wide (UAX #11), B for a block that
    stands on its line, nothing for no width."""
    if letter in BLOCKS:
        return "B"
    if (cells := cell_len(letter)) == 1:
        return "A" if unicodedata.east_asian_width(letter) == "A" else "N"
    return "W" if cells else ""
