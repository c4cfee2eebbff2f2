"""Whatever Graph answers, sending, reading and asking end in their own words, and in no other exception."""

import json

import pytest
from servers.graphing import KEN, ME, Journal, graph_at, mail, stand_in
from servers.keeping import item_of

from tuimail.backends.graph.exchange import GraphExchange
from tuimail.backends.graph.keeper import GraphKeeper
from tuimail.backends.graph.source import GraphSource
from tuimail.backends.graph.submitter import GraphSubmitter
from tuimail.backends.graph.tracer import GraphTracer
from tuimail.demo.exchange import Fault
from tuimail.mail.after.recall import Asked, Lost, NotAsked
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Tenant
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.query import parse
from tuimail.mail.hold.outcome import Accepted, Denied, Kept, Refused, Unreachable, Vanished
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import line

ODD = [
    None,
    5,
    "x",
    True,
    [],
    {},
    [5],
    ["x"],
    [None],
    [[]],
    [{}],
    {"a": 1},
    [{"id": 5}],
    [{"emailAddress": 5}],
]
KEYS = (
    "id",
    "value",
    "toRecipients",
    "bccRecipients",
    "isDraft",
    "parentFolderId",
    "internetMessageId",
    "error",
)
BODIES = [
    json.dumps({"id": "x", "value": [{"id": "y", "isDraft": True}], key: odd}) for key in KEYS for odd in ODD
]
BODIES += [json.dumps(odd) for odd in ODD] + [
    '{"id": "\\u001b[2J\\u202e"}',
    "[" * 50_000,
    "\x00",
    '{"id": 1e999}',
]
OUTCOMES = Accepted | Denied | Kept | Refused | Unreachable | Vanished
SENT = SentMail("work", "<token@contoso.example>", line("Q3"), 0, Address(ME), (Address(KEN),), handle="h")


class Babble:
    """In place of the stand-in's faults: every request is answered so."""

    def __init__(self, body):
        self._fault = Fault.garbage(body.encode("utf-8", "surrogatepass"), status=200)

    def spring(self, method, path):
        return self._fault


@pytest.fixture(scope="module")
def server():
    with stand_in() as running:
        yield running


@pytest.mark.parametrize("start", range(8))
async def test_no_answer_of_any_kind_is_an_exception_of_another_kind(server, start):
    for body in BODIES[start::8]:
        server.faults = Babble(body)
        async with graph_at(server.url) as graph:
            for again, handle in ((False, ""), (True, ""), (True, "h")):
                out = await GraphSubmitter(graph).submit(mail(handle=handle, again=again), Journal())
                assert isinstance(out, OUTCOMES)
                assert not isinstance(out, Accepted) or handle
            kept = await GraphKeeper(graph, lambda: 0.0).hand_over(mail(), 3_600.0, Journal())
            assert isinstance(kept, OUTCOMES)
            exchange = GraphExchange(graph)
            assert isinstance(await exchange.recall("h"), Asked | NotAsked | Lost)
            item = item_of("token", "h")
            for ask in (
                exchange.tenant(),
                exchange.tips([KEN]),
                exchange.find_sent(SENT),
                GraphTracer(graph).trace(item),
                GraphKeeper(graph).whereabouts("h"),
                GraphKeeper(graph).unsend("h"),
                GraphSubmitter(graph).check(),
            ):
                try:
                    came = await ask
                except MailboxError as error:
                    assert str(error).isprintable(), body
                else:
                    assert came is not None
                    assert not isinstance(came, Tenant) or came.domains == ()


async def walked(stretches):
    return [one async for one in stretches]


@pytest.mark.parametrize("start", range(8))
async def test_no_mailbox_of_any_kind_is_an_exception_of_another_kind(server, start):
    for body in BODIES[start::8]:
        server.faults = Babble(body)
        async with graph_at(server.url) as graph:
            source = GraphSource("work", graph)
            for ask in (
                source.folders(),
                source.create("A/B"),
                source.look("INBOX", None),
                walked(source.stretches("INBOX")),
                source.newest("INBOX", 5),
                source.envelopes("INBOX", ["x"]),
                source.body("INBOX", "x"),
                source.bodies("INBOX", ["x"]),
                source.message_ids("INBOX", ["x"]),
                source.find("INBOX", "Message-ID", "<x@y>"),
                source.find("INBOX", "X-Tuimail-Token", "x"),
                source.search("INBOX", parse("x")),
                source.flag("INBOX", ["x"], frozenset({"\\Seen"}), frozenset()),
                source.move("INBOX", ["x"], "Archive"),
                source.erase("INBOX", ["x"]),
                source.append("Drafts", mail().wire, frozenset()),
                source.check(),
            ):
                try:
                    await ask
                except MailboxError as error:
                    assert str(error).isprintable(), body
