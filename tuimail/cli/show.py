"""`tuimail show`: print a message as the reader shows it."""

import argparse
import asyncio
import shutil

from tuimail.cli import mail_id
from tuimail.cli.exits import NO_INPUT, Fault
from tuimail.cli.parser import Parser, read_message
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import line

NARROWEST = 20


def main(args: list[str], config: str | None) -> int:
    """Print the message; nothing in it can reach the terminal as a command."""
    options = _parser().parse_args(args)
    width = options.width or shutil.get_terminal_size((80, 24)).columns
    ref = mail_id.parse(options.file)
    raw = read_message(options.file) if ref is None else asyncio.run(_kept(ref, config))
    print(page(raw, max(NARROWEST, width), options.headers))
    return 0


def page(raw: bytes, width: int, headers: bool = False) -> str:
    """The message as lines of at most `width` cells; `headers` shows all of them."""
    from tuimail.mail.letter.parse import parse
    from tuimail.ui.format.letter import Headers, letter_rows

    rows = letter_rows(parse(raw), width, Headers.ALL if headers else Headers.USUAL)
    return "\n".join("".join(piece.text for piece in row).rstrip() for row in rows)


async def _kept(ref: Ref, config: str | None) -> bytes:
    """A message of a mailbox, fetched when its text is not here. Raises MailboxError."""
    from tuimail import wiring
    from tuimail.cli.opened import settings

    engine = wiring.build(*settings(config))
    try:
        if ref.account not in (account.name for account in engine.accounts):
            raise Fault(NO_INPUT, f"there is no account {line(ref.account)!r}; nothing was read")
        return await engine.mailbox.raw(ref)
    finally:
        await engine.close()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tuimail show", description="Print a message as the reader shows it, safe for a terminal."
    )
    parser.add_argument(
        "file", metavar="FILE", help="a message (RFC 5322), - for stdin, or a name that search prints"
    )
    parser.add_argument("--headers", action="store_true", help="show every header")
    parser.add_argument("--width", type=int, metavar="N", help="columns; the terminal's unless given")
    return parser
