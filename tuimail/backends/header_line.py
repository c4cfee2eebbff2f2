"""Looking for one value in a header block, as bytes (RFC 5322 §2.2)."""

import re

_FOLD = re.compile(rb"\r?\n(?=[ \t])")


def holds(head: bytes, header: str, value: str) -> bool:
    """Whether a line `header: value` stands in the block; folding and outer blanks don't count."""
    wanted = b" ".join(value.encode("utf-8", "surrogateescape").split())
    name = header.encode().lower()
    for line in _FOLD.sub(b"", head).splitlines():
        said, colon, text = line.partition(b":")
        if colon and said.strip().lower() == name and b" ".join(text.split()) == wanted:
            return True
    return False
