"""What an account of the configuration has of Microsoft 365."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tuimail import config as settings
from tuimail.mail.after.kind import Kind
from tuimail.ports import Exchange, Keeper, Submitter, Tracer
from tuimail.wiring.signing_in import remedy

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

    user, way_back = given.user or given.address, remedy(given)
    return Graph(GraphServer(given.graph.url, user, remedy=way_back), credential)


def by_graph(graph: "Graph") -> Submitter:
    """The way out, also where `smtp` is given: recall needs the copy that Graph leaves in Sent Items."""
    from tuimail.backends.graph.submitter import GraphSubmitter

    return GraphSubmitter(graph)


def keeper_of(graph: "Graph") -> Keeper:
    from tuimail.backends.graph.keeper import GraphKeeper

    return GraphKeeper(graph)


def tracer_of(graph: "Graph") -> Tracer:
    from tuimail.backends.graph.tracer import GraphTracer

    return GraphTracer(graph)


def exchange_of(graph: "Graph", kind: Callable[[], Awaitable[Kind]]) -> Exchange:
    """`kind` is what signing in told."""
    from tuimail.backends.graph.exchange import GraphExchange

    return GraphExchange(graph, kind)


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
