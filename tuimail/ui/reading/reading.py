"""A message that is open, and the questions asked about it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.suggester import Suggester

from tuimail.engine.opening import Source
from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.safe import Safe
from tuimail.ui.desk import Desk
from tuimail.ui.screens.ask import AskScreen, ChoiceScreen
from tuimail.ui.screens.place import PlaceScreen

if TYPE_CHECKING:
    from tuimail.ui.screens.reader import LetterScreen


class Reading:
    """`letter` as it is open at `place`. Questions are asked from a worker, which waits for the answer."""

    def __init__(self, place: "LetterScreen", source: Source, letter: Letter) -> None:
        self.place = place
        self.source = source
        self.letter = letter

    @property
    def desk(self) -> Desk:
        return self.place.desk

    def say(self, text: str, trouble: bool = False) -> None:
        """A line where one is by now."""
        here = self.place.app.screen
        (here if isinstance(here, PlaceScreen) else self.place).say(text, trouble)

    async def ask(self, question: str, value: str = "", suggester: Suggester | None = None) -> str | None:
        """A line of text; None after escape."""
        return await self.place.app.push_screen_wait(AskScreen(Safe(question), value, suggester))

    async def choose(
        self, question: Safe, answers: Mapping[str, str], otherwise: str = "leave it"
    ) -> str | None:
        """The key of an answer; None after escape."""
        return await self.place.app.push_screen_wait(ChoiceScreen(question, answers, otherwise))

    async def number(self, what: str, count: int, first: str = "1") -> int | None:
        """Which of `count` things; the only one without a question, None when none was named."""
        if count == 1:
            return 1
        answer = await self.ask(f"{what}, 1 to {count}:", first)
        if answer is None:
            return None
        if answer.strip().isdecimal() and 1 <= int(answer) <= count:
            return int(answer)
        self.say(f"There is none of that number: type one from 1 to {count}.", trouble=True)
        return None
