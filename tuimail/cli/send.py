"""`tuimail send`: queue an RFC 5322 message from a file or stdin."""

import argparse
import asyncio

from tuimail.cli import queue, times
from tuimail.cli.caller import batch
from tuimail.cli.opened import opened
from tuimail.cli.parser import Parser, read_message


def main(args: list[str], config: str | None) -> int:
    """Queue the message and print the id of its outbox item."""
    options = _parser().parse_args(args)
    asyncio.run(_send(options, config))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tuimail send",
        description="Queue a message (RFC 5322) and print the id of its outbox item. The recipients are "
        "those of To, Cc and Bcc; Bcc is taken out. It is held for the undo window, and leaves while tuimail "
        "runs.",
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="the message; stdin unless given"
    )
    parser.add_argument("--account", metavar="NAME", help="send from this account, not from that of its From")
    parser.add_argument("--at", metavar="WORDS", help="when it is to leave, such as 'tomorrow 9am' or 2h")
    parser.add_argument(
        "--yes", action="store_true", help="say yes to what a rule asks; otherwise it is paused"
    )
    return parser


async def _send(options: argparse.Namespace, config: str | None) -> None:
    raw = read_message(options.file)
    async with opened(config) as open_:
        engine = open_.engine
        if options.account:
            own = queue.named(engine, options.account)
        else:
            own = queue.account(engine, *queue.header_specs(raw, "From"))
        item = await engine.outbox.send_raw(
            own.name,
            queue.with_from(raw, own),
            schedule=times.understood(options.at, engine.now(), open_.config).schedule
            if options.at
            else None,
            batch=batch(),
            confirmed=options.yes,
        )
        print(item.id)
        queue.report(item, engine.now())
        open_.note_sender()
