"""The demo's attachments, small and real, made when they are needed."""

import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

TYPES = {".pdf": "application/pdf", ".png": "image/png", ".csv": "text/csv", ".ics": "text/calendar"}


def make(name: str, now: datetime) -> tuple[str, bytes]:
    """MIME type and contents of a file of that name; KeyError for a kind there is none of."""
    kind = PurePath(name).suffix
    return TYPES[kind], _MAKERS[kind](PurePath(name).stem.replace("-", " "), now)


def _pdf(title: str, now: datetime) -> bytes:
    """One A5 page (ISO 32000-1), with a cross-reference table that adds up."""
    words = f"BT /F1 18 Tf 40 520 Td ({title}) Tj 0 -28 Td /F1 11 Tf (Komorebi Books, {now:%d %B %Y}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(words)} >>\nstream\n{words}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    text, places = "%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return f"{text}{tail}startxref\n{len(text)}\n%%EOF\n".encode("ascii")


def _png(title: str, now: datetime) -> bytes:
    """A shelf of books at dusk: 96 by 64 pixels, RGB (ISO/IEC 15948)."""
    rows = b"".join(b"\0" + bytes(c for x in range(96) for c in _pixel(x, y)) for y in range(64))
    header = struct.pack(">IIBBBBB", 96, 64, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _pixel(x: int, y: int) -> tuple[int, int, int]:
    book = x // 7
    if y < 14 + book * 5 % 9:
        return 70 + y, 60, 90
    return (180, 140, 90) if y > 58 else (60 + book * 37 % 150, 50 + book * 71 % 120, 60 + book * 23 % 90)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _csv(title: str, now: datetime) -> bytes:
    """With a byte order mark, as spreadsheets in Japan expect it."""
    rows = (
        "雨の日の長編,3,1980",
        "駅のホームで読む短編集,12,1430",
        "猫のいる風景,5,2200",
        "The Swift Year,1,2640",
    )
    return "\r\n".join(("書名,冊数,価格", *rows, "")).encode("utf-8-sig")


def _ics(title: str, now: datetime) -> bytes:
    """An invitation for next week (RFC 5545, RFC 5546)."""
    start = (now + timedelta(days=7)).replace(hour=14, minute=0, second=0)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Komorebi Books//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:book-fair@komorebi.example",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%S}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%S}",
        "SUMMARY:川べりの本の市 打ち合わせ",
        "LOCATION:倉庫の手前",
        "ORGANIZER;CN=田中 美咲:mailto:tanaka@komorebi.example",
        "ATTENDEE;CN=山田 花子;RSVP=TRUE:mailto:hanako@komorebi.example",
        "ATTENDEE;CN=佐藤 健;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:sato@komorebi.example",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines).encode()


_MAKERS: dict[str, Callable[[str, datetime], bytes]] = {
    ".pdf": _pdf,
    ".png": _png,
    ".csv": _csv,
    ".ics": _ics,
}
