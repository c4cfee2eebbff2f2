"""The doctor's look at the accounts: whether a password can be had, and the servers let us in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from tuimail import config as settings
from tuimail.cli.finding import Finding, State
from tuimail.cli.opened import Opened
from tuimail.engine.account import Account
from tuimail.mail.errors import TuimailError
from tuimail.paths import Paths
from tuimail.wiring import signing_in
from tuimail.wiring.setup import no_keyring

PATIENCE = 15.0


async def findings(open_: Opened, offline: bool) -> AsyncIterator[Finding]:
    """The keyring; for each account its login, and unless `offline` the way in and the way out.

    Accounts are looked at side by side, and told of in their order.
    """
    missing = await no_keyring()
    yield Finding("keyring", State.NOTE if missing else State.OK, missing or "passwords can be kept in it")
    accounts = zip(open_.config.accounts, open_.engine.accounts, strict=True)
    looks = (_look(given, account, open_.paths, offline) for given, account in accounts)
    for found in await asyncio.gather(*looks):
        for finding in found:
            yield finding


async def _look(given: settings.Account, account: Account, places: Paths, offline: bool) -> list[Finding]:
    found = [await _check(f"{given.name} login", partial(_login, given, places))]
    for way, check in (("in", account.source.check), ("out", account.submitter.check)):
        if not offline:
            found.append(await _check(f"{given.name} {way}", check))
    return found


async def _login(given: settings.Account, places: Paths) -> str:
    """Where the password comes from; a command is run by the checks that need it."""
    if given.auth == "none":
        return "none needed"
    if given.token_command or given.password_command:
        return "comes from a command"
    if signing_in.signs_in(given):
        user = await signing_in.Login(given, places).user()
        return f"signed in as {user}" if user else "signed in"
    await signing_in.credential(given, places)
    return "the keyring has the password"


async def _check(about: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return Finding(about, State.OK, await check())
    except TimeoutError:
        return Finding(about, State.WRONG, f"no answer within {PATIENCE:g} s; look at host and port")
    except TuimailError as error:
        return Finding(about, State.WRONG, str(error))
