"""What an organisation tells of itself and of recipients, and what is made of asking for delivered copies."""

import json

import pytest
from msgspec.structs import replace
from servers.graphing import HASTY, KEN, LIST, ME, OUT, Journal, graph_at, mail, stand_in

from tuimail.backends.graph import tips
from tuimail.backends.graph.exchange import GraphExchange
from tuimail.backends.graph.submitter import GraphSubmitter
from tuimail.demo.exchange import Colleague, Fault, Group
from tuimail.demo.exchange.errors import Trouble
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.recall import Asked, Lost, NotAsked
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.tip import Scope
from tuimail.mail.after.verdict import Tenant
from tuimail.mail.errors import LoginError, MailboxError, SecretError
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import line

RECALL = "POST /me/mailFolders/sentitems/messages/*/recall"
TIPS = "POST /me/getMailTips"


@pytest.fixture
def server():
    with stand_in() as running:
        yield running


@pytest.fixture
async def graph(server):
    async with graph_at(server.url) as made:
        yield made


@pytest.fixture
def exchange(graph):
    return GraphExchange(graph)


async def sent(graph, **changes):
    journal = Journal()
    await GraphSubmitter(graph).submit(mail(**changes), journal)
    return journal.remote


def sent_mail(handle="", message_id="<token@contoso.example>"):
    return SentMail("work", message_id, line("lunch"), 0, Address(ME), (Address(KEN),), handle=handle)


async def test_an_organisation_names_the_domains_that_take_mail(exchange):
    assert await exchange.tenant() == Tenant(Kind.WORK, ("contoso.example",))


async def test_it_is_asked_once_a_day(server, graph):
    now = [0.0]
    exchange = GraphExchange(graph, now=lambda: now[0])
    await exchange.tenant()
    await exchange.tenant()
    assert server.log.count("GET", "/organization") == 1
    now[0] = 90_000.0
    await exchange.tenant()
    assert server.log.count("GET", "/organization") == 2


async def test_a_personal_account_has_no_organisation(server, exchange):
    server.org.switch(personal=True)
    assert (await exchange.tenant()).kind is Kind.PERSONAL


async def test_a_personal_account_is_known_by_its_sign_in(server, graph):
    async def kind():
        return Kind.PERSONAL

    assert (await GraphExchange(graph, kind).tenant()).kind is Kind.PERSONAL
    assert server.log.requests == []


async def test_a_mailbox_on_premises_is_told_by_the_code(server, exchange):
    server.org.switch(on_premises=True)
    assert (await exchange.tenant()).kind is Kind.ON_PREMISES


@pytest.mark.parametrize(
    "fault", [Fault.answer(403, "Authorization_RequestDenied"), Fault.garbage(b'{"value": 7}')]
)
async def test_an_organisation_that_cannot_be_asked_is_not_guessed(server, exchange, fault):
    server.faults.add("GET /organization", fault)
    with pytest.raises(MailboxError):
        await exchange.tenant()
    assert (await exchange.tenant()).kind is Kind.WORK


async def test_tips_come_in_the_order_asked_and_say_where_each_one_is(server, exchange):
    server.org.people(
        Colleague("Ken", KEN, away="<p>Back on <b>Monday</b></p>", full=True, moderated=True),
        Group("All", LIST, (ME, OUT)),
    )
    found = await exchange.tips([OUT, KEN, LIST, "nobody@contoso.example"])
    assert [tip.spec for tip in found] == [OUT, KEN, LIST, "nobody@contoso.example"]
    assert [tip.scope for tip in found] == [Scope.EXTERNAL, Scope.INTERNAL, Scope.INTERNAL, Scope.UNKNOWN]
    assert (found[1].away, found[1].full, found[1].moderated) == ("Back on Monday", True, True)
    assert (found[2].members, found[2].outsiders) == (2, 1)
    assert "not found" in found[3].trouble


async def test_each_address_may_have_trouble_of_its_own(server, exchange):
    server.org.people(Colleague("Ken", KEN, trouble=Trouble("ErrorNo", "can't\x1b[31m tell")))
    away, fine = await exchange.tips([KEN, ME])
    assert "\x1b" not in away.trouble
    assert away.trouble
    assert (fine.scope, fine.trouble) == (Scope.INTERNAL, "")


async def test_many_are_asked_about_in_batches_and_not_beyond_what_exchange_looks_at(server, exchange):
    found = await exchange.tips([f"p{number}@other.example" for number in range(230)])
    assert server.log.count("POST", "/getMailTips") == 4
    assert [tip.scope for tip in found] == [Scope.EXTERNAL] * 200 + [Scope.UNKNOWN] * 30
    assert found[200].trouble == tips.TOO_MANY


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ("internal", Scope.INTERNAL),
        ("external", Scope.EXTERNAL),
        ("external, externalNonPartner", Scope.EXTERNAL),
        ("externalNonParther", Scope.EXTERNAL),
        ("internal, external", Scope.EXTERNAL),
        ("none", Scope.UNKNOWN),
        ("", Scope.UNKNOWN),
        (None, Scope.UNKNOWN),
        (7, Scope.UNKNOWN),
    ],
)
def test_scopes_are_flags(said, scope):
    assert tips.scope(said) is scope


