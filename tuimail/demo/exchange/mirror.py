"""A Maildir that shows what comes into a mailbox, and from which it is known again the next time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tuimail.demo import maildir
from tuimail.demo.exchange.message import Message

SHOWN = {"inbox": "", "sentitems": ".Sent"}


class Mirror:
    """Inbox and Sent Items of one mailbox at `root`; others may move and rename files in it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[int, Path] = {}

    def load(self) -> Iterator[tuple[str, Path]]:
        """(folder, file) of all that is there."""
        for folder, place in SHOWN.items():
            for part in ("cur", "new"):
                for path in sorted((self._root / place / part).glob("*")):
                    yield folder, path

    def knows(self, one: Message, path: Path) -> None:
        """That file is this message."""
        self._files[one.key] = path

    def put(self, one: Message) -> None:
        """A message came into a folder that is shown."""
        if one.folder in SHOWN:
            flags = "S" if one.folder == "sentitems" else None
            at = datetime.fromtimestamp(one.at, UTC)
            raw = one.raw.replace(b"\r\n", b"\n")
            self._files[one.key] = maildir.put(self._root / SHOWN[one.folder], raw, at, flags)

    def drop(self, one: Message) -> None:
        """It went: its file goes, wherever a reader of this Maildir has moved it by its flags."""
        if path := self._files.pop(one.key, None):
            name = path.name.partition(":2,")[0]
            for found in path.parent.parent.glob(f"[cn]*/{name}*"):
                found.unlink(missing_ok=True)
