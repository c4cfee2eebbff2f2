"""Content-Transfer-Encoding (RFC 2045 §6), undone as far as it goes."""

import binascii

from tuimail.mail.letter.header import base64

_UU = frozenset({"x-uuencode", "x-uue", "uuencode", "uue"})
_IGNORED_BY_BASE64 = b"\r\n \t="


def decode(data: bytes, encoding: str) -> bytes:
    """The bytes meant. What is damaged is decoded up to the damage, or left as it is."""
    if encoding == "base64":
        return base64(data) or data
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    return _uudecode(data) if encoding in _UU else data


def size(data: bytes, encoding: str) -> int:
    """How many bytes `decode` gives; for base64 without decoding."""
    if encoding == "base64":
        return len(data.translate(None, _IGNORED_BY_BASE64)) * 3 // 4
    return len(decode(data, encoding))


def _uudecode(data: bytes) -> bytes:
    decoded: list[bytes] = []
    for row in data.partition(b"begin ")[2].split(b"\n")[1:]:
        if row.startswith(b"end"):
            break
        try:
            decoded.append(binascii.a2b_uu(row.rstrip(b"\r")))
        except binascii.Error:
            break
    return b"".join(decoded) or data
