"""A folder, and the part of it that a list shows."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.letter.safe import Safe


class Role(StrEnum):
    """What a folder is for (RFC 6154); `NONE` for a folder of the user's own."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sent"
    ARCHIVE = "archive"
    JUNK = "junk"
    TRASH = "trash"
    NONE = ""


class Folder(Struct, frozen=True):
    """One folder of an account. `name` is the backend's own key, `title` is for the screen."""

    account: str
    name: str
    title: Safe
    role: Role = Role.NONE
    total: int = 0
    unread: int = 0


class Listing(Struct, frozen=True):
    """What a backend holds in a folder at one moment: uid -> flags, oldest first."""

    flags: dict[str, frozenset[str]]
