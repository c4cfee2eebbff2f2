"""`tuimail agent run`: the background sender, an engine without a screen."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence

from tuimail import paths, wiring
from tuimail.cli.agent_config import ConfigFile
from tuimail.cli.agent_words import Teller
from tuimail.config import Config
from tuimail.engine.engine import Engine
from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.item import Filing, Item, State
from tuimail.paths import Paths

NAME = "tuimail agent"
LOOK_EVERY = 0.5
ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def run(config: str | None, until_empty: bool, quiet: bool) -> None:
    """Send what is due until told to end or, with `until_empty`, until nothing is left to send.

    What nothing expected comes out as it is: systemd starts the agent again, and the outbox is on disk.
    Raises ConfigError when the folders can't be made, and with `until_empty` when there is no configuration.
    """
    agent = Agent(paths.find(config), Teller(quiet), until_empty)
    asyncio.run(_until_told(agent))


async def _until_told(agent: "Agent") -> None:
    over = asyncio.Event()
    for ending in ENDINGS:
        asyncio.get_running_loop().add_signal_handler(ending, over.set)
    await agent.run(over)


class Agent:
    """One engine after the other: a changed configuration makes a new one when nothing is on its way."""

    def __init__(self, places: Paths, teller: Teller, until_empty: bool) -> None:
        self._places = places
        self._teller = teller
        self._until_empty = until_empty
        self._config = ConfigFile(places.config)
        self._presence = wiring.presence(places, NAME)

    async def run(self, over: asyncio.Event) -> None:
        """Send until `over`."""
        config = self._config.read() if self._until_empty else await self._first(over)
        before = config
        wiring.load_ways_out()
        try:
            while config is not None:
                before, config = config, await self._live(config, before, over)
        finally:
            self._presence.release()

    async def _first(self, over: asyncio.Event) -> Config | None:
        """The configuration as soon as there is one that can be read; None when it is over before."""
        while not over.is_set():
            if found := self._config.changed(self._teller.trouble):
                return found
            await _wait(over, LOOK_EVERY)
        return None

    async def _live(self, config: Config, before: Config | None, over: asyncio.Event) -> Config | None:
        """Send by this configuration; the next one when it was changed, None at the end.

        Whoever changed an account since `before` has done something about a refused login.
        """
        engine = wiring.build(config, self._places, NAME)
        try:
            self._teller.know(await _loaded(engine, self._teller.trouble))
            engine.listen(self._teller.hear)
            await self._go(engine, [a.name for a in config.accounts if before and a not in before.accounts])
            await engine.start(mail=False)
            return await self._stand_by(engine, over)
        finally:
            await engine.close()

    async def _go(self, engine: Engine, accounts: Sequence[str]) -> None:
        """Let these accounts go on if they were stopped."""
        try:
            for account in accounts:
                await engine.outbox.go(account)
        except OutboxError as error:
            self._teller.trouble(str(error))

    async def _stand_by(self, engine: Engine, over: asyncio.Event) -> Config | None:
        failure = asyncio.create_task(engine.failure())
        new: Config | None = None
        try:
            while not (over.is_set() or failure.done() or self._is_done(engine)):
                new = self._config.changed(self._teller.trouble) or new
                if new is not None and not _is_sending(engine):
                    self._teller.say("the configuration was changed; it is used from now on")
                    return new
                self._presence.take()
                await _wait(over, LOOK_EVERY)
        finally:
            failure.cancel()
        if failure.done() and not failure.cancelled():
            failure.result()
        return None

    def _is_done(self, engine: Engine) -> bool:
        return self._until_empty and not has_work(engine)


def has_work(engine: Engine) -> bool:
    """Whether something is left that the engine could send, file or look for, now or later."""
    stopped = {stop.account for stop in engine.outbox.stops()}
    going = {account.name for account in engine.accounts} - stopped
    return any(item.account in going and _is_work(item) for item in engine.outbox.known())


def _is_work(item: Item) -> bool:
    if item.state is State.SENT:
        return item.filing is Filing.DUE
    if item.state is State.UNSURE:
        return item.due is not None
    return item.state is State.SENDING or (item.state is State.WAITING and not item.handle)


def _is_sending(engine: Engine) -> bool:
    """Whether a message is on its way: a new engine would cut it off."""
    return any(item.state is State.SENDING for item in engine.outbox.known())


async def _loaded(engine: Engine, trouble: Callable[[str], None]) -> tuple[Item, ...]:
    """The items as they are at the start; none when they can't be read, which the engine tries again."""
    try:
        return await engine.outbox.items()
    except OutboxError as error:
        trouble(str(error))
        return ()


async def _wait(over: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await over.wait()
