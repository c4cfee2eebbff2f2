"""`tuimail outbox`: the outbox without the screen."""

import argparse
import asyncio

from tuimail.cli import outbox_lists, outbox_verbs
from tuimail.cli.opened import opened
from tuimail.cli.outbox_answer import Answer, Verb
from tuimail.cli.parser import Parser

VERBS: dict[str, Verb] = {
    "list": Verb("What waits, what failed, what was sent lately; newest first.", outbox_lists.all_),
    "concerns": Verb("What rests too long, or waits for you, and what comes next.", outbox_lists.concerns),
    "show": Verb("One item and its trail.", outbox_lists.show, ids=1),
    "undo": Verb("Take held mail back to Drafts.", outbox_verbs.undo, ids="*"),
    "edit": Verb("Take held mail back and open it in the composer.", outbox_verbs.edit, ids="?"),
    "now": Verb("Send now, or try a failed one again.", outbox_verbs.now, ids="+"),
    "later": Verb("Wait longer (10m, 2h), or leave at a time (tomorrow 9am).", outbox_verbs.later, ids=1),
    "pause": Verb("Let it rest until it is released.", outbox_verbs.pause, ids="+"),
    "release": Verb("Let a paused one go on, after the undo window.", outbox_verbs.release, ids="+"),
    "retry": Verb("Try again what failed, or waits for its next try.", outbox_verbs.retry, ids="+"),
    "settle": Verb("Answer for one that was probably sent.", outbox_verbs.settle, ids=1),
    "delete": Verb("Forget a finished or failed item and its text.", outbox_verbs.delete, ids="+"),
}

NEWEST = {"*", "?"}


def main(args: list[str], config: str | None) -> int:
    """Run one of `VERBS`."""
    options = _parser().parse_args(args)
    answer = asyncio.run(_run(options, config))
    answer.print(options.json)
    if answer.draft and not options.json:
        from tuimail.cli import screen

        return screen.write(config, answer.draft)
    return answer.code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail outbox", description="The outbox without the screen.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, verb in VERBS.items():
        command = commands.add_parser(name, help=verb.does, description=verb.does)
        _add_ids(command, verb)
        if name == "undo":
            command.add_argument(
                "--batch", action="store_true", help="all that the newest one's program sent off with it"
            )
        if name == "later":
            command.add_argument("when", metavar="WHEN", nargs="+", help="10m, 2h, or words for a time")
        if name == "settle":
            command.add_argument(
                "how", choices=("sent", "again"), help="it was sent, or the same bytes again"
            )
        command.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    return parser


def _add_ids(command: argparse.ArgumentParser, verb: Verb) -> None:
    if verb.ids in NEWEST:
        command.add_argument("ids", metavar="ID", nargs=verb.ids, help="the newest unless given")
    elif verb.ids:
        command.add_argument("ids", metavar="ID", nargs=verb.ids, help="as `outbox list` names it")


async def _run(options: argparse.Namespace, config: str | None) -> Answer:
    async with opened(config) as open_:
        return await VERBS[options.command].run(open_, options)
