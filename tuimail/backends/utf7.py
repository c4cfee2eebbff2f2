"""Folder names in modified UTF-7 (RFC 3501 §5.1.3), as IMAP and Maildir++ write them."""

import re
from base64 import b64decode, b64encode
from binascii import Error

_SHIFTED = re.compile("&([^-]*)-")
_UNPLAIN = re.compile("&|[^ -~]+")


def decode(name: str) -> str:
    """`&kAFP4W4IMH8-` as 送信済み. A name that is not in modified UTF-7 is taken as it stands."""
    try:
        return _SHIFTED.sub(lambda run: _letters(run[1]) or "&", name)
    except (Error, ValueError):
        return name


def encode(name: str) -> str:
    """送信済み as `&kAFP4W4IMH8-`. What is in modified UTF-7 already stays as it is."""
    if name.isascii() and name.isprintable() and ("&" not in name or decode(name) != name):
        return name
    return _UNPLAIN.sub(lambda run: "&-" if run[0] == "&" else _code(run[0]), name)


def _letters(code: str) -> str:
    padded = code.replace(",", "/") + "=" * (-len(code) % 4)
    return b64decode(padded.encode("ascii"), validate=True).decode("utf-16-be")


def _code(letters: str) -> str:
    code = b64encode(letters.encode("utf-16-be", "replace")).decode("ascii")
    return f"&{code.rstrip('=').replace('/', ',')}-"
