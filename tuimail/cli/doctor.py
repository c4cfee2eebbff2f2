"""`tuimail doctor`: what is set up, what is wrong, what to do. Never prints a secret."""

import argparse
import asyncio
import json
import platform
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from tuimail import paths, wiring
from tuimail.cli.parser import Parser
from tuimail.config import Account, Config, load
from tuimail.mail.errors import ConfigError, TuimailError
from tuimail.paths import Paths

GOOD_PYTHON = (3, 11, 10)
PATIENCE = 15.0


class State(StrEnum):
    """How a finding stands. Only `WRONG` makes the exit code 1."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Finding(NamedTuple):
    """One line of the report."""

    about: str
    state: State
    line: str


def main(args: list[str], config: str | None) -> int:
    """Look at everything, print a line for each thing; 1 when something is wrong."""
    options = _parser().parse_args(args)
    findings = asyncio.run(_all(config, options.offline))
    if options.json:
        print(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for about, state, line in findings:
            print(f"{state:<6} {about:<12} {line}")
    return 1 if any(finding.state is State.WRONG for finding in findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail doctor", description="What is set up, what is wrong, what to do.")
    parser.add_argument("--offline", action="store_true", help="leave the network alone")
    parser.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    return parser


async def _all(config: str | None, offline: bool) -> list[Finding]:
    places = paths.find(config)
    findings = [_python(), *_permissions(places), _outbox(places), _sender(places)]
    try:
        read = load(places.config)
    except ConfigError as error:
        return [Finding("config", State.WRONG, str(error)), *findings]
    findings[:0] = [Finding("config", State.OK, str(places.config)), _rules(read, places)]
    findings += [finding async for finding in _engine(read, places, offline)]
    return findings


def _rules(config: Config, places: Paths) -> Finding:
    try:
        count = len(wiring.house_rules(config, places).book.read())
    except ConfigError as error:
        return Finding("rules", State.WRONG, f"{error}; what you send is paused")
    return Finding("rules", State.OK, f"{count} rule{'' if count == 1 else 's'}" if count else "none")


def _python() -> Finding:
    if sys.version_info[:3] < GOOD_PYTHON:
        wanted = ".".join(map(str, GOOD_PYTHON))
        return Finding(
            "python",
            State.NOTE,
            f"{platform.python_version()} works; {wanted} or newer mends faults in its mail library",
        )
    return Finding("python", State.OK, platform.python_version())


def _permissions(places: Paths) -> Iterator[Finding]:
    looked_at = (places.config, places.data, places.cache, places.outbox, places.mail_cache)
    exposed = [warning for path in looked_at if (warning := paths.exposed(path))]
    yield from (Finding("permissions", State.NOTE, warning) for warning in exposed)
    if not exposed:
        yield Finding("permissions", State.OK, "nobody else on this computer can read your mail")


def _outbox(places: Paths) -> Finding:
    if not places.outbox.exists():
        return Finding("outbox", State.OK, "empty, nothing was queued yet")
    damage = wiring.damage(places)
    return (
        Finding("outbox", State.WRONG, damage) if damage else Finding("outbox", State.OK, str(places.outbox))
    )


def _sender(places: Paths) -> Finding:
    holder = wiring.who_sends(places)
    return Finding(
        "sender",
        State.OK,
        f"{holder} sends" if holder else "nobody sends now; mail leaves when tuimail or its agent runs",
    )


async def _engine(config: Config, places: Paths, offline: bool) -> AsyncIterator[Finding]:
    """What only a built engine can tell: what is in the outbox, and whether the servers let us in."""
    try:
        engine = wiring.build(config, places)
    except TuimailError as error:
        yield Finding("folders", State.WRONG, str(error))
        return
    try:
        for given, account in zip(config.accounts, engine.accounts, strict=True):
            yield await _check(f"{given.name} login", partial(_login, given))
            for way, check in (("in", account.source.check), ("out", account.submitter.check)):
                if not offline:
                    yield await _check(f"{given.name} {way}", check)
    finally:
        await engine.close()


async def _login(given: Account) -> str:
    """Where the password comes from; a command is run by the checks that need it."""
    if given.auth == "none":
        return "none needed"
    if given.token_command or given.password_command:
        return "comes from a command"
    await wiring.credential(given)
    return "the keyring has the password"


async def _check(about: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(about, State.OK, await asyncio.wait_for(check(), PATIENCE))
    except TimeoutError:
        return Finding(about, State.WRONG, f"no answer within {PATIENCE:g} s; look at host and port")
    except TuimailError as error:
        return Finding(about, State.WRONG, str(error))
