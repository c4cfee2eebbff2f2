"""Where the lines of a correction end: short ones, as plain-text mail is read, and never inside a name."""

import re
import unicodedata
from collections.abc import Iterator

WIDTH = 70
"""Cells of a line: 35 full-width characters. A longer word stands on a line of its own."""

_ITEM = ("・", "- ", "-- ")
_STOPS, _CLOSING = "、。！？；", "、。！？；）」』】〕ー…"
_PARTICLES = "はがをにでとものへや"
_KANA = re.compile("[\u3041-\u30ff]")
"""In a Japanese line a blank stands within a name."""
_HEAVY = re.compile("[\u30a1-\u30ff\u4e00-\u9fff々]")
_MARKED = re.compile("〔[^〔〕]*〕")


def folded(text: str, offset: int) -> tuple[str, int]:
    """The text in lines of `WIDTH` cells, and where the place at `offset` is then; items stay whole."""
    start, cuts = 0, list[int]()
    for line in text.split("\n"):
        if not line.startswith(_ITEM):
            cuts += [start + cut for cut in _cuts(line)]
        start += len(line) + 1
    moved = offset
    for cut in reversed(cuts):
        blank = text[cut - 1] == " "
        text = f"{text[: cut - blank]}\n{text[cut:]}"
        moved += not blank and cut <= offset
    return text, moved


def cells(text: str) -> int:
    """How wide a text is."""
    return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


def _cuts(line: str) -> Iterator[int]:
    """The places before which a line is broken."""
    places = [(place, _weight(line, place)) for place in range(1, len(line))]
    whole = {place for mark in _MARKED.finditer(line) for place in range(mark.start() + 1, mark.end())}
    good = [(place, weight) for place, weight in places if weight and place not in whole]
    start = 0
    while cells(line[start:]) > WIDTH:
        ahead = [(place, weight) for place, weight in good if place > start]
        fitting = [one for one in ahead if cells(line[start : one[0]].rstrip(" ")) <= WIDTH]
        best = _best(line, start, fitting) or min((place for place, _ in ahead), default=0)
        if not best:
            return
        yield best
        start = best


def _best(line: str, start: int, places: list[tuple[int, int]]) -> int:
    """The last place behind a stop where that leaves the line half full, else the last there is."""
    stops = [place for place, weight in places if weight > 1 and cells(line[start:place]) * 2 >= WIDTH]
    return max(stops, default=max((place for place, _ in places), default=0))


def _weight(line: str, place: int) -> int:
    """How well a line ends before that place: 2 behind a stop, 1 between words, 0 within one."""
    before, after = line[place - 1], line[place]
    if after in _CLOSING or after == " ":
        return 0
    if before in _STOPS:
        return 2
    if before == " ":
        names = _KANA.search(line) or not (after.isascii() or line[place - 2 : place - 1].isascii())
        return int(not names)
    return int(after in "（「" or (before in _PARTICLES and bool(_HEAVY.match(after))))
