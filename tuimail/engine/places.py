"""The folders of an account that have a purpose."""

from tuimail.engine.account import Account
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.safe import Safe

Place = tuple[str, str]
"""An account's name and a folder's."""


async def special(account: Account, role: Role, otherwise: str) -> tuple[Folder, bool]:
    """The folder with this role and whether there is one; else a folder to be made, called `otherwise`.

    Raises MailboxError.
    """
    for folder in await account.source.folders():
        if folder.role is role:
            return folder, True
    return Folder(account.name, otherwise, Safe(otherwise), role), False