@pytest.mark.parametrize("body", [{}, {"value": 3}, {"value": [None, {}, {"emailAddress": []}]}])
async def test_tips_that_make_no_sense_say_nothing(server, exchange, body):
    server.faults.add(TIPS, Fault.garbage(json.dumps(body).encode()))
    [tip] = await exchange.tips([KEN])
    assert (tip.spec, tip.scope, tip.trouble) == (KEN, Scope.UNKNOWN, tips.NOTHING)


async def test_the_copy_in_sent_items_is_found_by_its_handle_else_by_its_message_id(graph, exchange):
    handle = await sent(graph)
    assert await exchange.find_sent(sent_mail(handle)) == handle
    assert await exchange.find_sent(sent_mail("gone")) == handle
    assert await exchange.find_sent(sent_mail()) == handle
    assert await exchange.find_sent(sent_mail(message_id="<other@contoso.example>")) == ""


async def test_a_copy_that_was_moved_is_no_copy_in_sent_items(server, graph, exchange):
    handle = await sent(graph)
    box = server.org.mailbox(ME)
    box.move(box.get(handle), "archive")
    assert await exchange.find_sent(sent_mail(handle)) == ""


async def test_a_request_that_was_taken_says_so_in_the_servers_words(server, graph, exchange):
    outcome = await exchange.recall(await sent(graph))
    assert isinstance(outcome, Asked)
    assert outcome.request == f"<{server.log.recalls[0].request}>"
    assert "Successfully submitted" in outcome.text


@pytest.mark.parametrize(
    ("body", "request_id"),
    [
        (b"", ""),
        (b'"Successfully submitted, MessageId is A.B@c."', "<A.B@c>"),
        (b'{"value": "Successfully submitted, MessageId is A.B@c"}', "<A.B@c>"),
        (b"{ MessageId is A.B@c. }", "<A.B@c>"),
        (b"\xff\x1b[31m", ""),
    ],
)
async def test_a_202_is_a_202_whatever_its_body(server, graph, exchange, body, request_id):
    handle = await sent(graph)
    server.faults.add(RECALL, Fault.garbage(body, 202))
    outcome = await exchange.recall(handle)
    assert isinstance(outcome, Asked)
    assert outcome.request == request_id
    assert "\x1b" not in outcome.text


async def test_an_id_of_the_other_kind_is_tried_once_after_a_definite_no(server, graph, exchange):
    server.org.switch(recall_immutable=False)
    assert isinstance(await exchange.recall(await sent(graph)), Asked)
    assert len(server.log.recalls) == 1
    assert server.log.count("POST", "/recall") == 2


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.answer(429, retry_after=9), NotAsked),
        (Fault.answer(403, "ErrorAccessDenied"), NotAsked),
        (Fault.answer(404, "ErrorItemNotFound"), NotAsked),
        (Fault.cut(), Lost),
        (Fault.lost(), Lost),
        (Fault.middle(), Lost),
        (Fault.answer(500), Lost),
        (Fault.answer(503, retry_after=1), Lost),
        (Fault.garbage(b"", 200), Lost),
    ],
)
async def test_a_recall_is_never_asked_for_twice(server, graph, exchange, fault, outcome):
    handle = await sent(graph)
    server.faults.add(RECALL, fault)
    assert type(await exchange.recall(handle)) is outcome
    assert server.log.count("POST", "/recall") == 1


async def test_a_request_whose_answer_does_not_come_in_time_is_lost(server, graph):
    handle = await sent(graph)
    server.faults.add(RECALL, Fault.slow(0.5))
    async with graph_at(server.url, bounds=HASTY) as hasty:
        assert type(await GraphExchange(hasty).recall(handle)) is Lost


async def test_a_second_400_is_a_no(server, graph, exchange):
    handle = await sent(graph)
    server.faults.add(RECALL, Fault.answer(400, "ErrorInvalidIdMalformed"), times=2)
    outcome = await exchange.recall(handle)
    assert isinstance(outcome, NotAsked)
    assert outcome.code == 400


async def test_without_a_network_nothing_was_asked():
    async with graph_at("http://127.0.0.1:9") as graph:
        assert type(await GraphExchange(graph).recall("x")) is NotAsked


async def test_without_a_token_nothing_was_asked(server, graph, exchange):
    handle = await sent(graph)
    server.org.switch(tokens=("other",))
    outcome = await exchange.recall(handle)
    assert isinstance(outcome, NotAsked)
    assert outcome.code == 401
    assert replace(outcome, text="") == NotAsked(401, "")


async def test_who_is_not_signed_in_is_told_so(graph):
    async def kind():
        raise SecretError("work is not signed in")

    with pytest.raises(LoginError, match="not signed in"):
        await GraphExchange(graph, kind).tenant()
