"""Where messages go that are archived, deleted, or junk."""

from collections.abc import Sequence

from msgspec import Struct

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import line
from tuimail.ports import MailCache

OTHERWISE = {Role.ARCHIVE: "Archive", Role.TRASH: "Trash", Role.JUNK: "Junk", Role.INBOX: "INBOX"}
"""What a folder is called that is still to be made."""

IN_JAPANESE = {
    Role.ARCHIVE: ("アーカイブ", "&MKIw,DCrMKQw1g-"),
    Role.TRASH: ("ゴミ箱", "&MLQw33ux-"),
    Role.JUNK: ("迷惑メール", "&j,dg0TDhMPww6w-"),
}
"""What it is called where another special folder has such a name; and as IMAP writes it (RFC 3501 §5.1.3)."""

PREFIXES = ("INBOX.", "INBOX/")
GMAIL = ("[Gmail]/", "[Google Mail]/")


class Standing(Struct, frozen=True):
    """Messages, and the folders of their accounts as they are listed."""

    refs: tuple[Ref, ...]
    folders: dict[str, tuple[Folder, ...]]

    def role(self, ref: Ref) -> Role:
        """What the folder of a message is for."""
        named = (folder.role for folder in self.folders[ref.account] if folder.name == ref.folder)
        return next(named, Role.NONE)

    def having(self, role: Role) -> tuple[Ref, ...]:
        return tuple(ref for ref in self.refs if self.role(ref) is role)

    def without(self, role: Role) -> tuple[Ref, ...]:
        return tuple(ref for ref in self.refs if self.role(ref) is not role)

    def is_label(self, ref: Ref) -> bool:
        """Whether the folder of a message is one of Gmail's labels, or all mail there."""
        of_its_own = self.role(ref) in (Role.NONE, Role.ARCHIVE)
        return of_its_own and is_gmail(self.folders[ref.account])

    def label(self, ref: Ref) -> str:
        """The label that the folder of a message is on Gmail; empty when it is none."""
        titles = (folder.title for folder in self.folders[ref.account] if folder.name == ref.folder)
        role = self.role(ref)
        if role is Role.INBOX:
            return "\\Inbox"
        return str(next(titles, "")) if role is Role.NONE else ""


async def destination(cache: MailCache, account: str, role: Role) -> str:
    """The account's folder with this role; one that is missing is listed, and made when it is needed."""
    folders = await cache.folders(account)
    for folder in folders:
        if folder.role is role:
            return folder.name
    title, own = OTHERWISE[role], OTHERWISE[role]
    if role in IN_JAPANESE and any(_is_special(each) and not each.title.isascii() for each in folders):
        title, own = IN_JAPANESE[role]
    name = _prefix(folders) + own
    if all(folder.name != name for folder in folders):
        await cache.put_folders(account, (*folders, Folder(account, name, line(title), role)))
    return name


def is_gmail(folders: Sequence[Folder]) -> bool:
    """Whether the folders are labels."""
    return any(folder.name.startswith(GMAIL) for folder in folders)


def _is_special(folder: Folder) -> bool:
    return folder.role not in (Role.INBOX, Role.NONE)


def _prefix(folders: Sequence[Folder]) -> str:
    """What the server puts before its special folders."""
    special = [folder.name for folder in folders if _is_special(folder)]
    return next((each for each in PREFIXES if special and all(n.startswith(each) for n in special)), "")
