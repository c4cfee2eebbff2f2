"""Where the lines of a correction end: short ones, as plain-text mail is read, and never inside a name."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

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
    return sum(map(_wide, text))


def _cuts(line: str) -> Iterator[int]:
    """The places before which a line is broken."""
    ends = [0, *accumulate(map(_wide, line))]
    if ends[-1] <= WIDTH:
        return
    good = list(_places(line))
    start = 0
    while ends[-1] - ends[start] > WIDTH:
        ahead = good[bisect_right(good, (start, 2)) :][: WIDTH + 1]
        fitting = [one for one in ahead if ends[one[0]] - (line[one[0] - 1] == " ") <= ends[start] + WIDTH]
        stops = [one for one in fitting if one[1] > 1 and (ends[one[0]] - ends[start]) * 2 >= WIDTH]
        found = stops or fitting or ahead[:1]
        if not found:
            return
        start = found[-1][0]
        yield start


def _places(line: str) -> Iterator[tuple[int, int]]:
    """The places before which a line may be broken, and how well: 2 behind a stop, 1 between words."""
    whole = {place for mark in _MARKED.finditer(line) for place in range(mark.start() + 1, mark.end())}
    japanese = bool(_KANA.search(line))
    for place in range(1, len(line)):
        weight = 0 if place in whole else _weight(line, place, japanese)
        if weight:
            yield place, weight


def _weight(line: str, place: int, japanese: bool) -> int:
    before, after = line[place - 1], line[place]
    if after in _CLOSING or after == " ":
        return 0
    if before in _STOPS:
        return 2
    if before == " ":
        return int(not japanese and (after.isascii() or line[place - 2 : place - 1].isascii()))
    return int(after in "（「" or (before in _PARTICLES and bool(_HEAVY.match(after))))


def _wide(char: str) -> int:
    return 1 + (unicodedata.east_asian_width(char) in "WF")
