"""`tuimail` alone: the client. The only place outside `ui` that loads the screen."""

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tuimail import paths, wiring
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

if TYPE_CHECKING:
    from tuimail.engine.setup import Setup

Begin = Callable[[Engine], Awaitable[tuple[Draft | Ref | None, str]]]

DEFAULT_THEME = "tuimail-dark"


def main(args: list[str], config: str | None) -> int:
    """Open the client on the user's mail."""
    if not has_terminal():
        raise Fault(USAGE, "the mail client needs a terminal; tuimail --help names the commands that don't")
    try:
        return _client(config)
    except ConfigError:
        from tuimail.wiring.setup import is_empty

        places = paths.find(config)
        if not is_empty(places.config):
            raise
    return _first(places, config)


def _client(config: str | None, begin: Begin | None = None) -> int:
    """The client, opened anew whenever it ends with another account."""
    again: int | None = None
    while again is None:
        read, places = settings(config)
        again = run(read, places, Starter(places, config), begin)
        begin = None
    return again


def _first(places: Paths, config: str | None) -> int:
    """The steps to the first account; then the mail, or the demo."""
    from tuimail.ui.first import FirstApp
    from tuimail.wiring.setup import new_account

    app = FirstApp(new_account(places), tuple(wiring.themes(places)), DEFAULT_THEME)
    answer = app.run()
    if answer == "demo":
        from tuimail.cli import demo

        return demo.main([], None)
    return _client(config) if answer else app.return_code or 0


def write(config: str | None, draft: str) -> int:
    """The same, with the composer open on a local draft."""

    async def begin(engine: Engine) -> tuple[Draft | Ref | None, str]:
        return await engine.drafts.open(draft), ""

    return start(config, begin)


def start(config: str | None, begin: Begin) -> int:
    """The same, with the composer or the reader open on what `begin` makes."""
    return _client(config, begin)


def has_terminal() -> bool:
    """Whether there is a terminal, and one that can place its cursor."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def run(config: Config, paths: Paths, agent: Starter | None = None, begin: Begin | None = None) -> int | None:
    """Show the client until the user leaves it; held mail can then be left to `agent`.

    It begins in the composer where `begin` makes a draft, in the reader where it lends a message. None where
    it is to be opened anew, since there is another account.
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
        setup=partial(_setup, paths, config.ui.opener) if agent is not None else None,
    )
    app.run()
    return None if app.again else app.return_code or 0


def _setup(paths: Paths, opener: str) -> "Setup":
    from tuimail.wiring.setup import new_account

    return new_account(paths, opener)


def _look(wanted: str, looks: Sequence[Mapping[str, Any]]) -> str:
    """The theme to use. Raises ConfigError for one that nobody has."""
    known = [str(look.get("name", "")) for look in looks]
    if wanted and wanted not in known:
        raise ConfigError(f"ui.theme: there is no theme {wanted!r}; accepted: {' | '.join(known)}")
    return wanted or DEFAULT_THEME
