"""How the accounts of a configuration log in: a password, a token that a command prints, or a sign-in.

show(Prompt)    is called on the loop with the address to open in a browser, and the code to type there
GRAPH, MAIL     what a token is for; passwords and token commands know no difference
"""

import shlex
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tuimail import config as settings
from tuimail.mail.after.kind import Kind
from tuimail.mail.errors import ConfigError, OpenError
from tuimail.mail.hold.stop import SIGN_IN_AGAIN
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths

if TYPE_CHECKING:
    from tuimail.backends.oauth.grant import Prompt, Provider, Show
    from tuimail.backends.oauth.sign_in import SignIn

GRAPH, MAIL = "graph", "mail"
WANTED = "TUIMAIL_TOKEN_FOR"
"""Tells a token_command for which of them."""

Asked = Callable[[], Awaitable[str]]
"""Gives a password or a token. Raises SecretError."""


class Login:
    """How one account logs in. Built once for each, so that a token is asked for once.

    `asked` gives a secret that is kept nowhere yet, in the place of all that the configuration says.
    """

    def __init__(self, given: settings.Account, places: Paths, asked: Asked | None = None) -> None:
        self._given, self._places, self._asked = given, places, asked
        self._made: SignIn | None = None

    async def secret(self, resource: str = MAIL, claims: str = "", refused: str = "") -> str:
        """The password or token; `claims` is a server's challenge to the token before, `refused` that token.

        Raises SecretError and LoginError when a person has to act, MailboxError when it can't be had now.
        """
        from tuimail.backends import secrets

        given = self._given
        if self._asked is not None:
            return await self._asked()
        if given.auth == "none":
            return ""
        if not by_token(given):
            return await secrets.password(given.name, given.password_command)
        if given.token_command is not None:
            what, told = f"token_command of {line(given.name)}", {WANTED: resource}
            return await secrets.printed(what, given.token_command, told=told)
        return await self._sign_in.token(resource, claims, refused)

    async def graph_token(self, claims: str = "", refused: str = "") -> str:
        """As `secret`, for Microsoft Graph."""
        return await self.secret(GRAPH, claims, refused)

    async def kind(self) -> Kind:
        """What signing in told of the account: work, personal, or nothing that one knows."""
        if not signs_in(self._given):
            return Kind.OTHER
        from tuimail.backends.oauth.microsoft import PERSONAL

        kept = await self._sign_in.kept()
        if kept is None or not kept.tenant:
            return Kind.OTHER
        return Kind.PERSONAL if kept.tenant == PERSONAL else Kind.WORK

    async def user(self) -> str:
        """Who signed in, empty where that is not told. Raises SecretError when nobody did."""
        from tuimail.backends.oauth.grant import signed_out

        kept = await self._sign_in.kept()
        if kept is None:
            raise signed_out(self._given.name)
        return kept.user

    async def browser(self, show: "Show") -> str:
        """Sign in in a browser of this computer; who did. Cancelling gives up and changes nothing."""
        return await self._sign_in.by_browser(resources(self._given), show)

    async def device(self, show: "Show") -> str:
        """Sign in on another device; who did."""
        return await self._sign_in.by_device(resources(self._given), show)

    async def sign_out(self) -> bool:
        """Forget the sign-in here; whether there was one."""
        return await self._sign_in.forget()

    @property
    def _sign_in(self) -> "SignIn":
        if self._made is None:
            from tuimail.backends.oauth.sign_in import SignIn

            self._made = SignIn(self._given.name, self._places.sign_ins, _provider(self._given))
        return self._made


async def sign_in_browser(
    given: settings.Account, places: Paths, show: "Show", opener: str | None = None
) -> str:
    """Sign in in a browser, which is opened unless `opener` is None (empty: the system's); who did.

    What `show` is given can be opened by hand, also where there is no browser to open. Cancelling gives up.
    Raises LoginError, SecretError, MailboxError; then nothing was changed.
    """
    if opener is None:
        return await Login(given, places).browser(show)
    import asyncio

    opening: list[asyncio.Task[None]] = []

    def show_and_open(prompt: "Prompt") -> None:
        show(prompt)
        opening.append(asyncio.create_task(_open(prompt.url, places, opener)))

    return await Login(given, places).browser(show_and_open)


async def sign_in_device(given: settings.Account, places: Paths, show: "Show") -> str:
    """Sign in on another device, with the code that `show` is given; otherwise as `sign_in_browser`."""
    return await Login(given, places).device(show)


async def sign_out(given: settings.Account, places: Paths) -> bool:
    """Forget the sign-in on this computer; whether there was one. Raises SecretError."""
    return await Login(given, places).sign_out()


async def credential(given: settings.Account, places: Paths, resource: str = MAIL, claims: str = "") -> str:
    """The password or token of an account, once. Raises what `Login.secret` does."""
    return await Login(given, places).secret(resource, claims)


def by_token(given: settings.Account) -> bool:
    """Whether servers are given a token, not a password."""
    return given.auth in ("microsoft", "google")


def signs_in(given: settings.Account) -> bool:
    """Whether somebody signs in to this account with tuimail."""
    return by_token(given) and given.token_command is None


def remedy(given: settings.Account) -> str:
    """What to do when a server refuses the login of this account."""
    if signs_in(given):
        return f"{SIGN_IN_AGAIN}tuimail account sign-in {line(shlex.quote(given.name))}"
    if by_token(given):
        return "look at token_command"
    return "look at user and password"


def resources(given: settings.Account) -> tuple[str, ...]:
    """What the account needs tokens for."""
    if given.auth == "google":
        return (MAIL,)
    mail = any((given.imap, given.smtp, given.jmap))
    return (*((GRAPH,) if given.graph else ()), *((MAIL,) if mail or not given.graph else ()))


async def _open(url: str, places: Paths, opener: str) -> None:
    from contextlib import suppress

    from tuimail.backends.opener import SystemOpener

    with suppress(OpenError):
        await SystemOpener(places.opened, opener).link(url)


def _provider(given: settings.Account) -> "Provider":
    """Raises ConfigError for a client file that can't be read."""
    if not signs_in(given):
        raise ConfigError(
            f"{line(given.name)} has no sign-in; that is for auth microsoft or google without a token_command"
        )
    user = given.user or given.address
    if given.auth == "google":
        from tuimail.backends.oauth.google import Google, client_of

        return Google(given.name, client_of(given.oauth.client_file or ""), user)
    from tuimail.backends.oauth.microsoft import Client, Microsoft

    graph = given.graph.url if given.graph else "https://graph.microsoft.com"
    oauth = given.oauth
    return Microsoft(given.name, Client(oauth.client_id, oauth.tenant, oauth.authority, graph, user))
