"""Ways into the places. Each loads its code when it is first opened, so that the first paint need not.

Whoever awaits one goes on when the place is there: the next key is already its own.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.app import App

from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import Safe
from tuimail.ui.desk import Desk

if TYPE_CHECKING:
    from tuimail.engine.setup import Setup
    from tuimail.mail.after.incident import Incident
    from tuimail.mail.after.sent_mail import SentMail
    from tuimail.ui.screens.reader import ReaderScreen
    from tuimail.ui.screens.when import Answer

READER = "reader"
MOST_ASKED = 200
"""So many mails at once may be looked at to ask for them; each takes calls of its own."""


class Step(Protocol):
    """Moves so many messages on and answers the one arrived at, or None where the list ends.

    With `unread` it goes on to one that is unread; with `peek` it answers what would be next, and stays.
    """

    async def __call__(self, rows: int, unread: bool = False, peek: bool = False) -> Envelope | None: ...


async def alone(rows: int, unread: bool = False, peek: bool = False) -> Envelope | None:
    """The step of a message that is read by itself."""
    return None


async def write(app: App[None], desk: Desk, draft: Draft) -> None:
    """Open the composer on a draft, or go back to the one that has it open."""
    from tuimail.ui.screens.composer import ComposerScreen

    if any(isinstance(screen, ComposerScreen) and screen.draft_id == draft.id for screen in app.screen_stack):
        while not (isinstance(app.screen, ComposerScreen) and app.screen.draft_id == draft.id):
            app.pop_screen()
    else:
        await app.push_screen(ComposerScreen(desk, draft))


async def read(app: App[None], desk: Desk, envelope: Envelope, step: Step, folder: str) -> None:
    """Open a message; `folder` is the title of the place it is in."""
    reader = _reader(app, desk, envelope)
    if not reader.is_mounted:
        await app.push_screen(reader)
    reader.begin(envelope, step, folder)
    if reader not in app.screen_stack:
        await app.push_screen(reader)


async def read_file(app: App[None], desk: Desk, ref: Ref) -> None:
    """Open a message that is in no folder, as `mailbox.lend` named it."""
    from tuimail.ui.screens.reader import FileScreen

    await app.push_screen(FileScreen(desk, ref))


def ready_to_read(app: App[None], desk: Desk, envelope: Envelope) -> None:
    """Mount the reader out of sight, so that the first message opens as quickly as all others."""
    reader = _reader(app, desk, envelope)
    if not reader.is_running:
        with app.batch_update():
            app.push_screen(reader)
            app.pop_screen()


async def put_reader_away(app: App[None]) -> None:
    """Take the reader down while there still is a screen: once there is none, it has nothing to stand on."""
    if app.is_screen_installed(READER):
        reader = app.get_screen(READER)
        if reader.is_running:
            await reader.remove()


def _reader(app: App[None], desk: Desk, envelope: Envelope) -> "ReaderScreen":
    """The reader. There is one, which stays mounted when it is left."""
    from tuimail.ui.screens.reader import ReaderScreen

    if not app.is_screen_installed(READER):
        app.install_screen(ReaderScreen(desk, envelope), READER)
    return app.get_screen(READER, ReaderScreen)


async def outbox(app: App[None], desk: Desk) -> None:
    """Open the outbox."""
    from tuimail.ui.screens.outbox import OutboxScreen

    await app.push_screen(OutboxScreen(desk))


async def correct(app: App[None], desk: Desk, mail: "SentMail | None", latest: bool = False) -> None:
    """Ask what was wrong with a mail that left; without one, with the last that was sent."""
    from tuimail.ui.screens.correct import CorrectScreen

    chosen = await _last(desk) if mail is None else mail
    await app.push_screen(CorrectScreen(desk, chosen, latest or mail is None))


async def recall(app: App[None], desk: Desk, mail: "SentMail | None") -> None:
    """Look whether a mail that left can be asked for; without one, the last that was sent."""
    from tuimail.ui.screens.recall import RecallScreen

    chosen = await _last(desk) if mail is None else mail
    await app.push_screen(RecallScreen(desk, chosen, mail is None))


async def _last(desk: Desk) -> "SentMail":
    """The mail sent last. Raises MailboxError before the first."""
    mail = await desk.engine.corrections.last()
    if mail is None:
        raise MailboxError("No mail that was sent is known; open one in its Sent folder first.")
    return mail


async def recalls(app: App[None], desk: Desk, refs: Sequence[Ref]) -> None:
    """Look which of several messages can be asked for."""
    from tuimail.ui.screens.recalls import RecallsScreen

    if len(refs) > MOST_ASKED:
        raise MailboxError(f"{len(refs):,} are marked; mark {MOST_ASKED} at most to ask for them.")
    await app.push_screen(RecallsScreen(desk, refs))


async def drafts(app: App[None], desk: Desk) -> None:
    """Open the list of local drafts."""
    from tuimail.ui.screens.drafts import DraftsScreen

    await app.push_screen(DraftsScreen(desk))


async def incidents(app: App[None], desk: Desk) -> None:
    """Open the list of incidents."""
    from tuimail.ui.screens.incidents import IncidentsScreen

    await app.push_screen(IncidentsScreen(desk))


async def incident(app: App[None], desk: Desk, one: "Incident") -> None:
    """Open the page of an incident."""
    from tuimail.ui.screens.incident import IncidentScreen

    await app.push_screen(IncidentScreen(desk, one))


async def incident_of(app: App[None], desk: Desk, mail: "SentMail") -> None:
    """Open the page of the incident of a mail that left; there is one from now on. Raises OutboxError."""
    await incident(app, desk, await desk.engine.incidents.open(mail))


async def help_(app: App[None], desk: Desk) -> None:
    """Open the help, at the keys of where one is."""
    from tuimail.ui.screens.help import HelpScreen
    from tuimail.ui.screens.place import PlaceScreen

    here = app.screen
    await app.push_screen(HelpScreen(desk, here.place if isinstance(here, PlaceScreen) else None))


async def add_account(
    app: App[None], setup: "Setup", done: "Callable[[str | None], Awaitable[None]]"
) -> None:
    """Open the steps to an account; `done` is told what came of it."""
    from tuimail.ui.screens.account import AccountScreen

    await app.push_screen(AccountScreen(setup), done)


async def choose_time(
    app: App[None],
    desk: Desk,
    chosen: "Callable[[Answer | None], None]",
    title: str,
    account: str = "",
    longer: bool = False,
    soon: bool = False,
) -> None:
    """Ask for a time; `chosen` is told what it is. Raises ScheduleError without a time zone."""
    from tuimail.ui.screens.when import WhenScreen

    await app.push_screen(WhenScreen(desk, title, account, longer, soon), chosen)


async def pick_folder(
    app: App[None],
    desk: Desk,
    asks: Safe,
    accounts: Collection[str],
    picked: Callable[[Folder | None], None],
) -> None:
    """Ask for a folder of these accounts; `picked` is told which."""
    from tuimail.ui.screens.folders import FoldersScreen

    await app.push_screen(FoldersScreen(desk, asks, accounts), picked)
