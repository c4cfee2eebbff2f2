"""Putting a message into a Maildir, as a delivery agent does: written in tmp, renamed into place."""

import itertools
import os
import socket
from datetime import datetime
from pathlib import Path

PARTS = ("tmp", "new", "cur")
_COUNTER = itertools.count(1)


def make(root: Path) -> Path:
    """The three folders of a Maildir, 0700; the path itself."""
    for part in PARTS:
        (root / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def put(root: Path, raw: bytes, at: datetime, flags: str | None = None) -> Path:
    """Deliver LF bytes: into `new`, or into `cur` when `flags` are known (an empty text is none of them)."""
    name = f"{int(at.timestamp())}.M{at.microsecond}P{os.getpid()}Q{next(_COUNTER)}.{socket.gethostname()}"
    tmp = make(root) / "tmp" / name
    tmp.write_bytes(raw)
    os.utime(tmp, (at.timestamp(), at.timestamp()))
    home = root / "new" / name if flags is None else root / "cur" / f"{name}:2,{flags}"
    return tmp.rename(home)
