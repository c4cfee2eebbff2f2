"""Doing something to one item or to many, with a question, progress and a line about what came of it."""

from collections.abc import Sequence
from functools import partial

from tuimail.mail.hold.item import Item
from tuimail.mail.letter.safe import line
from tuimail.ui.calm import Calm
from tuimail.ui.deeds import Deed, Round
from tuimail.ui.desk import Desk
from tuimail.ui.screens.ask import ConfirmScreen
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.item_list import ItemList

TELL_EVERY = 0.2


class DoingScreen(PlaceScreen):
    """A place with a list of items, of which some are marked. Many are done one after the other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._round: Round | None = None

    @property
    def items(self) -> ItemList:
        return self.query_one(ItemList)

    def remarked(self) -> None:
        """Other items are marked, or none."""

    def stopped(self) -> bool:
        """Stop what is being done to many; whether something was."""
        if self._round is not None:
            self._round.stop()
        return self._round is not None

    def do(self, deed: Deed, question: str = "", alone: str = "") -> None:
        """Do it to what is chosen; first ask `question` about many, or `alone` about one."""
        chosen = self.items.chosen
        if self.items.surprised and not self.items.marked:
            self.say("Another mail came under the cursor: press again if you mean it.")
        asked = question if len(chosen) > 1 else alone
        if not chosen or not asked:
            self.begin(deed, chosen)
            return
        about = f"{len(chosen):,}" if len(chosen) > 1 else chosen[0].subject or "(no subject)"
        self.app.push_screen(ConfirmScreen(line(asked.format(about))), partial(self._agreed, deed, chosen))

    def _agreed(self, deed: Deed, chosen: Sequence[Item], sure: bool | None) -> None:
        if sure:
            self.begin(deed, chosen)

    def begin(self, deed: Deed, chosen: Sequence[Item]) -> None:
        if self._round is not None:
            self._tell()
        elif len(chosen) == 1 and not self.items.marked:
            self.work(partial(self._do_one, deed, chosen[0]), "act")
        elif chosen:
            self._round = Round(deed, [item.id for item in chosen])
            self.work(partial(self._do_all, self._round), "round")

    async def _do_one(self, deed: Deed, item: Item) -> None:
        if not await deed.act(item.id):
            self.say(deed.alone, trouble=True)

    async def _do_all(self, work: Round) -> None:
        try:
            result = await work.run(Calm(self, self._tell, TELL_EVERY))
        finally:
            self._round = None
        self.items.clear_marks()
        self.remarked()
        self.say(result)

    def _tell(self) -> None:
        if self._round is not None:
            self.say(self._round.progress())
