"""Mail by Graph: one draft for each message, sent once, and every answer taken for what it says."""

import re

import pytest
from msgspec.structs import replace
from servers.graphing import HASTY, KEN, ME, OUT, Journal, Tokens, graph_at, mail, stand_in
from servers.keeping import item_of

from tuimail.backends.graph.http import at
from tuimail.backends.graph.people import addressed
from tuimail.backends.graph.place import place_of
from tuimail.backends.graph.submitter import GraphSubmitter
from tuimail.backends.graph.tracer import GraphTracer
from tuimail.demo.exchange import Fault
from tuimail.mail.hold.outcome import Accepted, Denied, Refused, Unreachable, Vanished, Withdrawn
from tuimail.mail.hold.trace import Trace

CREATE, SEND = "POST /me/messages", "POST /me/messages/*/send"


@pytest.fixture
def server():
    with stand_in() as running:
        yield running


@pytest.fixture
async def graph(server):
    async with graph_at(server.url) as made:
        yield made


@pytest.fixture
def submitter(graph):
    return GraphSubmitter(graph)


def drafts(server):
    return server.org.mailbox(ME).messages("drafts")


async def test_a_message_leaves_once_and_its_name_is_told_before(server, submitter):
    journal = Journal()
    outcome = await submitter.submit(mail(), journal)
    assert outcome == Accepted("127.0.0.1: 202 Accepted")
    [sent] = server.log.sent
    assert (sent.message_id, sent.recipients) == ("<token@contoso.example>", (KEN,))
    assert sent.wire == mail().wire
    [copy] = server.org.mailbox(ME).messages("sentitems")
    assert journal.remote == copy.immutable
    assert drafts(server) == ()


async def test_a_blind_copy_gets_the_message_and_no_one_is_told(server, submitter):
    await submitter.submit(mail(KEN, OUT), Journal())
    [sent] = server.log.sent
    assert sorted(sent.recipients) == sorted((KEN, OUT))
    [parcel] = server.log.outside
    assert parcel.wire == mail().wire
    assert b"Bcc" not in server.org.mailbox(KEN).messages("inbox")[0].raw


async def test_somebody_in_the_header_who_is_not_to_get_it_keeps_it_from_being_sent(server, submitter):
    letter = mail(KEN, cc=OUT)
    partly = type(letter)(letter.sender, (KEN,), letter.wire, letter.message_id, letter.token)
    outcome = await submitter.submit(partly, Journal())
    assert isinstance(outcome, Refused)
    assert outcome.code >= 500
    assert OUT in outcome.text
    assert server.log.requests == []


async def test_what_was_taken_back_meanwhile_leaves_no_draft_and_is_not_sent(server, submitter):
    assert await submitter.submit(mail(), Journal(go=False)) == Withdrawn()
    assert server.log.sent == []
    assert drafts(server) == ()


async def test_a_name_that_cannot_be_written_down_leaves_no_draft(server, submitter):
    async def full(*told):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await submitter.submit(mail(), full)
    assert (server.log.sent, drafts(server)) == ([], ())


async def test_a_delivery_receipt_is_asked_for_and_mail_goes_without_where_that_is_refused(server, submitter):
    await submitter.submit(mail(receipts=True), Journal())
    assert b"Return-Receipt-To" in server.log.sent[0].wire
    server.faults.add("PATCH /me/messages/*", Fault.answer(400))
    assert isinstance(await submitter.submit(mail(token="other", receipts=True), Journal()), Accepted)
    assert b"Return-Receipt-To" not in server.log.sent[1].wire


async def test_a_handle_of_an_earlier_attempt_is_used_again(server, submitter):
    server.faults.add(SEND, Fault.answer(429))
    journal = Journal()
    assert isinstance(await submitter.submit(mail(), journal), Unreachable)
    outcome = await submitter.submit(mail(handle=journal.remote, again=True), Journal())
    assert isinstance(outcome, Accepted)
    assert server.log.count("POST", "/me/messages") == 1
    assert server.log.sends_of("token") == 1


async def test_a_draft_that_an_earlier_attempt_left_is_found_by_its_message_id(server, submitter):
    server.faults.add(CREATE, Fault.lost())
    assert isinstance(await submitter.submit(mail(), Journal()), Unreachable)
    assert isinstance(await submitter.submit(mail(again=True), Journal()), Accepted)
    assert (server.log.sends_of("token"), drafts(server)) == (1, ())


