import socket
import threading
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import pytest
from graph_client import AIKO, KEN, GraphClient, letter

from tuimail.demo.exchange import Fault

ONE = "<one@contoso.example>"
SEND = "POST /me/messages/*/send"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 504])
def test_any_status_can_be_answered_so_many_times_with_nothing_done(exchange, graph, status):
    name = graph.draft(letter()).json["id"]
    exchange.faults.add(SEND, Fault.answer(status, "someCode", retry_after=7), times=2)
    answers = [graph.post(f"/me/messages/{name}/send") for _ in range(3)]
    assert [one.status for one in answers] == [status, status, 202]
    assert (answers[0].code, answers[0].headers["Retry-After"]) == ("someCode", "7")
    assert exchange.log.sends(ONE) == 1


def test_a_fault_may_let_some_pass_first(exchange, graph):
    exchange.faults.add("GET /me", Fault.answer(500), after=1)
    assert [graph.get("/me").status for _ in range(3)] == [200, 500, 200]


def test_a_claims_challenge_stands_in_its_header(exchange, graph):
    exchange.faults.add("*", Fault.claims("abc"))
    answer = graph.get("/me")
    assert answer.status == 401
    assert 'error="insufficient_claims", claims="abc"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("fault", "sent"), [(Fault.cut(), 0), (Fault.lost(), 1)])
def test_a_connection_can_end_before_or_after_the_deed(exchange, graph, fault, sent):
    name = graph.draft(letter()).json["id"]
    exchange.faults.add(SEND, fault)
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        graph.post(f"/me/messages/{name}/send")
    assert exchange.log.sends(ONE) == sent
    assert exchange.log.requests[-1].status == 0


def test_an_answer_can_end_in_its_middle(exchange, graph):
    exchange.faults.add("GET /me", Fault.middle())
    with pytest.raises(IncompleteRead):
        graph.get("/me")
    name = graph.draft(letter()).json["id"]
    exchange.faults.add(SEND, Fault.middle())
    with pytest.raises(HTTPException):
        graph.post(f"/me/messages/{name}/send")
    assert exchange.log.sends(ONE) == 1


def test_garbage_is_called_json(exchange, graph):
    exchange.faults.add("GET /me", Fault.garbage(b"{{{"))
    answer = graph.get("/me")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, b"{{{", "application/json")


def test_a_slow_answer_is_late_and_others_need_not_wait(exchange, graph):
    exchange.faults.add("GET /me", Fault.slow(0.2))
    waiting = threading.Thread(target=graph.get, args=("/me",))
    waiting.start()
    assert GraphClient(exchange).get("/organization").status == 200
    waiting.join()
    assert [one.path for one in exchange.log.requests] == ["/organization", "/me"]


def test_more_at_once_than_the_mailbox_takes_is_429(exchange):
    exchange.org.switch(concurrent=2)
    exchange.faults.add("GET /me", Fault.slow(0.2), times=4)
    statuses: list[int] = []
    crowd = [
        threading.Thread(target=lambda: statuses.append(GraphClient(exchange).get("/me").status))
        for _ in range(4)
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert exchange.log.most_at_once > 2
    assert 429 in statuses


def test_a_request_whose_body_is_cut_does_nothing(exchange, graph):
    parts = urlsplit(exchange.url)
    with socket.create_connection((parts.hostname, parts.port)) as raw:
        head = (
            "POST /v1.0/me/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 999\r\n"
        )
        raw.sendall(f"{head}Content-Type: application/json\r\n\r\n{{}}".encode())
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(99) == b""
    assert exchange.org.mailbox(AIKO).messages() == ()


def test_every_request_is_logged_with_its_time_and_status(exchange, graph, clock):
    graph.get("/me/messages?$top=3")
    graph.recall("nonsense")
    seen = exchange.log.requests
    assert [(one.method, one.path, one.status) for one in seen] == [
        ("GET", "/me/messages", 200),
        ("POST", "/me/mailFolders/sentitems/messages/nonsense/recall", 400),
    ]
    assert (seen[0].query, seen[0].when, seen[1].beta) == ("$top=3", clock.now, True)
    assert exchange.log.count("POST", "/recall") == 1


def test_what_is_due_happens_without_a_request_too(exchange, graph, clock):
    exchange.org.switch(transport_seconds=5)
    done = threading.Event()
    exchange.org.arrived = lambda parcel: done.set()
    graph.send(letter())
    clock.now += 6
    assert done.wait(2)
    assert len(exchange.org.mailbox(KEN).holds(ONE)) == 1
