"""`tuimail account test`: every way in and out, tried without sending."""

import asyncio

from tuimail.cli.exits import NO_PERMISSION, UNAVAILABLE
from tuimail.cli.json_text import json_text
from tuimail.config import Config
from tuimail.engine.setup import Tried
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths
from tuimail.wiring import setup
from tuimail.wiring.accounts import account_of

LOGIN = "login"


def run(config: Config, places: Paths, as_json: bool) -> int:
    """Try all accounts of `config`; 77 where a login failed, 69 where a server did."""
    results = asyncio.run(_all(config, places, tell=not as_json))
    if as_json:
        rows = [
            {"account": name, "what": one.what, "ok": one.good, "line": one.line} for name, one in results
        ]
        print(json_text(rows))
    failed = [one for _, one in results if not one.good]
    if not failed:
        return 0
    return NO_PERMISSION if any(one.question == LOGIN for one in failed) else UNAVAILABLE


async def _all(config: Config, places: Paths, tell: bool) -> list[tuple[str, Tried]]:
    results: list[tuple[str, Tried]] = []
    for given in config.accounts:
        async for one in setup.checks(account_of(given, places), LOGIN):
            results.append((given.name, one))
            if tell:
                print(f"{shown(one)}  ({line(given.name)})", flush=True)
    return results


def shown(one: Tried) -> str:
    """A result in one line."""
    return f"{'ok' if one.good else 'wrong':<6} {one.what:<9} {one.line}"
