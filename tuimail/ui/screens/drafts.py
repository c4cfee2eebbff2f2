"""The drafts that are on this computer."""

from collections.abc import Iterable
from functools import partial

from textual.widget import Widget

from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.lists import draft_row
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.doors import write
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.row_list import RowList


class DraftList(RowList):
    """Drafts, the one saved last on top."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("No drafts on this computer.")
        self._desk = desk
        self._drafts: tuple[tuple[Draft, float], ...] = ()

    @property
    def current(self) -> Draft | None:
        return self._drafts[self.cursor][0] if self._drafts else None

    def show(self, drafts: tuple[tuple[Draft, float], ...]) -> None:
        """Other drafts."""
        self._drafts = drafts
        self.place(len(drafts), self.cursor)

    def row(self, index: int, width: int) -> Row:
        draft, saved = self._drafts[index]
        return draft_row(draft, saved, width, self._desk.engine.now().wall)


class DraftsScreen(PlaceScreen):
    """Pick a draft to go on with."""

    place = Place.DRAFTS
    BINDINGS = bindings(Place.DRAFTS)

    def contents(self) -> Iterable[Widget]:
        yield DraftList(self.desk)

    @property
    def drafts(self) -> DraftList:
        return self.query_one(DraftList)

    def on_mount(self) -> None:
        self.titled("Drafts on this computer")
        self.drafts.focus()

    def on_screen_resume(self) -> None:
        self.work(self._load, "load")

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        if self.drafts.current is not None:
            self.work(partial(self._open, self.drafts.current.id), "open")

    def action_discard(self) -> None:
        from tuimail.ui.screens.ask import ConfirmScreen

        draft = self.drafts.current
        if draft is not None:
            question = Safe(f"Throw away 「{line(draft.subject) or '(no subject)'}」?")
            self.app.push_screen(ConfirmScreen(question), partial(self._drop, draft.id))

    async def _open(self, draft_id: str) -> None:
        draft = await self.desk.engine.drafts.open(draft_id)
        if draft is not None:
            await write(self.app, self.desk, draft)

    def _drop(self, draft_id: str, sure: bool | None) -> None:
        if sure:
            self.work(partial(self._forget, draft_id), "drop")

    async def _forget(self, draft_id: str) -> None:
        await self.desk.engine.drafts.drop(draft_id)
        await self._load()

    async def _load(self) -> None:
        drafts = await self.desk.engine.drafts.all()
        self.drafts.show(drafts)
        self.titled("Drafts on this computer", str(len(drafts)) if drafts else "")
