"""`tuimail drill`: a safe self-test. A mail to yourself is queued and taken back; nothing is ever sent."""

import argparse
import asyncio

from tuimail import wiring
from tuimail.cli import queue
from tuimail.cli.drill_steps import Drill, Step
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import opened
from tuimail.cli.parser import Parser


def main(args: list[str], config: str | None) -> int:
    """Print a line for each step; 1 when one of them did not hold."""
    options = _parser().parse_args(args)
    steps = asyncio.run(_play(options, config))
    if options.json:
        print(json_text([step._asdict() for step in steps]))
    return 0 if all(step.ok for step in steps) else 1


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tuimail drill",
        description="A safe self-test: queues a mail to yourself, takes it back, and looks that it is among "
        "your drafts as it was and that nothing left. It never sends, and leaves nothing behind.",
    )
    parser.add_argument("--account", metavar="NAME", help="use this account, not the first one")
    parser.add_argument("--quick", action="store_true", help="do not wait until it would have left")
    parser.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    return parser


async def _play(options: argparse.Namespace, config: str | None) -> list[Step]:
    steps: list[Step] = []

    def hear(step: Step) -> None:
        steps.append(step)
        if not options.json:
            print(f"{'ok' if step.ok else 'wrong':<6} {step.about:<9} {step.line}", flush=True)

    async with opened(config) as open_:
        accounts = open_.engine.accounts
        own = queue.named(open_.engine, options.account) if options.account else accounts[0]
        other = wiring.build(open_.config, open_.paths)
        try:
            await Drill(open_.engine, other, own, hear, options.quick).play()
        finally:
            await other.close()
    return steps
