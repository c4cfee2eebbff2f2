"""`tuimail` alone: the client. The only place outside `ui` that loads the screen."""

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from tuimail import wiring
from tuimail.backends.system import local_zone
from tuimail.cli.agent_start import Starter
from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.opened import settings
from tuimail.config import Config
from tuimail.engine.engine import Engine
from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Ref
from tuimail.paths import Paths

Begin = Callable[[Engine], Awaitable[tuple[Draft | Ref | None, str]]]

DEFAULT_THEME = "tuimail-dark"


def main(args: list[str], config: str | None) -> int:
    """Open the client on the user's mail."""
    if not has_terminal():
        raise Fault(USAGE, "the mail client needs a terminal; tuimail --help names the commands that don't")
    read, places = settings(config)
    return run(read, places, Starter(places, config))


def write(config: str | None, draft: str) -> int:
    """The same, with the composer open on a local draft."""

    async def begin(engine: Engine) -> tuple[Draft | Ref | None, str]:
        return await engine.drafts.open(draft), ""

    return start(config, begin)


def start(config: str | None, begin: Begin) -> int:
    """The same, with the composer or the reader open on what `begin` makes."""
    read, places = settings(config)
    return run(read, places, Starter(places, config), begin)


def has_terminal() -> bool:
    """Whether there is a terminal, and one that can place its cursor."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def run(config: Config, paths: Paths, agent: Starter | None = None, begin: Begin | None = None) -> int:
    """Show the client until the user leaves it; held mail can then be left to `agent`.

    It begins in the composer where `begin` makes a draft, in the reader where it lends a message.
    """
    from tuimail.ui.app import TuimailApp

    looks = tuple(wiring.themes(paths))
    app = TuimailApp(
        wiring.build(config, paths),
        downloads=config.ui.download_folder,
        editor=config.ui.editor,
        on_quit=config.outbox.on_quit,
        agent=agent,
        looks=looks,
        look=_look(config.ui.theme, looks),
        zone=local_zone,
        calendar=config.calendar.working,
        begin=begin,
        threads=config.list.threads,
    )
    app.run()
    return app.return_code or 0


def _look(wanted: str, looks: Sequence[Mapping[str, Any]]) -> str:
    """The theme to use. Raises ConfigError for one that nobody has."""
    known = [str(look.get("name", "")) for look in looks]
    if wanted and wanted not in known:
        raise ConfigError(f"ui.theme: there is no theme {wanted!r}; accepted: {' | '.join(known)}")
    return wanted or DEFAULT_THEME
