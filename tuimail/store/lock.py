"""The sender lock: an flock on a file of its own, so that one process sends and the kernel knows which."""

import fcntl
import os
from pathlib import Path


class SenderLockFile:
    """`ports.SenderLock` by flock(2). Released by the kernel when the process ends, however it ends."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._descriptor: int | None = None

    def take(self) -> bool:
        if self._descriptor is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{self._name} (process {os.getpid()})\n".encode(), 0)
        self._descriptor = descriptor
        return True

    def holder(self) -> str:
        if self._descriptor is not None:
            return f"{self._name} (process {os.getpid()})"
        if not self._path.exists() or self._is_free():
            return ""
        return self._path.read_text(errors="replace").strip() or "another process"

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _is_free(self) -> bool:
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True
