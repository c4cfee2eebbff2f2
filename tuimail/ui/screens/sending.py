"""What stands between a draft and the outbox: the time it leaves, and what a person is asked first."""

from functools import partial
from typing import TYPE_CHECKING

from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.screens.doors import choose_time
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.leaves_field import LeavesField

if TYPE_CHECKING:
    from tuimail.ui.screens.when import Answer

LONGEST_QUESTION = 600


class SendingScreen(PlaceScreen):
    """A place from which a draft is sent off. Questions leave the text as it is."""

    @property
    def draft(self) -> Draft:
        """The draft as it stands on the screen."""
        raise NotImplementedError

    @property
    def leaves(self) -> LeavesField:
        """Where the time stands that was chosen."""
        return self.query_one(LeavesField)

    async def send(self, confirmed: bool = False) -> None:
        """Hand the draft over; `confirmed` says that a person agreed to what a rule asks."""
        raise NotImplementedError

    def action_schedule(self) -> None:
        """Choose when it leaves."""
        self.work(self._choose_time, "when")

    def ask_first(self, asked: str) -> None:
        """A rule asks a person."""
        from tuimail.ui.screens.ask import ChoiceScreen

        question = line(f"Before it leaves · {asked}", LONGEST_QUESTION)
        self.app.push_screen(ChoiceScreen(question, {"enter": "send"}, "back to the text"), self._agreed)

    def ask_unfilled(self) -> bool:
        """Ask about what nobody filled in of a correction; whether there was something."""
        from tuimail.mail.after.correction_text import unfilled
        from tuimail.ui.screens.ask import ChoiceScreen

        draft = self.draft
        marks = unfilled(f"{draft.subject}\n{draft.body}") if draft.corrects else ()
        if marks:
            question = line(f"Still to be filled in: {' '.join(marks)}", LONGEST_QUESTION)
            answers = {"enter": "send it like this"}
            self.app.push_screen(ChoiceScreen(question, answers, "back to the text"), self._like_this)
        return bool(marks)

    def ask_late(self) -> None:
        """The time that was chosen lies behind: it never means to send at once."""
        from tuimail.ui.screens.ask import ChoiceScreen

        answers = {"n": "send it now", "l": "choose another time"}
        self.app.push_screen(ChoiceScreen(Safe("The time it was to leave has passed."), answers), self._late)

    def _agreed(self, answer: str | None) -> None:
        if answer is not None:
            self.work(partial(self.send, confirmed=True), "send")

    def _like_this(self, answer: str | None) -> None:
        if answer is not None:
            self.work(self.send, "send")

    def _late(self, answer: str | None) -> None:
        if answer == "n":
            self.leaves.schedule = None
            self.work(self.send, "send")
        elif answer == "l":
            self.action_schedule()

    async def _choose_time(self) -> None:
        soon, account = self.leaves.schedule is not None, self.draft.account
        await choose_time(self.app, self.desk, self._time_chosen, "Leave when?", account, soon=soon)

    def _time_chosen(self, answer: "Answer | None") -> None:
        if answer is not None:
            self.leaves.schedule = answer.schedule
