"""Asking Exchange for several mails: each is looked at first, and what outsiders have is left out."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from functools import partial

from msgspec.structs import replace
from textual.widget import Widget

from tuimail.engine.after.recalls import Wish
from tuimail.mail.after.page import Page
from tuimail.mail.after.recall import Recall, RecallState
from tuimail.mail.errors import TuimailError
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.recalls import Candidate, about_rows, head_rows, question
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens import doors
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.candidate_list import CandidateList
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.row_list import RowList

AT_ONCE = 3
"""So many are looked at at the same time: the server is asked about each."""

STOPPING = "The one under way is the last."


class RecallsScreen(PlaceScreen):
    """The mails with what can be done about each. What is under way is asked to its end, or till `esc`."""

    place = Place.RECALLS
    BINDINGS = bindings(Place.RECALLS)

    def __init__(self, desk: Desk, refs: Sequence[Ref]) -> None:
        super().__init__(desk)
        self._mails = [Candidate(ref) for ref in refs]
        self._progress = ""
        self._stop = False

    def contents(self) -> Iterable[Widget]:
        yield CandidateList(self.desk, self._mails)
        yield Painted(self._head, id="recall-words")
        yield Painted(self._about, id="recall-details")

    @property
    def mails(self) -> CandidateList:
        return self.query_one(CandidateList)

    def on_mount(self) -> None:
        self.titled(f"Ask back: {len(self._mails):,} mails", "")
        self.mails.focus()
        self.work(self._look, "look")
        self._turn()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        self.query_one("#recall-details", Painted).refresh(layout=True)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.work(self._renew, "renew")

    async def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        current = self.mails.current
        if current is not None and current.page is not None:
            self.work(partial(doors.recall, self.app, self.desk, current.page.mail), "act")

    def action_ask_all(self) -> None:
        """Ask for all that can be asked for without a notice to anybody, after one question."""
        from tuimail.ui.screens.ask import ConfirmScreen

        chosen = self._askable()
        if self._progress:
            self.say(self._progress)
        elif not all(one.known for one in self._mails):
            self.say("They are being looked at; ask when that is done.")
        elif not chosen:
            self.say("There is nothing to ask for here.")
        else:
            self.app.push_screen(ConfirmScreen(Safe(question(chosen))), partial(self._agreed, chosen))

    def action_leave(self) -> None:
        """Stop after the one under way; with none under way, leave."""
        if self._progress:
            self._stop = True
            self.say(STOPPING)
        else:
            self.close()

    def _askable(self) -> list[Candidate]:
        """Each mail once, also where several of its copies are marked."""
        found = {one.page.mail.message_id: one for one in self._mails if one.page is not None and one.askable}
        return list(found.values())

    def _agreed(self, chosen: Sequence[Candidate], yes: bool | None) -> None:
        if yes:
            self._stop = False
            self._progress = "Asking…"
            self.work(partial(self._ask_all, chosen), "ask")

    async def _ask_all(self, chosen: Sequence[Candidate]) -> None:
        wishes = [Wish(one.page.mail, one.page.foresight) for one in chosen if one.page is not None]
        came: Counter[str] = Counter()
        self._tell(0, len(wishes))
        try:
            async with aclosing(self.desk.engine.recalls.ask_all(wishes)) as answers:
                async for wish, answer in answers:
                    came[await self._answered(wish, answer)] += 1
                    self._tell(came.total(), len(wishes))
                    if self._stop:
                        break
        finally:
            self._progress = ""
            self._show()
        left = len(wishes) - came.total()
        parts = [f"{count:,} {words}" for words, count in came.items()]
        self.say(", ".join([*parts, *([f"{left:,} not asked for"] if left else [])]) + ".")

    async def _answered(self, wish: Wish, answer: Recall | TuimailError) -> str:
        """Show what came of one; it in a word."""
        trouble = str(answer) if isinstance(answer, TuimailError) else ""
        for index, one in enumerate(self._mails):
            if one.page is not None and one.page.mail.message_id == wish.mail.message_id:
                page = await self.desk.engine.recalls.page(wish.mail, wish.foresight)
                self._mails[index] = replace(one, page=page, trouble=trouble)
        if isinstance(answer, TuimailError):
            return "could not be asked for"
        return "may have been requested" if answer.state is RecallState.UNSURE else answer.state.value

    def _tell(self, done: int, total: int) -> None:
        self._progress = f"Asked for {done:,} of {total:,} · esc stops"
        self._show()

    async def _look(self) -> None:
        """See about each, a few at the same time."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def look(index: int) -> None:
            async with turns:
                self._mails[index] = await self._looked_at(self._mails[index])
                self._show()

        async with asyncio.TaskGroup() as group:
            for index in range(len(self._mails)):
                group.create_task(look(index))

    async def _looked_at(self, one: Candidate) -> Candidate:
        try:
            mail = await self.desk.engine.sent.of(one.ref)
            return replace(one, page=await self.desk.engine.recalls.page(mail))
        except TuimailError as error:
            envelope = await self.desk.engine.mailbox.envelope(one.ref)
            return replace(one, trouble=str(error), subject=envelope.subject if envelope else "")

    async def _renew(self) -> None:
        """What became of them meanwhile, without asking the server for verdicts again."""
        async for index, page in self._pages():
            self._mails[index] = replace(self._mails[index], page=page)
        self._show()

    async def _pages(self) -> AsyncIterator[tuple[int, Page]]:
        for index, one in enumerate(self._mails):
            if one.page is not None:
                yield index, await self.desk.engine.recalls.page(one.page.mail, one.page.foresight)

    def _show(self) -> None:
        self.mails.show(self._mails)
        for painted in self.query(Painted):
            painted.refresh(layout=True)
        self._turn()

    def _turn(self) -> None:
        ready = all(one.known for one in self._mails) and not self._progress and self._askable()
        needless = frozenset[str]() if ready else frozenset({"recall_all"})
        self.query_one(KeyBar).turn(self.place, needless)

    def _head(self, width: int) -> Iterable[Row]:
        return head_rows(self._mails, self._progress, width)

    def _about(self, width: int) -> Iterable[Row]:
        current = self.mails.current
        return about_rows(current, width) if current is not None else ()
