"""The application: hands out the engine's news, and has the actions that are valid everywhere."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.command import Provider
from textual.message import Message
from textual.screen import Screen
from textual.signal import Signal

from tuimail.engine.engine import Engine
from tuimail.engine.news import (
    AccountGoes,
    AccountStopped,
    FolderChanged,
    FoldersChanged,
    ItemChanged,
    ItemGone,
    News,
    Notice,
    OutboxLoaded,
    Progress,
    SenderChanged,
    Synced,
)
from tuimail.mail.errors import AgentError, TuimailError
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import block, line
from tuimail.ui.background import Background, NoAgent
from tuimail.ui.desk import Desk
from tuimail.ui.dressed import LOOK, Dressed
from tuimail.ui.habits import Habits
from tuimail.ui.held import Held
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens import doors
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.screens.place import PlaceScreen

if TYPE_CHECKING:
    from tuimail.engine.setup import Setup
    from tuimail.mail.when.calendar import Calendar

ASKED_BACK = "Asking the server to give it back…"

STOPPED = (
    "tuimail has stopped: something happened that it did not expect. Held mail, drafts and what waits for"
    " the servers are on disk."
)

SETTLED = 1.0
"""Seconds after the start from which garbage is collected; `cli.main` puts it off till then."""

ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


Begin = Callable[[Engine], Awaitable[tuple[Draft | Ref | None, str]]]
"""Makes the draft that the program opens with, or the lent message, or none; and what is said beside it."""


class Heard(Message):
    """The engine's news, as one message of Textual's."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news

    def can_replace(self, message: Message) -> bool:
        """A newer one of the same flood makes this one needless."""
        flood = _flood(self.news)
        return isinstance(message, Heard) and flood is not None and flood == _flood(message.news)


def _flood(news: News) -> tuple[object, ...] | None:
    """What makes two announcements say the same, for the kinds of which many come at once."""
    match news:
        case FolderChanged(account, folder) | Synced(account, folder) | Progress(account, folder, _, _):
            return type(news), account, folder
        case FoldersChanged(account):
            return type(news), account
        case ItemChanged() | ItemGone() | OutboxLoaded() | AccountStopped() | AccountGoes():
            return ("outbox",)
        case _:
            return None


def _calendar() -> "Calendar":
    from tuimail.mail.when.calendar import Calendar

    return Calendar()


def _palette() -> type[Provider]:
    from tuimail.ui.palette import Actions

    return Actions


