import json
import re

import pytest
from graph_client import AIKO, IMMUTABLE, KEN, MIKA, OUTSIDER, SALES, letter

ONE = "<one@contoso.example>"


def left(exchange, spec):
    return len(exchange.org.mailbox(spec).holds(ONE))


def test_202_comes_with_a_body_that_is_no_json_and_names_the_request(graph, exchange):
    answer = graph.recall(graph.send(letter()))
    assert answer.status == 202
    assert answer.headers["Content-Type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)
    (request,) = re.findall(r'MessageId is (\S+?)\.?"', answer.body.decode())
    assert request == exchange.log.recalls[0].request
    assert re.fullmatch(r"[0-9A-Z]{13}\.[0-9A-Z]{13}@\w+", request)


def test_colleagues_lose_their_copies_and_the_sender_keeps_theirs(graph, exchange):
    graph.recall(graph.send(letter(f"{KEN}, {SALES}")))
    assert (left(exchange, KEN), left(exchange, MIKA), left(exchange, AIKO)) == (0, 0, 1)
    assert exchange.log.recalls_of(ONE) == 1
    assert exchange.log.recalls[0].deleted == (KEN, MIKA)


def test_a_copy_that_was_moved_goes_too(graph, exchange):
    name = graph.send(letter())
    box = exchange.org.mailbox(KEN)
    box.move(box.holds(ONE)[0], "archive")
    graph.recall(name)
    assert left(exchange, KEN) == 0


def test_outsiders_keep_theirs_and_get_a_notice(graph, exchange):
    graph.recall(graph.send(letter(OUTSIDER)))
    sent, notice = exchange.log.outside
    assert (sent.spec, notice.spec) == (OUTSIDER, OUTSIDER)
    assert b"Subject: Recall: Prices" in notice.wire
    assert b"X-MS-Exchange-RecallReportGenerated: true" in notice.wire
    assert b'Aiko would like to recall the message, "Prices".' in notice.wire
    assert exchange.log.recalls[0].noticed == (OUTSIDER,)


def test_a_report_comes_to_the_sender_and_says_nothing_of_anybody(graph, exchange, clock):
    exchange.org.switch(report_seconds=20)
    graph.recall(graph.send(letter()))
    assert exchange.org.mailbox(AIKO).messages("inbox") == ()
    clock.now += 21
    exchange.org.run()
    (report,) = exchange.org.mailbox(AIKO).messages("inbox")
    assert b"Subject: Message Recall Report: Prices" in report.raw
    assert b"X-MS-Exchange-Generated-Message-Source: Transport Message Recall Routing Agent\r\n" in report.raw
    assert KEN.encode() not in report.raw


def test_a_switch_leaves_read_mail_alone(graph, exchange):
    exchange.org.switch(recall_read=False)
    name = graph.send(letter(f"{KEN}, {MIKA}"))
    exchange.org.read(KEN, ONE)
    graph.recall(name)
    assert (left(exchange, KEN), left(exchange, MIKA)) == (1, 0)
    assert exchange.log.recalls[0].kept == (KEN,)


def test_read_mail_goes_unless_that_switch_is_turned(graph, exchange):
    name = graph.send(letter())
    exchange.org.read(KEN, ONE)
    graph.recall(name)
    assert left(exchange, KEN) == 0


def test_with_recall_off_everybody_is_only_told(graph, exchange):
    exchange.org.switch(recall=False)
    assert graph.recall(graph.send(letter())).status == 202
    ((notice, original), one) = exchange.org.mailbox(KEN).messages("inbox"), left(exchange, KEN)
    assert one == 1
    assert b"Recall: Prices" in notice.raw + original.raw


def test_old_mail_stays_where_there_is_an_age_limit(graph, exchange, clock):
    exchange.org.switch(recall_age=3600)
    name = graph.send(letter())
    clock.now += 3601
    graph.recall(name)
    assert left(exchange, KEN) == 1


def test_an_id_that_is_not_in_sent_items_is_refused(graph, exchange):
    draft = graph.draft(letter()).json["id"]
    for name in ("nonsense", draft):
        assert graph.recall(name).status == 400
    assert exchange.log.recalls == []


def test_an_organisation_may_want_the_ordinary_id(graph, exchange):
    exchange.org.switch(recall_immutable=False)
    lasting = graph.send(letter())
    assert graph.recall(lasting).status == 400
    ordinary = graph.get(f"/me/messages/{lasting}").json["id"]
    assert graph.recall(ordinary).status == 202
    assert graph.get(f"/me/messages/{lasting}", Prefer=IMMUTABLE).json["id"] == lasting


def test_recall_is_in_beta_alone(graph):
    name = graph.send(letter())
    assert graph.post(f"/me/mailFolders/sentitems/messages/{name}/recall").status == 400
