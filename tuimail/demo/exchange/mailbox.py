"""One mailbox: folders, messages, and a count of changes that synchronisation rests on."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tuimail.demo.exchange.edit import crlf
from tuimail.demo.exchange.errors import bad_request, not_found
from tuimail.demo.exchange.message import Message, numbers
from tuimail.demo.exchange.mirror import Mirror

ROOT = "msgfolderroot"
WELL_KNOWN = {
    ROOT: "Top of Information Store",
    "inbox": "Inbox",
    "drafts": "Drafts",
    "sentitems": "Sent Items",
    "deleteditems": "Deleted Items",
    "archive": "Archive",
    "junkemail": "Junk Email",
    "outbox": "Outbox",
}


class Folder(Struct, frozen=True):
    """A folder; `known` is its well-known name, which is its `key` too, or empty."""

    owner: str
    key: str
    name: str
    parent: str = ROOT
    known: str = ""

    @property
    def id(self) -> str:
        return "AAMkAGI2TGuLAAF" + base64.urlsafe_b64encode(f"{self.owner}/{self.key}".encode()).decode()


class Removed(Struct, frozen=True):
    """A message that is not in that folder any more, as it was."""

    folder: str
    message: Message
    changed: int


class Mailbox:
    """Somebody's. Messages are values: each change puts another one in its place."""

    def __init__(self, spec: str, clock: Callable[[], float], mirror: Mirror | None = None) -> None:
        self.spec, self._clock, self._mirror = spec, clock, mirror
        self.folders = {key: Folder(spec, key, name, known=key) for key, name in WELL_KNOWN.items()}
        self.count = 0
        self.sync_state = 1
        self._messages: dict[int, Message] = {}
        self._removed: list[Removed] = []
        if mirror:
            self._load(mirror)

    def messages(self, folder: str = "") -> tuple[Message, ...]:
        """Those of a folder (key), or all, newest first."""
        found = [one for one in self._messages.values() if folder in ("", one.folder)]
        return tuple(sorted(found, key=lambda one: (one.at, one.key), reverse=True))

    def holds(self, message_id: str) -> tuple[Message, ...]:
        """Every copy of the message of that Message-ID, in whatever folder."""
        return tuple(one for one in self.messages() if one.message_id == message_id)

    def get(self, name: str, folder: str = "") -> Message:
        """By an id of either kind. Raises GraphError 404, or 400 for what is no id."""
        owner, key, place = numbers(name)
        one = self.known(key) if owner == self.spec else None
        if one is None or place not in (0, one.place) or folder not in ("", one.folder):
            raise not_found()
        return one

    def known(self, key: int) -> Message | None:
        """The message of that key, if it is still there."""
        return self._messages.get(key)

    def folder(self, name: str) -> Folder:
        """By its id or its well-known name. Raises GraphError 404."""
        for one in self.folders.values():
            if name == one.id or (one.known and name.lower() == one.known):
                return one
        raise not_found()

    def create(self, name: str, parent: str = ROOT) -> Folder:
        """A new folder below the one of that key. Raises GraphError when there is one of that name."""
        if any(one.name == name and one.parent == parent for one in self.folders.values()):
            raise bad_request("A folder with the specified name already exists.", "ErrorFolderExists")
        self.count += 1
        made = Folder(self.spec, f"folder-{self.count}", name, parent)
        self.folders[made.key] = made
        return made

    def rename(self, folder: Folder, name: str) -> Folder:
        self.folders[folder.key] = replace(folder, name=name)
        return self.folders[folder.key]

    def drop(self, folder: Folder) -> None:
        """Remove a folder and what is in it."""
        for one in self.messages(folder.key):
            self.erase(one)
        del self.folders[folder.key]

    def add(self, folder: str, raw: bytes, mirrored: bool = True, **known: Any) -> Message:
        """A new message; `known` are fields of `Message`."""
        self.count += 1
        at = known.pop("at", None) or self._clock()
        one = Message(self.spec, self.count, self.count, folder, raw, at, at, self.count, self.count, **known)
        self._messages[one.key] = one
        if mirrored and self._mirror:
            self._mirror.put(one)
        return one

    def change(self, one: Message, **fields: Any) -> Message:
        """The message with these fields."""
        self.count += 1
        now = replace(one, **{"modified": self._clock(), "changed": self.count, **fields})
        self._messages[one.key] = now
        return now

    def move(self, one: Message, folder: str, **fields: Any) -> Message:
        """Into another folder: it goes from the one and comes to the other."""
        if one.folder == folder:
            return self.change(one, **fields)
        self._gone(one)
        moved = self.change(one, folder=folder, place=self.count + 1, born=self.count + 1, **fields)
        if self._mirror:
            self._mirror.put(moved)
        return moved

    def copy(self, one: Message, folder: str) -> Message:
        """A message like it in that folder."""
        return self.add(folder, one.raw, at=one.at, read=one.read, draft=one.draft, flag=one.flag)

    def erase(self, one: Message) -> None:
        """For good."""
        self._gone(one)
        del self._messages[one.key]

    def changes(self, folder: str, since: int) -> Iterator[tuple[int, Message, bool]]:
        """(count, message, whether it is still there) of all that changed after that count, in order."""
        there = [(one.changed, one, True) for one in self.messages(folder) if one.changed > since]
        gone = [(r.changed, r.message, False) for r in self._removed if r.folder == folder and since]
        yield from sorted(
            [*there, *(entry for entry in gone if entry[0] > since)], key=lambda entry: entry[0]
        )

    def forget_sync(self) -> None:
        """Every delta link that was given is worth nothing from now on."""
        self.sync_state += 1

    def _load(self, mirror: Mirror) -> None:
        for folder, path in mirror.load():
            read = "S" in path.name.rpartition(":2,")[2]
            raw, at = crlf(path.read_bytes()), path.stat().st_mtime
            mirror.knows(self.add(folder, raw, mirrored=False, at=at, read=read), path)

    def _gone(self, one: Message) -> None:
        self.count += 1
        self._removed.append(Removed(one.folder, one, self.count))
        if self._mirror:
            self._mirror.drop(one)
