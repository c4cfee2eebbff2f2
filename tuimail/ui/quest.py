"""A search in the list of messages: where it began, what is asked, and how wide."""

from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from tuimail.mail.folder.query import EVERYTHING, Query, parse
from tuimail.mail.folder.view import View
from tuimail.ui.desk import Desk
from tuimail.ui.home import words
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.work import start


class Quest:
    """Narrows `messages` to what is asked, in the folder they are of or everywhere; `over` once one is back
    where it began.
    """

    def __init__(self, desk: Desk, messages: MessageList, began: View) -> None:
        self._desk = desk
        self._messages = messages
        self._began = began, messages.outgoing, messages.current, messages.places
        self.text = ""
        self.everywhere = False
        self.over = False

    def narrow(self, text: str) -> None:
        """Show what answers `text`; all of the folder when it asks nothing."""
        if text != self.text:
            self.text = text
            self._show(self._messages.places)

    async def widen(self) -> None:
        """Look into all folders of all accounts, or into this one again."""
        self.everywhere = not self.everywhere
        self._show(await words(self._desk) if self.everywhere else self._began[3])

    def ask(self, kept: bool) -> None:
        """Let the servers look through what is not here; a disk, once the query is `kept`."""
        view = self._messages.view
        if view is not None and view.query.terms:
            start(self._messages, partial(self._ask, view, kept), "ask")

    def back(self) -> None:
        """Everything again, as it was when the search began."""
        view, outgoing, at, places = self._began
        self.everywhere, self.over = False, True
        self._messages.show(view, outgoing, places=places, at=at)

    async def _ask(self, view: View, kept: bool) -> None:
        await self._desk.engine.search.ask(view, near=kept)

    def _show(self, places: Mapping[tuple[str, str], str]) -> None:
        began, outgoing, _, _ = self._began
        view = replace(began, query=self._query())
        if self.everywhere:
            view, outgoing = View("", "", view.query, threaded=view.threaded, order=view.order), False
        self._messages.show(view, outgoing, places=places)

    def _query(self) -> Query:
        if not self.text.strip():
            return EVERYTHING
        return parse(self.text, self._desk.engine.now().wall, self._desk.zone())
