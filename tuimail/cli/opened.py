"""The user's configuration and the engine behind it, opened for one command."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from msgspec import Struct

from tuimail import paths, wiring
from tuimail.cli.streams import note
from tuimail.config import Config, load
from tuimail.engine.engine import Engine
from tuimail.mail.errors import OutboxError
from tuimail.paths import Paths


class Opened(Struct, frozen=True):
    """What a command works with. The engine queues and takes back; it does not send."""

    engine: Engine
    paths: Paths
    config: Config

    def note_sender(self) -> None:
        """Say on stderr when nothing will send what was just queued."""
        if not wiring.who_sends(self.paths):
            note("nothing is sending now; it leaves when tuimail or its agent runs")


def settings(config: str | None) -> tuple[Config, Paths]:
    """Configuration and places; says on stderr when others can read the file. Raises ConfigError."""
    places = paths.find(config)
    read = load(places.config)
    if warning := paths.exposed(places.config):
        note(warning)
    return read, places


@asynccontextmanager
async def opened(config: str | None) -> AsyncIterator[Opened]:
    """The engine of the user's configuration, closed again at the end."""
    read, places = settings(config)
    engine = wiring.build(read, places)
    try:
        yield Opened(engine, places, read)
        await _tell_of_damage(engine)
    finally:
        await engine.close()


async def _tell_of_damage(engine: Engine) -> None:
    """Said on stderr until a person has surely seen it; one that can not be opened was told of already."""
    with suppress(OutboxError):
        if report := await engine.outbox.damage(told=sys.stderr is not None and sys.stderr.isatty()):
            note(report)
