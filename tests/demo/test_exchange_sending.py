from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from graph_client import AIKO, KEN, MIKA, OUTSIDER, SALES, letter

from tuimail.demo.exchange import Colleague

ONE = "<one@contoso.example>"


def deferred_to(graph, name, when):
    text = f"{datetime.fromtimestamp(when, UTC):%Y-%m-%dT%H:%M:%SZ}"
    given = {"singleValueExtendedProperties": [{"id": "SystemTime 0x3FEF", "value": text}]}
    return graph.ask("PATCH", f"/me/messages/{name}", given)


def test_a_draft_that_was_sent_stands_in_sent_items_under_its_immutable_id(graph, exchange):
    name = graph.draft(letter()).json["id"]
    assert graph.post(f"/me/messages/{name}/send").body == b""
    told = graph.get(f"/me/mailFolders/sentitems/messages/{name}").json
    assert (told["isDraft"], told["internetMessageId"]) == (False, ONE)
    assert [one.folder for one in exchange.org.mailbox(AIKO).holds(ONE)] == ["sentitems"]


def test_transport_takes_its_time_when_it_is_told_to(graph, exchange, clock):
    exchange.org.switch(transport_seconds=30)
    name = graph.send(letter())
    assert graph.get(f"/me/messages/{name}").json["isDraft"]
    clock.now += 31
    assert not graph.get(f"/me/messages/{name}").json["isDraft"]
    assert exchange.log.sends(ONE) == 1


def test_colleagues_get_it_in_their_mailbox_and_outsiders_through_the_door(graph, exchange):
    graph.send(letter(f"{KEN}, {SALES}", more=f"Bcc: {MIKA}\r\nX-Tuimail-Token: abc\r\n"))
    assert [len(exchange.org.mailbox(one).holds(ONE)) for one in (KEN, MIKA)] == [1, 1]
    assert [parcel.spec for parcel in exchange.log.outside] == [OUTSIDER]
    assert b"Bcc" not in exchange.org.mailbox(KEN).holds(ONE)[0].raw
    assert exchange.log.sent[0].recipients == (KEN, SALES, MIKA)
    assert (exchange.log.sends(ONE), exchange.log.sends_of("abc")) == (1, 1)


def test_a_message_leaves_once(graph, exchange):
    name = graph.send(letter())
    assert graph.post(f"/me/messages/{name}/send").status == 404
    assert exchange.log.sends(ONE) == 1
    exchange.org.switch(sends_again=True)
    assert graph.post(f"/me/messages/{name}/send").status == 202
    assert exchange.log.sends(ONE) == 2


def test_a_second_send_before_transport_came_sends_nothing_more(graph, exchange, clock):
    exchange.org.switch(transport_seconds=30)
    name = graph.send(letter())
    graph.post(f"/me/messages/{name}/send")
    clock.now += 31
    exchange.org.run()
    assert exchange.log.sends(ONE) == 1


def test_a_deferred_message_waits_in_drafts(graph, exchange, clock):
    name = graph.draft(letter()).json["id"]
    deferred_to(graph, name, clock.now + 3600)
    assert graph.post(f"/me/messages/{name}/send").status == 202
    told = graph.get(f"/me/messages/{name}").json
    assert told["isDraft"]
    assert told["parentFolderId"] == graph.get("/me/mailFolders/drafts").json["id"]
    clock.now += 3601
    exchange.org.run()
    assert exchange.log.sends(ONE) == 1


def test_a_time_that_is_over_defers_nothing(graph, exchange, clock):
    name = graph.draft(letter()).json["id"]
    deferred_to(graph, name, clock.now - 1)
    graph.post(f"/me/messages/{name}/send")
    assert exchange.log.sends(ONE) == 1


def test_a_deferred_message_that_was_deleted_never_leaves(graph, exchange, clock):
    name = graph.draft(letter()).json["id"]
    deferred_to(graph, name, clock.now + 60)
    graph.post(f"/me/messages/{name}/send")
    assert graph.ask("DELETE", f"/me/messages/{name}").status == 204
    clock.now += 61
    exchange.org.run()
    assert exchange.log.sent == []


