"""The values of foreign header fields: RFC 2047 words, message ids (RFC 5322 §3.6.4), dates (§3.3).

Nothing here raises, and nothing takes longer than its input is long: a value is cut at `VALUE_LIMIT`.
"""

import binascii
import re
from datetime import UTC, datetime, timedelta, timezone

from tuimail.mail.letter import charset
from tuimail.mail.letter.safe import Safe, line

VALUE_LIMIT = 100_000
HEADERS_LIMIT = 1_000
IDS_LIMIT = 1_000

_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{0,400}@[!-;=?-~]{0,400}>")
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DATE = re.compile(
    r"(\d{1,2})[ \t-]+([A-Za-z]{3})[a-z]*[ \t-]+(\d{2,4})[ \t]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
    r"(?:\.\d+)?[ \t]*([+-]\d{4}|[A-Z]{1,4})?"
)
_DATE_OF_C = re.compile(
    r"([A-Za-z]{3})[ \t]+(\d{1,2})[ \t]+(\d{1,2}):(\d{2})(?::(\d{2}))?[ \t]+(?:[A-Z]{3,4}[ \t]+)?(\d{4})"
)


def decode(value: str | bytes, limit: int = 2000) -> Safe:
    """The value as a person reads it, on one line of at most `limit` characters."""
    text = raw(value)
    if "=?" in text:
        text = words(text)
    return line(text.strip(), limit)


def raw(value: str | bytes) -> str:
    """The value unfolded, its 8-bit or ISO-2022-JP bytes decoded, its encoded words still encoded."""
    if isinstance(value, str):
        text = value[:VALUE_LIMIT]
        if "\x1b$" in text or not text.isascii():
            text = charset.text(text.encode("utf-8", "surrogateescape" if _escaped(text) else "replace"), "")
    else:
        data = value[:VALUE_LIMIT]
        text = data.decode("ascii") if data.isascii() and b"\x1b" not in data else charset.text(data, "")
    if "\n" in text or "\r" in text:
        text = text.replace("\r\n", "").replace("\n", "").replace("\r", "")
    return text


def _escaped(text: str) -> bool:
    """Whether the surrogates in it, if any, are bytes that Python has smuggled in (PEP 383)."""
    return all("\udc80" <= char <= "\udcff" for char in set(text) if "\ud800" <= char <= "\udfff")


def words(text: str) -> str:
    """The text with its encoded words decoded; those side by side are joined before they are decoded.

    RFC 2047 forbids to cut a letter in two, and many mailers do.
    """
    shown: list[str] = []
    run: list[tuple[str, str]] = []
    label, end = "", 0
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        joined = bool(run) and not gap.strip()
        if run and not (joined and word[1].lower() == label):
            shown.append(charset.text(_payload(run), label))
            run = []
        if not joined:
            shown.append(gap)
        label, end = word[1].lower(), word.end()
        run.append((word[2].lower(), word[3]))
    return "".join(shown) + charset.text(_payload(run), label) + text[end:]


def _payload(run: list[tuple[str, str]]) -> bytes:
    """The bytes of words side by side; of base64 also when it is torn within its groups of four."""
    data, torn = b"", ""
    for encoding, text in run:
        if encoding == "q":
            data += base64(_bytes(torn)) + binascii.a2b_qp(_bytes(text), header=True)
            torn = ""
            continue
        torn += text
        if "=" in text or len(torn) % 4 == 0:
            data += base64(_bytes(torn))
            torn = ""
    return data + base64(_bytes(torn))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)


def base64(data: bytes) -> bytes:
    """Decoded as far as it goes: foreign characters skipped, up to the first padding, a torn end dropped."""
    kept = data.translate(None, _NOT_BASE64).split(b"=", 1)[0]
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def message_ids(value: str) -> tuple[str, ...]:
    """Every well-formed message id in it, with angle brackets, in order, each once.

    Printable ASCII without a space is well formed; so is Exchange's `<[x]@y>`.
    """
    found = dict.fromkeys(_MESSAGE_ID.findall(value[:VALUE_LIMIT]))
    return tuple(found)[-IDS_LIMIT:]


def date(value: str) -> datetime | None:
    """The date-time with its zone (UTC when it has none), or None when it is no date."""
    text = value[:200]
    try:
        if found := _DATE.search(text):
            day, month, year, hour, minute, second, zone = found.groups()
        elif found := _DATE_OF_C.search(text):
            month, day, hour, minute, second, year = found.groups()
            zone = ""
        else:
            iso = datetime.fromisoformat(text.strip())
            return iso if iso.tzinfo else iso.replace(tzinfo=UTC)
        return datetime(
            _year(year),
            _MONTHS.index(month.lower()) // 4 + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            tzinfo=_zone(zone or ""),
        )
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    """RFC 5322 §4.3: two digits below 50 are of this century, three are years since 1900."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + 2000 if year < 50 else year + 1900


def _zone(zone: str) -> timezone:
    if zone[:1] in ("+", "-"):
        sign = -1 if zone[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])))
    return timezone(timedelta(hours=_ZONES.get(zone, 0)))