async def test_a_draft_that_an_earlier_attempt_left_and_somebody_edited_is_not_what_leaves(server, submitter):
    server.faults.add(CREATE, Fault.lost())
    await submitter.submit(mail(), Journal())
    box = server.org.mailbox(ME)
    [left] = box.messages("drafts")
    box.change(
        left,
        raw=left.raw.replace(b"At noon?", b"Never!").replace(b"Subject:", f"Cc: {OUT}\r\nSubject:".encode()),
    )
    assert isinstance(await submitter.submit(mail(again=True), Journal()), Accepted)
    assert [sent.wire for sent in server.log.sent] == [mail().wire]


async def test_an_earlier_draft_that_somebody_added_people_to_is_not_sent(server, submitter):
    server.faults.add(SEND, Fault.answer(429))
    journal = Journal()
    await submitter.submit(mail(), journal)
    box = server.org.mailbox(ME)
    [left] = box.messages("drafts")
    box.change(left, raw=left.raw.replace(b"Subject:", f"Cc: {OUT}\r\nSubject:".encode()))
    came = await submitter.submit(mail(handle=journal.remote, again=True), Journal())
    assert isinstance(came, Refused)
    assert "more recipients" in came.text
    assert server.log.sent == []


@pytest.mark.parametrize(
    "shown",
    [
        f"Ken <{KEN}>, Bo {OUT} {OUT}",
        f"{KEN}, <{OUT}",
        f'"Ken" <{KEN}> {OUT}',
        f"{KEN}\r\nTo: {OUT}",
        f"{KEN}\r\nCc : {OUT}",
        f"{KEN}\r\nCC:\r\n {OUT}",
        f"Team: {KEN}, {OUT};",
        f"{KEN}; {OUT}",
        f"=?utf-8?q?Bo?= <{OUT}>, {KEN}",
        ", ".join([KEN] * 1_000 + [OUT]),
        " " * 1_000 + ", ".join(f"{number}{KEN}" for number in range(9_000)),
    ],
)
async def test_whoever_a_header_may_name_to_another_reader_has_to_be_a_recipient(server, submitter, shown):
    wire = mail().wire.replace(f"To: {KEN}".encode(), f"To: {shown}".encode(), 1)
    came = await submitter.submit(replace(mail(), wire=wire), Journal())
    assert isinstance(came, Refused)
    assert (server.log.sent, drafts(server)) == ([], ())


@pytest.mark.parametrize(
    "shown",
    [f'"{OUT}" <{KEN}>', f"{KEN} ({OUT})", f"Team: {KEN};", f"=?utf-8?q?bo=40other=2Eexample?= <{KEN}>"],
)
async def test_a_name_that_looks_like_an_address_is_only_a_name(server, submitter, shown):
    wire = mail().wire.replace(f"To: {KEN}".encode(), f"To: {shown}".encode(), 1)
    assert isinstance(await submitter.submit(replace(mail(), wire=wire), Journal()), Accepted)
    assert server.log.sent[0].recipients == (KEN,)


async def test_more_people_than_were_meant_in_what_graph_reads_keep_a_message_from_being_sent(
    server, submitter, monkeypatch
):
    monkeypatch.setattr("tuimail.backends.graph.submitter.stranger", lambda _: "")
    wire = mail().wire.replace(f"To: {KEN}".encode(), f"To: {KEN}, {OUT}".encode(), 1)
    journal = Journal()
    came = await submitter.submit(replace(mail(), wire=wire), journal)
    assert isinstance(came, Refused)
    assert "more recipients" in came.text
    assert (server.log.sent, drafts(server), journal.remote) == ([], (), "")


async def test_whoever_stands_in_a_second_to_only_gets_it_all_the_same(server, graph, submitter):
    wire = mail().wire.replace(f"To: {KEN}".encode(), f"To: {KEN}\r\nTo: {OUT}".encode(), 1)
    assert isinstance(await submitter.submit(replace(mail(KEN, OUT), wire=wire), Journal()), Accepted)
    assert sorted(server.log.sent[0].recipients) == sorted((KEN, OUT))
    assert f"Bcc: {OUT}\r\n".encode() in addressed(replace(mail(KEN, OUT), wire=wire))


@pytest.mark.parametrize("status", [200, 201, 204, 207])
async def test_only_a_202_says_that_it_was_taken(server, submitter, status):
    server.faults.add(SEND, Fault.garbage(status=status))
    assert isinstance(await submitter.submit(mail(), Journal()), Vanished)


@pytest.mark.parametrize("body", [b'{"id": ""}', b'{"id": ".."}', b'{"id": "."}', b'{"id": 7}', b"[]"])
async def test_a_draft_without_a_name_is_none_to_be_sent(server, submitter, body):
    server.faults.add(CREATE, Fault.garbage(body, status=201))
    assert isinstance(await submitter.submit(mail(), Journal()), Unreachable)
    assert [request.path for request in server.log.requests] == ["/me/messages"]


