"""The sender lock: an flock on a file of its own, so that one process sends and the kernel knows which."""

import fcntl
import os
from pathlib import Path

from tuimail.mail.errors import OutboxError


class SenderLockFile:
    """`ports.SenderLock` by flock(2). Released by the kernel when the process ends, however it ends.

    It counts only while the locked file is the one at the path: whoever finds another there, or none, held
    the lock of a file that others can't see, and has lost it.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._descriptor: int | None = None

    def take(self) -> bool:
        if self._descriptor is not None:
            return self._still_holds()
        try:
            self._descriptor = self._locked()
        except BlockingIOError:
            return False
        except OSError as error:
            raise OutboxError(
                f"{self._path} can't be locked: {error.strerror}. Nothing is sent; all is kept."
            ) from error
        return True

    def holder(self) -> str:
        if self._descriptor is not None:
            return self._who
        try:
            return "" if self._is_free() else self._path.read_text(errors="replace").strip()
        except OSError:
            return ""

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _still_holds(self) -> bool:
        assert self._descriptor is not None
        if self._is_at_path(self._descriptor):
            return True
        self.release()
        return False

    def _is_at_path(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except OSError:
            return False

    @property
    def _who(self) -> str:
        return f"{self._name} (process {os.getpid()})"

    def _locked(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not self._is_at_path(descriptor):
                raise BlockingIOError
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{self._who}\n".encode(), 0)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _is_free(self) -> bool:
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True
