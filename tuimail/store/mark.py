"""How far the outbox of this computer has come, written down apart from it.

An outbox that is behind its mark, or that the mark does not know, is an older copy that was put back or one
that was carried here. A mark that is behind its outbox is fine: it is written after the outbox, and is not
waited for.
"""

import os
from contextlib import suppress
from pathlib import Path

from msgspec import Struct


class Mark(Struct, frozen=True):
    """The file's own random `identity`, its `inode`, and the last change it is known to have."""

    identity: str
    inode: int
    seq: int


class MarkFile:
    """The mark on disk: one short line. One that can't be written protects less, and holds nothing up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def read(self) -> Mark | None:
        """None when there is none that can be read."""
        try:
            identity, inode, seq = self._path.read_text("ascii").split()
            return Mark(identity, int(inode), int(seq))
        except (OSError, ValueError):
            return None

    def write(self, mark: Mark, surely: bool = False) -> None:
        """`surely` waits for the disk."""
        line = f"{mark.identity} {mark.inode:020d} {mark.seq:020d}\n".encode()
        with suppress(OSError):
            os.pwrite(self._opened(), line, 0)
            if surely:
                os.ftruncate(self._opened(), len(line))
                os.fsync(self._opened())

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        if self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._descriptor