@pytest.mark.parametrize("name", ["../..", "a/../b", "x?$filter='", "a'b", "%2e", "é☃", "a#b", "a b\r\nX: y"])
async def test_an_id_stays_one_piece_of_its_path(graph, name):
    assert re.fullmatch(r"/v1\.0/me/messages/[A-Za-z0-9_.%~-]+", at(name))
    if "/" not in name:
        assert await place_of(graph, name) is None


@pytest.mark.parametrize("token", ["é", "a\r\nX-Evil: 1", "a\x00b", "☃" * 10])
async def test_a_token_that_fits_no_header_is_trouble_in_words_and_is_not_told(server, token):
    async with graph_at(server.url, Tokens(token)) as graph:
        came = await GraphSubmitter(graph).submit(mail(), Journal())
    assert isinstance(came, Unreachable | Denied | Vanished)
    assert token not in repr(came)
    assert server.log.sent == []


async def test_a_handle_that_is_gone_is_unsure_and_never_another_draft(server, submitter):
    outcome = await submitter.submit(mail(handle="gone", again=True), Journal())
    assert isinstance(outcome, Vanished)
    assert server.log.count("POST", "/me/messages") == 0


async def test_one_that_left_with_an_earlier_try_is_accepted_and_does_not_leave_again(server, submitter):
    server.org.switch(sends_again=True)
    server.faults.add(SEND, Fault.lost())
    journal = Journal()
    assert isinstance(await submitter.submit(mail(), journal), Vanished)
    assert isinstance(await submitter.submit(mail(handle=journal.remote, again=True), Journal()), Accepted)
    assert server.log.sends_of("token") == 1


async def test_a_draft_that_was_thrown_away_meanwhile_is_refused_not_sent(server, submitter):
    server.faults.add(SEND, Fault.answer(429))
    journal = Journal()
    await submitter.submit(mail(), journal)
    box = server.org.mailbox(ME)
    box.move(box.messages("drafts")[0], "deleteditems")
    came = await submitter.submit(mail(handle=journal.remote, again=True), Journal())
    assert isinstance(came, Refused)
    assert server.log.sent == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.cut(), Unreachable),
        (Fault.lost(), Unreachable),
        (Fault.middle(), Unreachable),
        (Fault.garbage(status=201), Unreachable),
        (Fault.answer(500), Unreachable),
        (Fault.answer(503), Unreachable),
        (Fault.answer(504), Unreachable),
        (Fault.answer(409, "ErrorIrresolvableConflict"), Unreachable),
        (Fault.answer(400, "ErrorMimeContentInvalidBase64String"), Refused),
        (Fault.answer(400, "ErrorInvalidRecipients"), Refused),
        (Fault.answer(403, "ErrorSendAsDenied"), Refused),
        (Fault.answer(403, "ErrorAccessDenied"), Denied),
        (Fault.answer(403, "ErrorInvalidLicense"), Denied),
        (Fault.answer(413, "RequestEntityTooLarge"), Refused),
        (Fault.answer(507, "ErrorQuotaExceeded"), Unreachable),
    ],
)
async def test_before_it_is_sent_nothing_is_unsure(server, submitter, fault, outcome):
    server.faults.add(CREATE, fault)
    came = await submitter.submit(mail(), Journal())
    assert type(came) is outcome
    assert not isinstance(came, Refused) or came.code >= 500
    assert server.log.sent == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.cut(), Vanished),
        (Fault.lost(), Vanished),
        (Fault.middle(), Vanished),
        (Fault.answer(500), Vanished),
        (Fault.answer(503, retry_after=7), Vanished),
        (Fault.answer(504), Vanished),
        (Fault.answer(404, "ErrorItemNotFound"), Vanished),
        (Fault.answer(408, "RequestTimeout"), Vanished),
        (Fault.answer(400, "ErrorInvalidRecipients"), Refused),
        (Fault.answer(403, "ErrorSendAsDenied"), Refused),
        (Fault.answer(403, "ErrorAccessDenied"), Denied),
        (Fault.answer(413, "ErrorMessageSizeExceeded"), Refused),
        (Fault.answer(423, "ErrorMailboxStoreUnavailable"), Unreachable),
    ],
)
async def test_an_answer_to_sending_says_what_it_says_and_no_more(server, submitter, fault, outcome):
    server.faults.add(SEND, fault)
    came = await submitter.submit(mail(), Journal())
    assert type(came) is outcome
    assert not isinstance(came, Refused) or came.code >= 500


