"""What making an account needs of this computer: its network, its keyring, its configuration."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec

from tuimail import config as settings
from tuimail.config import writing
from tuimail.engine.account import Account
from tuimail.engine.setup import Setup, Tell, Tried
from tuimail.mail.errors import ConfigError, LoginError, SecretError, TuimailError
from tuimail.mail.letter.safe import line
from tuimail.mail.setup.entry import entry
from tuimail.mail.setup.form import Form, SignIn
from tuimail.mail.setup.setting import Way
from tuimail.paths import Paths

PATIENCE = 25.0
SIGN_IN_PATIENCE = 900.0
"""Seconds for a person who signs in, perhaps on another device."""

WHERE = {Way.PASSWORD: "secret", Way.COMMAND: "command", Way.TOKEN: "command", Way.MICROSOFT: "client_id"}
"""The question whose answer a refused login is about."""


def new_account(paths: Paths, opener: str = "") -> Setup:
    """An account in the making, which ends up in the configuration at `paths`."""
    from tuimail.backends.finding.finder import ServerFinder

    return Setup(ServerFinder(), RealTrial(paths, opener), ConfigShelf(paths))


def given(form: Form) -> settings.Account:
    """The account as the configuration would have it. Raises ConfigError."""
    try:
        return msgspec.convert(entry(form), settings.Account)
    except msgspec.ValidationError as error:
        raise ConfigError(f"the account is not right yet: {line(str(error))}") from None


class RealTrial:
    """engine.setup.Tester on the real servers. `opener` is the command that opens the sign-in page."""

    def __init__(self, paths: Paths, opener: str = "") -> None:
        self._paths, self._opener = paths, opener
        self._signed_in: list[settings.Account] = []

    async def forget(self, but: str = "") -> None:
        from tuimail.wiring.signing_in import sign_out

        left = [account for account in self._signed_in if account.name != but]
        self._signed_in.clear()
        for account in left:
            with suppress(SecretError):
                await sign_out(account, self._paths)

    async def tries(self, form: Form, secret: str, tell: Tell) -> AsyncIterator[Tried]:
        account = given(form)
        where = WHERE.get(Way(form.way), "client_file")
        if form.signs_in:
            signing = partial(self._begun, form, account, tell)
            signed = await tried("sign-in", where, where, signing, SIGN_IN_PATIENCE)
            yield signed
            if not signed.good:
                return
        async for one in checks(self._built(account, form, secret), where, form.by_graph):
            yield one

    def _built(self, account: settings.Account, form: Form, secret: str) -> Account:
        from tuimail.wiring.accounts import account_of

        async def typed() -> str:
            return secret

        return account_of(account, self._paths, typed if form.way == Way.PASSWORD else None)

    async def _begun(self, form: Form, account: settings.Account, tell: Tell) -> str:
        """As `_sign_in`; what an error says of an account that is there already is left out."""
        from tuimail.backends.oauth.grant import again

        try:
            return await self._sign_in(form, account, tell)
        except LoginError as error:
            raise LoginError(str(error).removesuffix(again(account.name)).rstrip("; ")) from error

    async def _sign_in(self, form: Form, account: settings.Account, tell: Tell) -> str:
        from tuimail.backends.oauth.grant import Prompt
        from tuimail.wiring.signing_in import sign_in_browser, sign_in_device

        def show(prompt: Prompt) -> None:
            code = f" and type the code {line(prompt.code)}" if prompt.code else ""
            tell(f"open {line(prompt.url)}{code}")

        if form.sign_in == SignIn.DEVICE and form.way == Way.MICROSOFT:
            user = await sign_in_device(account, self._paths, show)
        else:
            user = await sign_in_browser(account, self._paths, show, self._opener)
        self._signed_in.append(account)
        return f"signed in as {line(user or account.address)}"


async def checks(account: Account, login: str = "", by_graph: bool = False) -> AsyncIterator[Tried]:
    """The ways in and out of an account, tried without sending. `login` is the question of its login."""
    way_in, way_out = ("through", "through") if by_graph else ("imap", "smtp")
    try:
        yield await tried("mail in", way_in, login, account.source.check)
        yield await tried("mail out", way_out, login, account.submitter.check)
    finally:
        await asyncio.gather(account.source.close(), account.submitter.close(), return_exceptions=True)


async def tried(
    what: str,
    question: str,
    login: str,
    check: Callable[[], Awaitable[str]],
    patience: float = PATIENCE,
) -> Tried:
    """What came of one trial; a refused login is about the question `login`, all else about `question`."""
    try:
        async with asyncio.timeout(patience):
            return Tried(what, True, line(await check()))
    except TimeoutError:
        return Tried(what, False, f"no answer within {patience:g} s; look at host and port", question)
    except (LoginError, SecretError) as error:
        return Tried(what, False, str(error), login)
    except TuimailError as error:
        return Tried(what, False, str(error), question)


class ConfigShelf:
    """engine.setup.Shelf: config.toml and the system's keyring."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def names(self) -> Collection[str]:
        return names(self._paths.config)

    async def no_keyring(self) -> str:
        return await no_keyring()

    async def keep(self, form: Form, secret: str) -> None:
        """First the password, so that no account is there without one; it goes again if the file can't be."""
        from tuimail.backends import secrets

        by_keyring = form.way == Way.PASSWORD
        if by_keyring:
            await secrets.store(form.name, secret)
        try:
            await asyncio.to_thread(writing.add, self._paths.config, entry(form))
        except ConfigError:
            if by_keyring:
                await secrets.forget(form.name, secrets.SERVICE)
            raise


async def no_keyring() -> str:
    """Why no password can be kept on this computer; empty when it can."""
    from tuimail.backends import secrets

    return await secrets.missing()


def names(config: Path) -> Collection[str]:
    """The accounts of a configuration; none where there is no file, or none in it. Raises ConfigError."""
    if is_empty(config):
        return ()
    return tuple(account.name for account in settings.load(config).accounts)


def is_empty(config: Path) -> bool:
    """Whether there is no configuration yet, or one that is right but for having no account."""
    from tuimail import toml

    try:
        text = toml.parsed(config, config.read_bytes(), settings.REFUSED)
        return not text.into(settings.Config).accounts
    except FileNotFoundError:
        return True
    except (OSError, ConfigError):
        return False


async def remove(paths: Paths, account: settings.Account) -> None:
    """Take the account's block, password and sign-in. Raises ConfigError, and SecretError once it is out of
    the file but something is left in the keyring.
    """
    from tuimail.backends import secrets
    from tuimail.wiring.signing_in import sign_out, signs_in

    await asyncio.to_thread(writing.remove, paths.config, account.name)
    if account.auth == "password" and account.password_command is None:
        await secrets.forget(account.name, secrets.SERVICE)
    if signs_in(account):
        await sign_out(account, paths)
