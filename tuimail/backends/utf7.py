"""Folder names in modified UTF-7 (RFC 3501 §5.1.3), as IMAP and Maildir++ write them."""

import re
from base64 import b64decode
from binascii import Error

_SHIFTED = re.compile("&([^-]*)-")


def decode(name: str) -> str:
    """`&kAFP4W4IMH8-` as 送信済み. A name that is not in modified UTF-7 is taken as it stands."""
    try:
        return _SHIFTED.sub(lambda run: _letters(run[1]) or "&", name)
    except (Error, ValueError):
        return name


def _letters(code: str) -> str:
    padded = code.replace(",", "/") + "=" * (-len(code) % 4)
    return b64decode(padded.encode("ascii"), validate=True).decode("utf-16-be")
