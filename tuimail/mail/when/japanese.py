"""The Japanese words for a time."""

import re
from collections.abc import Sequence
from datetime import time
from functools import cache

from tuimail.mail.when import days
from tuimail.mail.when.wish import Clock, Piece, Row, Span, Table, Week, Weekday

_DIGITS = "一二三四五六七八九"
_N = f"([0-9]{{1,4}}|[{_DIGITS}十]{{1,3}})"
_WEEKDAYS = "月火水木金土日"
_TODAY, _TOMORROW = days.in_days(0), days.in_days(1)
_WEEKS = {"今週": 0, "来週": 1, "週明け": 1, "再来週": 2}
_MONTHS = {"今月": 0, "来月": 1, "再来月": 2}


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_digit(tens, 1) * 10 if ten else 0) + _digit(ones, 0)


def _digit(text: str, nothing: int) -> int:
    return tuple(_DIGITS).index(text) + 1 if text else nothing


def _span(match: re.Match[str]) -> Sequence[Piece]:
    years, months, weeks, count, hours, minutes = (
        _number(match[name] or "0") for name in ("y", "mo", "w", "d", "h", "m")
    )
    half = 1800 if match["half"] else 0
    return [Span(years * 12 + months, weeks * 7 + count, hours * 3600 + half + minutes * 60)]


def _named(name: str) -> str:
    return _N.replace("(", f"(?P<{name}>", 1)


def _clock(match: re.Match[str]) -> Sequence[Piece]:
    half = {"午前": "a", "午後": "p", None: ""}[match[1]]
    hour, minute = _number(match[2]), 30 if match[3] else _number(match[4] or match[5] or "0")
    if half and hour == 12:
        raise ValueError("午前12時 and 午後12時 are noon to some and midnight to others")
    return [days.clock(hour or 12 if half else hour, minute, half)]


def _weekday(word: str) -> Weekday:
    return Weekday(_WEEKDAYS.index(word))


_DAYS: tuple[Row, ...] = (
    ("今日|本日|きょう", lambda match: [_TODAY]),
    ("明後日|あさって", lambda match: [days.in_days(2)]),
    ("明日|翌日|あした|あす", lambda match: [_TOMORROW]),
    ("今朝", lambda match: [_TODAY, days.MORNING]),
    ("明朝|翌朝", lambda match: [_TOMORROW, days.MORNING]),
    ("今夕", lambda match: [_TODAY, days.LATE_AFTERNOON]),
    ("今夜|今晩", lambda match: [_TODAY, days.NIGHT]),
    ("明晩", lambda match: [_TOMORROW, days.NIGHT]),
    ("翌営業日|次の?営業日", lambda match: [days.in_working_days(1)]),
    ("翌々営業日", lambda match: [days.in_working_days(2)]),
    (f"{_N}営業日後", lambda match: [days.in_working_days(_number(match[1]))]),
    (f"(?:次|今度)の?([{_WEEKDAYS}])曜日?", lambda match: [days.coming(_WEEKDAYS.index(match[1]))]),
    ("今週|来週|週明け|再来週", lambda match: [Week(_WEEKS[match[0]])]),
    (f"([{_WEEKDAYS}])曜日?", lambda match: [_weekday(match[1])]),
    (rf"\(([{_WEEKDAYS}])曜?日?\)", lambda match: [_weekday(match[1])]),
    ("月末|(今月|来月|再来月)末", lambda match: [days.end_of_month(_MONTHS.get(match[1]))]),
    (
        f"(今月|来月|再来月)の?{_N}日",
        lambda match: [days.day_of_month(_number(match[2]), _MONTHS[match[1]])],
    ),
    (
        f"(?:{days.YEAR}年)?{_N}月{_N}日",
        lambda match: [days.day_of_year(match[1], _number(match[2]), _number(match[3]))],
    ),
)

_TIMES: tuple[Row, ...] = (
    (f"(午前|午後)? ?{_N}(?:時(?!間)(?:(半)|{_N}分)?|:([0-9]{{2}})(?![0-9:]))", _clock),
    ("正午", lambda match: [Clock(time(12), settled=True)]),
    ("朝一番?|朝イチ|始業時?", lambda match: [days.START_OF_WORK]),
    ("終業時?|定時", lambda match: [days.END_OF_WORK]),
    ("朝|午前", lambda match: [days.MORNING]),
    ("お?昼", lambda match: [days.MIDDAY]),
    ("午後", lambda match: [days.AFTERNOON]),
    ("夕方", lambda match: [days.LATE_AFTERNOON]),
    ("夜|晩", lambda match: [days.NIGHT]),
)

_SPAN: Row = (
    f"(?={_named('any')})(?:{_named('y')}年)?(?:{_named('mo')}[かカヵヶケ]月)?"
    f"(?:{_named('w')}週間?)?(?:{_named('d')}日)?(?:{_named('h')}時間(?P<half>半)?)?(?:{_named('m')}分)?後",
    _span,
)
_DAY_OF_MONTH: Row = (f"{_N}日(?!後)", lambda match: [days.day_of_month(_number(match[1]))])


@cache
def table() -> Table:
    return Table((_SPAN, *_DAYS, _DAY_OF_MONTH, *days.FIGURES, *_TIMES), r"[\s、,]|の|に")
