"""Ways into the places. Each loads its code when it is first opened, so that the first paint need not."""

from collections.abc import Awaitable, Callable

from textual.app import App

from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope
from tuimail.ui.desk import Desk

Step = Callable[[int], Awaitable[Envelope | None]]
"""Moves so many messages on and answers the one arrived at, or None where the list ends."""


def write(app: App[None], desk: Desk, draft: Draft) -> None:
    """Open the composer on a draft."""
    from tuimail.ui.screens.composer import ComposerScreen

    app.push_screen(ComposerScreen(desk, draft))


def read(app: App[None], desk: Desk, envelope: Envelope, step: Step, folder: str) -> None:
    """Open a message; `folder` is the title of the place it is in."""
    from tuimail.ui.screens.reader import ReaderScreen

    app.push_screen(ReaderScreen(desk, envelope, step, folder))


def outbox(app: App[None], desk: Desk) -> None:
    """Open the outbox."""
    from tuimail.ui.screens.outbox import OutboxScreen

    app.push_screen(OutboxScreen(desk))


def drafts(app: App[None], desk: Desk) -> None:
    """Open the list of local drafts."""
    from tuimail.ui.screens.drafts import DraftsScreen

    app.push_screen(DraftsScreen(desk))


def help_(app: App[None], desk: Desk) -> None:
    """Open the help, at the keys of where one is."""
    from tuimail.ui.screens.help import HelpScreen
    from tuimail.ui.screens.place import PlaceScreen

    here = app.screen
    app.push_screen(HelpScreen(desk, here.place if isinstance(here, PlaceScreen) else None))
