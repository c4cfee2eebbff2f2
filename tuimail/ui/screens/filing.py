"""The copy of a draft on the server, put there while one is elsewhere already."""

from textual.app import App

from tuimail.mail.errors import TuimailError
from tuimail.mail.letter.draft import Draft
from tuimail.ui.desk import Desk
from tuimail.ui.screens.place import PlaceScreen

ELSEWHERE = "Another program changed this draft too: both copies are kept in Drafts."


async def file_behind(app: App[None], desk: Desk, draft: Draft) -> None:
    """Put a copy of a draft that was left onto the server; it is on this computer whatever comes of that."""
    try:
        said = ELSEWHERE if (await desk.engine.drafts.file(draft)).elsewhere else ""
    except TuimailError as error:
        said = f"The draft is kept here; no copy on the server: {error}"
    if said and isinstance(app.screen, PlaceScreen):
        app.screen.say(said)