def test_a_deferred_message_may_get_another_time(graph, exchange, clock):
    name = graph.draft(letter()).json["id"]
    deferred_to(graph, name, clock.now + 60)
    graph.post(f"/me/messages/{name}/send")
    deferred_to(graph, name, clock.now + 600)
    clock.now += 61
    exchange.org.run()
    assert exchange.log.sent == []
    deferred_to(graph, name, 0)
    assert exchange.log.sends(ONE) == 1
    clock.now += 600
    exchange.org.run()
    assert exchange.log.sends(ONE) == 1


def test_an_organisation_may_let_nobody_at_deferred_mail(graph, exchange, clock):
    exchange.org.switch(keeps_deferred=True)
    name = graph.draft(letter()).json["id"]
    deferred_to(graph, name, clock.now + 60)
    graph.post(f"/me/messages/{name}/send")
    assert graph.ask("DELETE", f"/me/messages/{name}").code == "ErrorAccessDenied"
    assert deferred_to(graph, name, 0).status == 403


def test_mail_to_nobody_and_mail_of_somebody_else_are_refused(graph):
    nobody = graph.draft(letter().replace(b"To: ken@contoso.example\r\n", b"")).json["id"]
    assert graph.post(f"/me/messages/{nobody}/send").code == "ErrorInvalidRecipients"
    another = graph.draft(letter().replace(b"Aiko <aiko", b"Ken <ken")).json["id"]
    assert graph.post(f"/me/messages/{another}/send").code == "ErrorSendAsDenied"


def test_send_mail_in_one_step_gives_no_id(graph, exchange):
    to = [{"emailAddress": {"address": KEN}}]
    given = {"message": {"subject": "Hi", "body": {"content": "Hi"}, "toRecipients": to}}
    answer = graph.post("/me/sendMail", given)
    assert (answer.status, answer.body) == (202, b"")
    assert exchange.log.sent[0].recipients == (KEN,)


def test_a_message_id_may_be_replaced_on_the_way(graph, exchange):
    exchange.org.switch(replaces_ids=True)
    name = graph.send(letter())
    mail = message_from_bytes(graph.get(f"/me/messages/{name}/$value").body)
    assert mail["X-Microsoft-Original-Message-ID"] == ONE
    assert mail["Message-ID"] != ONE


def test_somebody_out_of_office_answers_by_themselves(graph, exchange):
    exchange.org.people(Colleague("Ken", KEN, away="月曜日に戻ります。"))
    graph.send(letter())
    (reply,) = exchange.org.mailbox(AIKO).messages("inbox")
    assert message_from_bytes(reply.raw)["In-Reply-To"] == ONE


@pytest.mark.parametrize("person", [Colleague("Ken", KEN, full=True), Colleague("Ken", KEN, restricted=True)])
def test_what_cannot_be_delivered_is_reported(graph, exchange, person):
    exchange.org.people(person)
    graph.send(letter(f"{KEN}, nobody@contoso.example"))
    reports = exchange.org.mailbox(AIKO).messages("inbox")
    expand = "$expand=singleValueExtendedProperties($filter=id eq 'String 0x001A')"
    for report in reports:
        (told,) = graph.get(f"/me/messages/{report.ordinary}?{expand}").json["singleValueExtendedProperties"]
        assert told["value"] == "REPORT.IPM.Note.NDR"
    assert len(reports) == 2


def test_a_read_receipt_comes_when_somebody_reads(graph, exchange):
    graph.send(letter(more=f"Disposition-Notification-To: Aiko <{AIKO}>\r\n"))
    assert exchange.org.mailbox(AIKO).messages("inbox") == ()
    assert exchange.org.read(KEN, ONE)
    (receipt,) = exchange.org.mailbox(AIKO).messages("inbox")
    parts = [part.get_content_type() for part in message_from_bytes(receipt.raw).walk()]
    assert "message/disposition-notification" in parts
    assert exchange.org.mailbox(KEN).holds(ONE)[0].read


def test_a_delivery_receipt_comes_when_it_was_asked_for(graph, exchange):
    name = graph.draft(letter()).json["id"]
    graph.ask("PATCH", f"/me/messages/{name}", {"isDeliveryReceiptRequested": True})
    graph.post(f"/me/messages/{name}/send")
    (report,) = exchange.org.mailbox(AIKO).messages("inbox")
    assert b"Action: delivered" in report.raw
