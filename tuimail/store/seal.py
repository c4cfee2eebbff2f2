"""A checksum inside a JSON text, so that a byte changed by a failing disk is noticed and not believed."""

import zlib

OPENING = '{"seal":"'
LENGTH = len(OPENING) + 10


def sealed(text: str) -> str:
    """The JSON object `text` with its checksum as first member."""
    return f'{OPENING}{_checksum(text[1:]):08x}",{text[1:]}'


def is_broken(text: str) -> bool:
    """Whether it is not as it was sealed. One that was never sealed can't be judged, and passes."""
    return text.startswith(OPENING) and text[:LENGTH] != sealed("{" + text[LENGTH:])[:LENGTH]


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogateescape"))
