"""`tuimail rules`: look at the rules, ask why, and try them on what was sent."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tuimail import wiring
from tuimail.cli import queue, times
from tuimail.cli import rules_words as words
from tuimail.cli.exits import NO_INPUT, USAGE, Fault
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import opened, settings
from tuimail.cli.parser import Parser, read_message
from tuimail.cli.streams import note
from tuimail.config import Config, load
from tuimail.mail.errors import ScheduleError
from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.safe import line
from tuimail.mail.rule.rule import Rule

LAST = 100


def main(args: list[str], config: str | None) -> int:
    """Run `rules check|explain|try`."""
    options = _parser().parse_args(args)
    answer = asyncio.run(_COMMANDS[options.command](options, config))
    print(json_text(answer.data) if options.json else "\n".join(answer.lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail rules", description="When mail may leave, and why; docs/rules.md.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    check = _command(commands, "check", "Whether the rules are right; prints them in words.")
    check.add_argument("file", metavar="FILE", nargs="?", help="a file of rules; those in use unless given")
    explain = _command(commands, "explain", "What each rule says of a message, and when it would leave.")
    explain.add_argument("file", metavar="FILE", help="a message (RFC 5322), or - for stdin")
    explain.add_argument(
        "--account", metavar="NAME", help="sent from this account, not from that of its From"
    )
    explain.add_argument("--at", metavar="TIME", help='sent off then, such as "fri 18:30"; now unless given')
    trial = _command(commands, "try", "What each rule would have done to the mail you sent lately.")
    trial.add_argument(
        "--last", metavar="N", type=int, default=LAST, help=f"so many mails; {LAST} unless given"
    )
    trial.add_argument("--account", metavar="NAME", help="sent from this account; the first unless given")
    return parser


def _command(commands: "argparse._SubParsersAction[Parser]", name: str, does: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does, description=does)
    command.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    return command


async def _check(options: argparse.Namespace, config: str | None) -> words.Answer:
    return words.rules(_rules(options.file, config))


def _rules(file: str | None, config: str | None) -> tuple[Rule, ...]:
    """The rules of a file, or those in use. Raises ConfigError, Fault."""
    read, places = settings(config)
    if file is None:
        return wiring.house_rules(read, places).book.read()
    if not Path(file).exists():
        raise Fault(NO_INPUT, f"{line(file)}: there is no such file; no rule was read")
    from tuimail.rulebook import read_file

    names, own = [account.name for account in read.accounts], wiring.own_addresses(read)
    return read_file(Path(file), names, read.calendar.working(), own)


async def _explain(options: argparse.Namespace, config: str | None) -> words.Answer:
    from tuimail.mail.letter.compose import draft_of

    raw = read_message(options.file)
    async with opened(config) as open_:
        engine, now = open_.engine, open_.engine.now()
        if options.account:
            own = queue.named(engine, options.account)
        else:
            own = queue.account(engine, *queue.header_specs(raw, "From"))
        at = now.wall if options.at is None else _instant(options.at, now, load(open_.paths.config))
        people = queue.header_specs(raw, "To", "Cc", "Bcc")
        if not people:
            raise Fault(NO_INPUT, f"{line(options.file)}: nobody is in To, Cc or Bcc; nothing was looked at")
        explained = await engine.checks.explain(draft_of(raw, "", own.name), people, at)
        held = hold(explained.decision, None, now.later(at - now.wall))
        return words.explained(explained, held, at)


def _instant(typed: str, now: Moment, config: Config) -> float:
    try:
        return times.understood(typed, now, config).schedule.at
    except ScheduleError as error:
        raise Fault(USAGE, f"--at: {error}") from None


async def _try(options: argparse.Namespace, config: str | None) -> words.Answer:
    from tuimail.engine.sending.trial import Trial, tally

    if options.last < 1:
        raise Fault(USAGE, "--last: give a number from 1 on")
    async with opened(config) as open_:
        engine = open_.engine
        own = queue.named(engine, options.account) if options.account else engine.accounts[0]
        rules = await engine.checks.rules()
        note(f"looking at the last {options.last} mails in Sent of {own.name}")
        mails = await Trial(engine.mailbox, engine.checks).judged(own.name, options.last)
        return words.tried(tally(rules, mails), mails)


_COMMANDS: dict[str, Callable[[argparse.Namespace, str | None], Coroutine[Any, Any, words.Answer]]] = {
    "check": _check,
    "explain": _explain,
    "try": _try,
}
