"""Folder names in modified UTF-7 (RFC 3501 §5.1.3), as IMAP and Maildir++ write them."""

import re
from base64 import b64decode, b64encode
from binascii import Error

_SHIFTED = re.compile("&([^-]*)-")
_UNPRINTABLE = re.compile("[^\x20-\x7e]+")


def decode(name: str) -> str:
    """`&kAFP4W4IMH8w4A-` as 送信済み. A name that is not in modified UTF-7 is taken as it stands."""
    try:
        return _SHIFTED.sub(lambda run: _letters(run[1]) or "&", name)
    except (Error, ValueError):
        return name


def encode(name: str) -> str:
    """The inverse of `decode`, in ASCII."""
    return _UNPRINTABLE.sub(_shifted, name.replace("&", "&-"))


def _letters(code: str) -> str:
    padded = code.replace(",", "/") + "=" * (-len(code) % 4)
    return b64decode(padded.encode("ascii"), validate=True).decode("utf-16-be")


def _shifted(run: re.Match[str]) -> str:
    code = b64encode(run[0].encode("utf-16-be")).rstrip(b"=").decode("ascii")
    return f"&{code.replace('/', ',')}-"
