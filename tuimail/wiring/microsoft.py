"""What an account of the configuration has of Microsoft 365."""

from typing import TYPE_CHECKING

from tuimail import config as settings
from tuimail.mail.after.verdict import Kind

if TYPE_CHECKING:
    from tuimail.backends.graph.http import Credential, Graph

HOSTS = ("outlook.office365.com", "smtp.office365.com", "smtp-mail.outlook.com")
PERSONAL = ("outlook.", "hotmail.", "live.", "msn.com")
"""How the domains of personal accounts begin."""


def graph_of(given: settings.Account, credential: "Credential") -> "Graph | None":
    """The one conversation with Graph that all of the account works with; None where there is none."""
    if given.graph is None:
        return None
    from tuimail.backends.graph.http import Graph
    from tuimail.backends.graph.server import GraphServer

    return Graph(GraphServer(given.graph.url, given.user or given.address), credential)


def kind_of(given: settings.Account) -> Kind:
    """What kind of account it is as far as recall goes: a guess until Exchange is asked."""
    if not _is_microsoft(given):
        return Kind.OTHER
    domain = given.address.rpartition("@")[2].lower()
    if domain.startswith(PERSONAL):
        return Kind.PERSONAL
    return Kind.WORK if given.graph is not None else Kind.UNSIGNED


def _is_microsoft(given: settings.Account) -> bool:
    servers = (given.imap, given.smtp)
    hosts = [server.host.lower() for server in servers if server is not None]
    return given.graph is not None or given.auth == "microsoft" or any(host in HOSTS for host in hosts)
