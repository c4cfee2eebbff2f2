"""One folder of a Maildir, as files. Blocking; other programs may rename, add and remove at any moment."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from heapq import nlargest
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from tuimail.backends import header_line
from tuimail.backends.maildir.file import INFO, MessageFile, letters_of
from tuimail.mail.folder.sync import LAST, Mark

T = TypeVar("T")

PIECE = 8 << 10
LONGEST_HEAD = 64 << 10
LIKELY = 500
RECENT_SECONDS = 2.0
SCANS = 3
DAY = 86_400
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_BARE_LF = re.compile(rb"(?<!\r)\n")


class Box:
    """Remembers the names it saw last; looks again when one has changed. Methods raise OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, MessageFile] = {}

    def scan(self) -> dict[str, MessageFile]:
        """Every message by uid, oldest first. A folder read while names change in it can lack some: again."""
        for _ in range(SCANS):
            before = self._times()
            found = {file.uid: file for file in self._files()}
            if self._times() == before:
                break
        self._known = {file.uid: file for file in sorted(found.values(), key=_age)}
        return self._known

    def newest(self, count: int) -> tuple[str, ...]:
        """The uids of the last messages, newest first: by the times in their names where these are true.

        Some programs name what they copy by the time of the copy; then every file is asked for its own.
        """
        named = ((MessageFile(sub, entry.name).named_at, sub, entry) for sub, entry in self._entries())
        last = nlargest(count, named, key=lambda each: each[0])
        found = [file for _, sub, entry in last if (file := _file(sub, entry)) is not None]
        if any(abs(file.changed - file.named_at) > DAY for file in found):
            return tuple(reversed(self.scan()))[:count]
        self._known = self._known | {file.uid: file for file in found}
        return tuple(file.uid for file in sorted(found, key=_age, reverse=True))

    def count(self) -> tuple[int, int]:
        """(messages, unread)."""
        seen = [sub == "cur" and "S" in entry.name.partition(INFO)[2] for sub, entry in self._entries()]
        return len(seen), seen.count(False)

    def heads(self, uids: Iterable[str]) -> dict[str, tuple[MessageFile, bytes]]:
        """Each message that is there with its header lines, the first 64 kB at most."""
        return self._each(uids, lambda file: (file, self._head(file)))

    def body(self, uid: str) -> bytes | None:
        """The whole message in CRLF lines; None when it is gone."""
        return self.bodies((uid,)).get(uid)

    def bodies(self, uids: Iterable[str]) -> dict[str, bytes]:
        """The messages that are there, whole, in CRLF lines."""
        return self._each(uids, lambda file: _BARE_LF.sub(b"\r\n", (self._path / file.path).read_bytes()))

    def add(self, message: bytes, flags: frozenset[str]) -> str:
        """Write a message, byte for byte, and have it on the disk before its name appears; its uid."""
        uid = _unique()
        waiting, final = self._path / "tmp" / uid, self._path / "cur" / f"{uid}{INFO}{letters_of(flags)}"
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            waiting.rename(final)
        except OSError:
            waiting.unlink(missing_ok=True)
            raise
        _sync(final.parent)
        return uid

    def find(self, header: str, value: str) -> tuple[str, ...]:
        """Messages with this header: among the newest, and only if there is none, among all."""
        newest = list(reversed(self.scan()))
        for some in (newest[:LIKELY], newest[LIKELY:]):
            heads = self.heads(some)
            found = tuple(uid for uid, (_, head) in heads.items() if header_line.holds(head, header, value))
            if found:
                return found
        return ()

    def flag(self, uids: Iterable[str], add: frozenset[str], drop: frozenset[str]) -> None:
        self._each(uids, lambda file: self._rename(file, file.flagged(add, drop)))

    def move(self, uids: Iterable[str], to: "Box") -> dict[str, str]:
        """Old uid to new one, of those that were there; flags and times go with them.

        Each has a new name: nothing can stand under it, and what a program has put into the old one, such
        as mbsync's number of it in its folder, is not true of another folder.
        """
        return self._each(uids, lambda file: self._hand_over(file, to))

    def erase(self, uids: Iterable[str]) -> None:
        self._each(uids, lambda file: (self._path / file.path).unlink())

    def mark(self) -> Mark:
        """`modseq` differs after every change; it is 0 while the last one is too young to tell."""
        fingerprint = self.fingerprint()
        new, cur, recent = fingerprint
        return Mark(modseq=0 if recent else (new * 31 + cur) % LAST, total=self.count()[0])

    def fingerprint(self) -> tuple[int, int, bool]:
        """Differs after every change, and once more when a change has come to rest.

        A second change within one tick of the file system's clock leaves no other trace.
        """
        new, cur = self._times()
        return new, cur, time.time() - max(new, cur) / 1e9 < RECENT_SECONDS

    def _each(self, uids: Iterable[str], do: Callable[[MessageFile], T]) -> dict[str, T]:
        """What `do` gives for each message that is there, under whatever name it has by then."""
        left = list(uids)
        done = self._try(left, do)
        for _ in range(SCANS):
            left = [uid for uid in left if uid not in done]
            if not left:
                break
            self.scan()
            done |= self._try(left, do)
        return done

    def _try(self, uids: Iterable[str], do: Callable[[MessageFile], T]) -> dict[str, T]:
        done = {}
        for uid in uids:
            if file := self._known.get(uid):
                with suppress(FileNotFoundError):
                    done[uid] = do(file)
        return done

    def _head(self, file: MessageFile) -> bytes:
        head = b""
        with (self._path / file.path).open("rb", buffering=0) as opened:
            while len(head) < LONGEST_HEAD and (piece := opened.read(PIECE)):
                head += piece
                if end := _END_OF_HEAD.search(head):
                    return head[: end.end()]
        return head[:LONGEST_HEAD]

    def _hand_over(self, file: MessageFile, to: "Box") -> str:
        uid = _unique()
        name = f"{uid}{INFO}{file.name.partition(INFO)[2]}"
        (self._path / file.path).rename(to._path / "cur" / name)
        self._known.pop(file.uid, None)
        return uid

    def _rename(self, file: MessageFile, to: MessageFile) -> None:
        if to.path != file.path:
            (self._path / file.path).rename(self._path / to.path)
            self._known[to.uid] = to

    def _files(self) -> Iterator[MessageFile]:
        """Time and size of what was seen before are known: only its name can have changed."""
        for sub, entry in self._entries():
            file = MessageFile(sub, entry.name)
            known = self._known.get(file.uid)
            if known is not None:
                yield replace(file, changed=known.changed, size=known.size)
            elif (fresh := _file(sub, entry)) is not None:
                yield fresh

    def _entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """`new` before `cur`, so that a message on its way from one to the other is not missed."""
        for sub in ("new", "cur"):
            with suppress(FileNotFoundError), os.scandir(self._path / sub) as entries:
                yield from ((sub, entry) for entry in entries if entry.name[0] != "." and entry.is_file())

    def _times(self) -> tuple[int, int]:
        """Of `new` and `cur`, in nanoseconds."""
        return _changed(self._path / "new"), _changed(self._path / "cur")


def _file(sub: str, entry: os.DirEntry[str]) -> MessageFile | None:
    """With its time and size; None when it is gone."""
    try:
        status = entry.stat()
    except FileNotFoundError:
        return None
    return MessageFile(sub, entry.name, status.st_mtime, status.st_size)


def _age(file: MessageFile) -> tuple[float, str]:
    return file.changed, file.uid


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _unique() -> str:
    host = re.sub(r"[^A-Za-z0-9.-]", "_", socket.gethostname())
    return f"{int(time.time())}.P{os.getpid()}R{os.urandom(8).hex()}.{host}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
