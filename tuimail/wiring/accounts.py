"""An account of the configuration, with its real ways in and out."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tuimail import config as settings
from tuimail.engine.account import Account
from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.address import Address, ascii_domain
from tuimail.mail.letter.identity import Identity
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths
from tuimail.ports import Keeper, MailSource, Submitter
from tuimail.wiring.microsoft import by_graph, exchange_of, graph_of, keeper_of, kind_of, tracer_of
from tuimail.wiring.signing_in import Asked, Login, by_token, remedy

if TYPE_CHECKING:
    from tuimail.backends.graph.http import Graph

FILES_ITS_OWN = ("smtp.gmail.com", "smtp.office365.com", "smtp-mail.outlook.com")
"""Servers that put a copy of what they send in Sent by themselves."""


def _identity(account: settings.Account, given: settings.Identity) -> Identity:
    name = account.display_name if given.display_name is None else given.display_name
    return Identity(account.name, Address(given.address, name), _signature(given))


def _signature(given: settings.Account | settings.Identity) -> str:
    """The text of a signature. Raises ConfigError for a file that can't be read."""
    if given.signature_file is None:
        return given.signature
    try:
        return Path(given.signature_file).expanduser().read_text("utf-8", "replace").strip("\n")
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"signature_file {line(given.signature_file)} can't be read: {reason}") from None


def account_of(
    given: settings.Account, places: Paths, asked: Asked | None = None, recall: bool = True
) -> Account:
    """The account with its servers; its secret comes from `asked`, else from where the configuration says.

    `recall` says whether delivered mail may be asked for.
    """
    login = Login(given, places, asked)
    graph = graph_of(given, login.graph_token)
    submitter = _submitter(given, login) if graph is None else by_graph(graph)
    return Account(
        name=given.name,
        address=Address(given.address, given.display_name),
        source=_source(given, graph, login),
        submitter=submitter,
        signature=_signature(given),
        aliases=tuple(_identity(given, one) for one in given.identities),
        files_sent=graph is None and not _files_its_own(given),
        keeps_bodies=given.maildir is None,
        domains=tuple(ascii_domain(each).lower() for each in given.internal_domains),
        keeper=_keeper(given, graph, submitter, login),
        tracer=tracer_of(graph) if graph else None,
        exchange=exchange_of(graph, login.kind) if graph and recall else None,
        kind=kind_of(given),
    )


def _files_its_own(given: settings.Account) -> bool:
    return given.smtp is not None and given.smtp.host.lower() in FILES_ITS_OWN


def _source(given: settings.Account, graph: "Graph | None", login: Login) -> MailSource:
    if given.imap is None and given.maildir is None and graph is not None:
        from tuimail.backends.graph.source import GraphSource

        return GraphSource(given.name, graph)
    if given.imap is None:
        from tuimail.backends.maildir.source import MaildirSource

        return MaildirSource(given.maildir or "", given.name)
    from tuimail.backends.imap.server import ImapServer
    from tuimail.backends.imap.source import ImapSource

    imap = given.imap
    auth: Literal["password", "token"] = "token" if by_token(given) else "password"
    server = ImapServer(imap.host, imap.port, _user(given), imap.security, auth, remedy(given))
    return ImapSource(given.name, server, login.secret)


def _submitter(given: settings.Account, login: Login) -> Submitter:
    from tuimail.backends.smtp.server import Server
    from tuimail.backends.smtp.submitter import SmtpSubmitter

    assert given.smtp is not None
    smtp = given.smtp
    auth: Literal["token", "password", "none"] = "token" if by_token(given) else "password"
    auth = "none" if given.auth == "none" else auth
    way_back = remedy(given) if by_token(given) else ""
    server = Server(smtp.host, smtp.port, smtp.security, _user(given), auth, remedy=way_back)
    return SmtpSubmitter(server, login.secret)


def _keeper(
    given: settings.Account, graph: "Graph | None", submitter: Submitter, login: Login
) -> Keeper | None:
    """Who keeps scheduled mail: JMAP where it is given, else the server that takes mail, if it can."""
    if given.jmap is None:
        return keeper_of(graph) if graph else _smtp_keeper(submitter)
    from tuimail.backends.jmap.keeper import JmapKeeper
    from tuimail.backends.jmap.server import JmapServer

    has_token = given.jmap.token_command is not None or by_token(given)
    server = JmapServer(given.jmap.url, _user(given), "token" if has_token else "password")
    return JmapKeeper(server, partial(_jmap_credential, given, login, given.jmap.token_command))


def _smtp_keeper(submitter: Submitter) -> Keeper | None:
    from tuimail.backends.smtp.release import SmtpKeeper
    from tuimail.backends.smtp.submitter import SmtpSubmitter

    return SmtpKeeper(submitter) if isinstance(submitter, SmtpSubmitter) else None


async def _jmap_credential(given: settings.Account, login: Login, token_command: str | None) -> str:
    from tuimail.backends import secrets

    if token_command is None:
        return await login.secret()
    return await secrets.printed(f"jmap.token_command of {line(given.name)}", token_command)


def _user(given: settings.Account) -> str:
    return given.user or given.address
