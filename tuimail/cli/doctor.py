"""`tuimail doctor`: what is set up, what is wrong, what to do. Never prints a secret."""

import argparse
import asyncio
from collections.abc import AsyncIterator

from tuimail import paths, wiring
from tuimail.cli import doctor_accounts, doctor_changes, doctor_machine, doctor_outbox
from tuimail.cli.finding import Finding, State
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import Opened
from tuimail.cli.parser import Parser
from tuimail.config import Config, load
from tuimail.mail.errors import ConfigError, TuimailError
from tuimail.paths import Paths


def main(args: list[str], config: str | None) -> int:
    """Look at everything, print a line for each thing; 1 when something is wrong."""
    options = _parser().parse_args(args)
    findings = asyncio.run(_all(config, options.offline))
    if options.json:
        print(json_text([finding._asdict() for finding in findings]))
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
    findings = [*doctor_machine.findings(places), *doctor_outbox.of_files(places)]
    findings += doctor_changes.findings(places)
    findings += doctor_outbox.who_sends(places, config)
    try:
        read = load(places.config)
    except ConfigError as error:
        return [Finding("config", State.WRONG, str(error)), *findings]
    findings.insert(0, Finding("config", State.OK, str(places.config)))
    damaged = any(found.about == "outbox" and found.state is State.WRONG for found in findings)
    findings += [finding async for finding in _built(read, places, offline, damaged)]
    return findings


async def _built(config: Config, places: Paths, offline: bool, damaged: bool) -> AsyncIterator[Finding]:
    """What only a built engine can tell: what is in the outbox, and whether the servers let us in.

    A damaged outbox is not opened: that would set it aside, and a look changes nothing.
    """
    try:
        engine = wiring.build(config, places)
    except TuimailError as error:
        yield Finding("folders", State.WRONG, str(error))
        return
    open_ = Opened(engine, places, config)
    try:
        parts = [doctor_outbox.of_rules(open_), doctor_accounts.findings(open_, offline)]
        for part in parts if damaged else (doctor_outbox.of_mail(open_), *parts):
            async for finding in part:
                yield finding
    finally:
        await engine.close()
