"""Where one begins, and how a folder is looked at."""

from collections.abc import AsyncIterator

from msgspec.structs import replace

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.folder_tree import ALL_INBOXES, Spot, spot, title, view_of
from tuimail.ui.loading import First, first

Home = tuple[Folder, First]


def looked_at(desk: Desk, folder: Folder) -> View:
    """What the list shows of a folder, as it was looked at last."""
    threaded, order = desk.habits.look(spot(folder))
    return replace(view_of(folder), threaded=threaded, order=order)


async def home(desk: Desk) -> Home | None:
    """The inbox, that of all accounts where there are several, and what its list begins with."""
    inboxes = [folder async for folder in _folders(desk) if folder.role is Role.INBOX]
    if not inboxes:
        return None
    folder = inboxes[0] if len(desk.engine.accounts) == 1 else ALL_INBOXES
    return folder, await first(desk.engine.mailbox, looked_at(desk, folder))


async def words(desk: Desk) -> dict[Spot, str]:
    """What the place of a message is called in a list of several folders; an inbox, by its account."""
    several = len(desk.engine.accounts) > 1
    return {
        spot(folder): line(folder.account) if several and folder.role is Role.INBOX else title(folder)
        async for folder in _folders(desk)
    }


async def _folders(desk: Desk) -> AsyncIterator[Folder]:
    for account in desk.engine.accounts:
        for folder in await desk.engine.mailbox.folders(account.name):
            yield folder
