"""The steps to an account: who you are, your servers, how you log in, and whether all of it works."""

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.worker import Worker, WorkerState

from tuimail.engine.setup import Setup
from tuimail.mail.setup.form import Step
from tuimail.ui import keys
from tuimail.ui.format import account as words
from tuimail.ui.format.cells import Piece, Row, Tone, wrap
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.place import TooSmall, size_classes
from tuimail.ui.widgets.answer_field import Answered, AnswerField, Field, field
from tuimail.ui.widgets.edge import keys_row
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.title import Title
from tuimail.ui.work import Trouble, caught_up, start

OPEN, DEMO = "open", "demo"
WORK = "account"
CHANGING = ("way", "through")
"""Questions whose answer changes what else is asked."""


class AccountScreen(ModalScreen[str | None]):
    """Answers `open` once an account is kept, `demo` to look around first, None after leaving.

    `first` says that there is no account yet: then it explains itself, and escape does not leave.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.ACCOUNT),
        Binding("tab", "field(1)", show=False, priority=True),
        Binding("shift+tab", "field(-1)", show=False, priority=True),
    ]
    AUTO_FOCUS = None

    def __init__(self, setup: Setup, first: bool = False) -> None:
        super().__init__(classes=size_classes(*self.app.size))
        self._setup = setup
        self._first = first
        self._word = ""
        self._working = False

    def compose(self) -> ComposeResult:
        yield Title()
        with VerticalScroll(id="account", can_focus=False):
            yield Painted(lambda width: words.about(self._setup, self._first, width), id="about")
            yield VerticalScroll(id="answers", can_focus=False)
            yield Painted(self._below, id="below")
        yield Painted(lambda width: [keys_row(self._keys(), width)], id="account-keys")
        yield TooSmall()

    async def on_mount(self) -> None:
        if self._setup.step is Step.SAVED:
            self._setup.step = Step.ADDRESS
        await self._show()

    async def on_unmount(self) -> None:
        """However one left: nothing stays of an account that is not kept."""
        await self._setup.leave()

    async def on_answered(self, event: Answered) -> None:
        event.stop()
        self._setup.answer(event.question, event.value)
        self._word = ""
        if event.question in CHANGING:
            await self._show(event.question)
        else:
            self._repaint()

    def on_trouble(self, event: Trouble) -> None:
        event.stop()
        self._word = event.text
        self._repaint()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """However the work ended, one may go on."""
        if event.worker.group == WORK and event.state is not WorkerState.PENDING:
            self._working = event.state is WorkerState.RUNNING
            self._repaint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action == "field" or action in self._useful()

    async def action_field(self, way: int) -> None:
        """Letters that come at once with the key, as from a password manager, stay on their side of it."""
        if (focused := self.focused) is not None:
            await caught_up(focused)
        self.focus_next() if way > 0 else self.focus_previous()

    async def action_forward(self) -> None:
        """What the step is for; on the last page, open the mail."""
        if self._working:
            return
        if (focused := self.focused) is not None:
            await caught_up(focused)
        if self._setup.step is Step.SAVED:
            self.dismiss(OPEN)
        elif self._setup.step is Step.TEST:
            self._setup.mend()
            await self._show()
        else:
            self._begin(self._forward)

    async def action_back(self) -> None:
        """Stop what goes on; else a step back, and from the first one out."""
        if self._working:
            self.workers.cancel_group(self, WORK)
        elif self._setup.step is Step.SAVED:
            self.dismiss(OPEN)
        elif self._setup.back():
            await self._show()
        elif not self._first:
            self.dismiss(None)
        else:
            self._word = "ctrl+q leaves tuimail."
            self._repaint()

    async def action_other(self) -> None:
        self._setup.other()
        await self._show()

    def action_again(self) -> None:
        self._begin(self._try)

    def action_keep(self) -> None:
        """Keep what does not work yet: the network may be away."""
        self._begin(self._keep)

    def action_demo(self) -> None:
        self.dismiss(DEMO)

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        self._word, self._working = "", True
        self._repaint()
        start(self, work, WORK)

    async def _forward(self) -> None:
        await self._setup.forward()
        await self._show()
        if self._setup.step is Step.TEST:
            await self._try()

    async def _try(self) -> None:
        async for _ in self._setup.tries(self._tell):
            self._tell("")
        if self._setup.works:
            await self._keep()

    async def _keep(self) -> None:
        await self._setup.forward()
        await self._show()

    def _tell(self, said: str) -> None:
        self._word = said
        self._repaint()

    async def _show(self, focus: str = "") -> None:
        """The fields of the step; the cursor goes to what is wrong, or to the first that is empty."""
        setup = self._setup
        answers = self.query_one("#answers")
        fields = [field(one, setup.value(one.id)) for one in setup.questions]
        with self.app.batch_update():
            await answers.remove_children()
            await answers.mount_all(fields)
            for one in fields:
                one.say(setup.wrong.get(one.question.id, ""))
            self._enter(fields, focus)
            self._repaint()

    def _enter(self, fields: list[Field], focus: str) -> None:
        setup = self._setup
        wanted = [one for one in fields if one.question.id == focus]
        wanted += [one for one in fields if one.question.id in setup.wrong]
        wanted += [one for one in fields if isinstance(one, AnswerField) and not setup.value(one.question.id)]
        if fields:
            (*wanted, *fields)[0].enter()
        else:
            self.set_focus(None)

    def _repaint(self) -> None:
        for title in self.query(Title):
            title.left = "Your first account" if self._first else "Add an account"
            title.right = words.place(self._setup.step)
        for painted in self.query(Painted):
            painted.refresh(layout=True)
        self.refresh_bindings()

    def _below(self, width: int) -> Iterable[Row]:
        """What is going on, or what came of it."""
        setup = self._setup
        yield ()
        if setup.step is Step.TEST:
            yield from words.results(setup.tried, width)
        if setup.step is Step.SAVED:
            yield from words.kept(setup, width)
        if self._working and setup.step is Step.ADDRESS:
            yield (Piece("  Looking for its servers…", Tone.MUTED),)
        elif self._working and setup.step is Step.TEST:
            yield (Piece("  Logging in; nothing is sent…", Tone.MUTED),)
        yield from ((Piece(f"  {one}", Tone.STRONG),) for one in wrap(self._word, width - 4) if self._word)

    def _useful(self) -> dict[str, str]:
        """The actions that are of use now, with what they are called."""
        setup = self._setup
        if self._working:
            return {"back": "stop"}
        back = {"back": "back"} if setup.step is not Step.ADDRESS or not self._first else {"back": ""}
        match setup.step:
            case Step.SAVED:
                return {"forward": "open your mail", "back": ""}
            case Step.TEST:
                return {"forward": "mend it", "again": "try again", "keep": "keep it anyway", **back}
            case Step.ADDRESS:
                demo = {"demo": "demo"} if self._first else {}
                return {"forward": "find its servers", **demo, **back}
        other = {"other": "other servers"} if setup.step is Step.SERVERS and len(setup.found) > 1 else {}
        return {"forward": "try it" if setup.step is Step.LOGIN else "go on", **other, **back}

    def _keys(self) -> list[tuple[str, str]]:
        useful = self._useful()
        known = {key.action: keys.names(key, {})[0] for key in keys.of(Place.ACCOUNT)}
        shown = [(known[action], label) for action, label in useful.items() if label]
        asked = () if self._working else self._setup.questions
        moves = [("tab", "next field")] if asked else []
        moves += [("↑↓", "choose")] if any(one.choices for one in asked) else []
        return [*shown, *moves, *([("ctrl+q", "quit")] if self._first else [])]