@pytest.mark.parametrize(("where", "outcome"), [(CREATE, Unreachable), (SEND, Vanished)])
async def test_an_answer_that_does_not_come_in_time_is_no_answer(server, where, outcome):
    server.faults.add(where, Fault.slow(0.5))
    async with graph_at(server.url, bounds=HASTY) as graph:
        assert isinstance(await GraphSubmitter(graph).submit(mail(), Journal()), outcome)


@pytest.mark.parametrize("where", [CREATE, SEND])
async def test_a_wish_for_fewer_requests_is_granted_to_all_of_the_account(server, graph, submitter, where):
    server.faults.add(where, Fault.answer(429, retry_after=40))
    assert (await submitter.submit(mail(), Journal())).pause == 40
    before = len(server.log.requests)
    came = await submitter.submit(mail(token="other"), Journal())
    assert isinstance(came, Unreachable)
    assert 30 < came.pause <= 40
    assert len(server.log.requests) == before


async def test_before_sending_the_pause_that_a_server_asks_for_is_told(server, submitter):
    server.faults.add(CREATE, Fault.answer(503, retry_after=33))
    came = await submitter.submit(mail(), Journal())
    assert isinstance(came, Unreachable)
    assert came.pause == 33


async def test_a_refused_token_is_replaced_once(server):
    server.org.switch(tokens=("new",))
    tokens = Tokens("old", "new")
    async with graph_at(server.url, tokens) as graph:
        assert isinstance(await GraphSubmitter(graph).submit(mail(), Journal()), Accepted)
    assert tokens.claims == ["", "", ""]


async def test_a_challenge_is_handed_on_to_whoever_signs_in(server):
    server.faults.add(CREATE, Fault.claims("abc="))
    tokens = Tokens()
    async with graph_at(server.url, tokens) as graph:
        assert isinstance(await GraphSubmitter(graph).submit(mail(), Journal()), Accepted)
    assert tokens.claims == ["", "abc=", ""]


async def test_a_token_that_stays_refused_stops_the_account(server):
    server.org.switch(tokens=("other",))
    async with graph_at(server.url) as graph:
        came = await GraphSubmitter(graph).submit(mail(), Journal())
    assert isinstance(came, Denied)
    assert "token" not in came.text.replace("the token", "")


async def test_a_server_that_is_not_there_is_out_of_reach():
    async with graph_at("http://127.0.0.1:9") as graph:
        assert isinstance(await GraphSubmitter(graph).submit(mail(), Journal()), Unreachable)


async def test_the_check_says_who_one_is_there(submitter):
    assert await submitter.check() == f"127.0.0.1 takes mail (signed in as {ME})"


@pytest.mark.parametrize(
    ("fault", "trace"),
    [(Fault.lost(), Trace.SENT), (Fault.cut(), Trace.UNSENT), (Fault.answer(504), Trace.UNSENT)],
)
async def test_what_became_of_a_message_is_told_by_where_it_stands(server, graph, submitter, fault, trace):
    server.faults.add(SEND, fault)
    journal = Journal()
    await submitter.submit(mail(), journal)
    assert await GraphTracer(graph).trace(_item(journal.remote)) is trace


async def test_a_draft_that_somebody_threw_away_is_not_sent_again(server, graph, submitter):
    server.faults.add(SEND, Fault.cut())
    journal = Journal()
    await submitter.submit(mail(), journal)
    box = server.org.mailbox(ME)
    box.move(box.messages("drafts")[0], "deleteditems")
    assert await GraphTracer(graph).trace(_item(journal.remote)) is Trace.UNKNOWN


async def test_nothing_is_known_of_a_message_that_is_nowhere(graph):
    assert await GraphTracer(graph).trace(_item("gone")) is Trace.UNKNOWN
    assert await GraphTracer(graph).trace(_item("")) is Trace.UNKNOWN


async def test_the_draft_of_what_was_taken_back_goes_but_never_a_sent_copy(server, graph, submitter):
    server.faults.add(SEND, Fault.cut())
    journal, sent = Journal(), Journal()
    await submitter.submit(mail(), journal)
    await submitter.submit(mail(token="sent"), sent)
    for remote in (journal.remote, sent.remote, "gone"):
        await GraphTracer(graph).forget(_item(remote))
    assert drafts(server) == ()
    assert len(server.org.mailbox(ME).messages("sentitems")) == 1


def _item(remote):
    return replace(item_of("token", remote), message_id="<token@contoso.example>")
