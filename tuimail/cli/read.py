"""`tuimail FILE`: the client, with the reader open on a message in a file."""

import os

from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.parser import read_message
from tuimail.engine.engine import Engine
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Ref


def main(args: list[str], config: str | None) -> int:
    """Open the reader; a file that can't be read is told before the screen opens."""
    from tuimail.cli import screen

    file, *more = args
    if more:
        raise Fault(USAGE, "one message at a time; tuimail show prints others")
    raw = read_message(file)
    if not screen.has_terminal():
        raise Fault(USAGE, "reading needs a terminal; tuimail show prints a message")

    async def begin(engine: Engine) -> tuple[Draft | Ref | None, str]:
        return engine.mailbox.lend(os.path.basename(file), raw), ""  # noqa: PTH119 (foreign names are any text)

    return screen.start(config, begin)