class TuimailApp(Dressed[None]):
    """The mail client's screen. `on_quit` is what happens to held mail: ask, agent, now, drafts
    or keep; `agent` is who may send it when this is closed.

    `looks` and `look` are those of `Dressed`; `keymap` gives other keys to binding ids. `zone` and
    `calendar` are asked when a time is first chosen. `begin` makes the draft that it opens with, and says
    what is to be said of it. With `threads` lists show conversations until somebody asks for single messages.
    `setup` begins a new account; once one is kept, the program ends with `again` set, to be opened anew.
    """

    BINDINGS = bindings(Place.EVERYWHERE)
    COMMANDS: ClassVar[set[Any]] = {_palette}

    def __init__(
        self,
        engine: Engine,
        *,
        downloads: str,
        editor: str = "",
        on_quit: str = "ask",
        agent: Background | None = None,
        looks: Iterable[Mapping[str, Any]] = (),
        look: str = LOOK,
        keymap: Mapping[str, str] | None = None,
        zone: Callable[[], str] = lambda: "UTC",
        calendar: "Callable[[], Calendar] | None" = None,
        begin: Begin | None = None,
        threads: bool = False,
        setup: "Callable[[], Setup] | None" = None,
    ) -> None:
        self._told = False
        self.setup = setup
        self.again = False
        self._begin = begin
        super().__init__(looks, look)
        names = dict(keymap or {})
        self.set_keymap(names)
        news: Signal[News] = Signal(self, "news")
        held = Held(engine.outbox.known, engine.outbox.stops, {account.name for account in engine.accounts})
        self.desk = Desk(
            engine,
            news,
            held,
            downloads,
            editor,
            on_quit,
            agent or NoAgent(),
            names,
            zone,
            calendar or _calendar,
            Habits(threads),
        )

    def get_default_screen(self) -> Screen[None]:
        return MailScreen(self.desk)

    def on_mount(self) -> None:
        for ending in ENDINGS:
            asyncio.get_running_loop().add_signal_handler(ending, self._told_to_end)
        self.desk.held.load(self.desk.engine.now())
        self.desk.engine.listen(self._hear)
        self.call_after_refresh(self.run_worker, self._run_engine, group="engine")
        self.set_timer(SETTLED, self._collect)
        if self._begin is not None:
            self.call_after_refresh(self._take_up, self._begin)

    def on_heard(self, event: Heard) -> None:
        self.desk.news.publish(event.news)
        match event.news:
            case Notice() as notice:
                self._say(notice.text, notice.trouble)
            case SenderChanged(here=False, holder=holder):
                self._say(line(f"{holder} sends; sending off and undo work here as ever."))
            case _:
                pass

    async def action_compose(self) -> None:
        await doors.write(self, self.desk, self.desk.engine.drafts.new())

    async def action_outbox(self) -> None:
        if not self._is_in(Place.OUTBOX):
            await doors.outbox(self, self.desk)

    async def action_drafts(self) -> None:
        if not self._is_in(Place.DRAFTS):
            await doors.drafts(self, self.desk)

    async def action_incidents(self) -> None:
        if not self._is_in(Place.INCIDENTS):
            await doors.incidents(self, self.desk)

    async def action_help(self) -> None:
        if not self._is_in(Place.HELP):
            await doors.help_(self, self.desk)

    async def action_undo(self) -> None:
        """Take back what was done last: a mail that is held, or what was done to messages."""
        done, newest = self.desk.engine.triage.latest(), self.desk.held.newest()
        if done is None or (newest is not None and newest.queued >= done):
            await self.action_take_back()
            return
        try:
            said = await self.desk.engine.triage.undo()
        except TuimailError as error:
            self._say(str(error), trouble=True)
        else:
            self._say(said or "There is nothing to take back.")

    async def action_take_back(self) -> None:
        """Back to the composer with the newest held mail; a server that keeps it is asked beside the keys."""
        newest = self.desk.held.newest()
        if newest is not None and newest.handle:
            self._say(ASKED_BACK)
            self.run_worker(self._take_back(), group="take back", exclusive=True)
        else:
            await self._take_back()

    async def _take_back(self) -> None:
        """What is being written is saved first."""
        try:
            if isinstance(self.screen, PlaceScreen):
                await self.screen.keep()
            draft = await self.desk.engine.outbox.undo()
        except TuimailError as error:
            self._say(str(error), trouble=True)
            return
        if draft is None:
            self._say("There is nothing to take back.")
        else:
            await doors.write(self, self.desk, draft)

    async def action_leave(self) -> None:
        """Leave the program; held mail is asked about, or treated as the configuration says."""
        if not await self._kept():
            return
        try:
            held = await self.desk.engine.outbox.held()
        except TuimailError:
            held = ()
        how = self.desk.on_quit
        if all(item.handle for item in held) or (how == "keep" and not self.desk.agent.outlook().runs):
            await self._end(True)
            return
        from tuimail.ui.screens.quit import QuitScreen

        if not isinstance(self.screen, QuitScreen):
            await self.push_screen(QuitScreen(self.desk, how, self._hand_over), self._end)

    async def action_add_account(self) -> None:
        """The steps to one more account."""
        if self.setup is not None:
            await doors.add_account(self, self.setup(), self._added)

    async def _added(self, answer: str | None) -> None:
        """Open everything anew with the account that is there now; what is written is saved first."""
        if answer and await self._kept():
            self.again = True
            await self._end(True)

    def action_help_quit(self) -> None:
        """What ctrl+c does where nothing is selected."""
        self._say("ctrl+q leaves tuimail from anywhere.")

    async def _take_up(self, begin: Begin) -> None:
        """Open the composer on the draft to begin with, or the reader on the message."""
        try:
            first, said = await begin(self.desk.engine)
        except TuimailError as error:
            self._say(str(error), trouble=True)
            return
        match first:
            case Draft():
                await doors.write(self, self.desk, first)
            case Ref():
                await doors.read_file(self, self.desk, first)
        if said:
            self._say(said)

    def _collect(self) -> None:
        """Collect garbage from now on, but never what was made to begin with: all of that stays."""
        gc.freeze()
        gc.enable()

    def _hear(self, news: News) -> None:
        """Put the items in order at once; the screens hear of a flood as of one thing."""
        self.desk.held.hear(news, self.desk.engine.now())
        self.post_message(Heard(news))

    async def _run_engine(self) -> None:
        """Start the engine, and stand by it: what it did not expect ends the program, the mail is on disk."""
        await self.desk.engine.start()
        await self.desk.engine.failure()

    async def _hand_over(self) -> None:
        """Let the agent send. Raises AgentError when it does not; then this program goes on sending."""
        await self.desk.agent.start()
        self.workers.cancel_group(self, "engine")
        await self.desk.engine.stop()
        if not await self.desk.agent.took_over() and await self.desk.engine.outbox.held():
            self.run_worker(self._run_engine(), group="engine")
            raise AgentError("The agent did not take over within seconds; tuimail goes on sending.")

    def _fatal_error(self) -> None:
        """Where it failed, without what it was working with: that is somebody's mail."""
        import traceback

        from rich.text import Text

        self.panic(Text(f"{STOPPED}\n\n{block(traceback.format_exc())}"))

    def _told_to_end(self) -> None:
        self.run_worker(self._end_unasked(), group="end", exclusive=True)

    async def _end_unasked(self) -> None:
        """Logged out or told to end: what is written is saved, a message under way gets its few seconds."""
        await self._kept()
        await self._end(True)

    async def _kept(self) -> bool:
        """Whether all that is being written is on disk, or the user was told once that it can't be."""
        try:
            for screen in self.screen_stack:
                if isinstance(screen, PlaceScreen):
                    await screen.keep()
        except TuimailError as error:
            self._say(f"{error} Leave again to leave without it.", trouble=True)
            told, self._told = self._told, True
            return told
        return True

    async def _end(self, leave: bool | None) -> None:
        if leave:
            self._say("Closing…")
            self.workers.cancel_group(self, "engine")
            await self.desk.engine.close()
            self.exit()

    def _is_in(self, place: Place) -> bool:
        return isinstance(self.screen, PlaceScreen) and self.screen.place is place

    def _say(self, text: str, trouble: bool = False) -> None:
        for screen in reversed(self.screen_stack):
            if isinstance(screen, PlaceScreen):
                screen.say(text, trouble)
                return
