"""Mail kept by a submission server with FUTURERELEASE: agreed to, or refused before anything left."""

import time

import pytest
from servers.futurerelease import DAY, FutureRelease
from servers.keeping import item_of
from servers.sink import Act
from servers.submitting import WIRE, Journal, message, submitter

from tuimail.backends.smtp.release import SmtpKeeper
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.hold.keeping import Offer
from tuimail.mail.hold.outcome import (
    Accepted,
    Denied,
    Kept,
    Refusal,
    Refused,
    Unreachable,
    Vanished,
    Withdrawn,
)

HOUR = 3_600
OFFER = "FUTURERELEASE 86400 2099-01-01T00:00:00Z"


@pytest.fixture
def new_server():
    servers = []

    def start(**kind):
        servers.append(FutureRelease(**kind))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


async def hand_over(port, until, *recipients, journal=None, now=time.time, **how):
    async with submitter(port, **how) as way_out:
        return await SmtpKeeper(way_out, now).hand_over(message(*recipients), until, journal or Journal())


async def offer(port, now=time.time, **how):
    async with submitter(port, **how) as way_out:
        return await SmtpKeeper(way_out, now).offer()


async def test_it_offers_what_the_server_says_and_no_way_back(new_server):
    found = await offer(new_server().port)
    assert not found.cancellable
    assert DAY - 5 < found.longest <= DAY


async def test_without_the_keyword_there_is_no_offer_and_nothing_leaves(new_server):
    server = new_server(limit=None)
    assert await offer(server.port) is None
    journal = Journal()
    outcome = await hand_over(server.port, time.time() + HOUR, journal=journal)
    assert outcome == Refused(554, "localhost keeps no mail for later (no FUTURERELEASE)")
    assert server.held == server.parameters == journal.told == []


async def test_a_server_that_writes_dates_is_told_the_instant(new_server):
    server, until = new_server(), float(int(time.time()) + HOUR)
    assert await hand_over(server.port, until) == Kept("", "2.0.0 held")
    [held] = server.held
    assert (held.until, held.wire) == (until, WIRE)
    assert [p.partition("=")[0] for p in server.parameters if p.startswith("HOLD")] == ["HOLDUNTIL"]


async def test_a_server_that_writes_seconds_is_told_how_long(new_server):
    server, until = new_server(stamp="%s"), time.time() + HOUR
    assert isinstance(await hand_over(server.port, until), Kept)
    assert until <= server.held[0].until < until + 2
    assert [p.partition("=")[0] for p in server.parameters if p.startswith("HOLD")] == ["HOLDFOR"]


async def test_it_is_never_told_a_moment_too_early(sink):
    sink.offers.append(OFFER)
    await hand_over(sink.port, 1_900_000_000.25, now=lambda: 1_899_999_000.0)
    assert "HOLDUNTIL=2030-03-17T17:46:41Z" in sink.received[0].parameters


async def test_too_far_is_refused_before_anything_leaves(new_server):
    server, journal = new_server(), Journal()
    outcome = await hand_over(server.port, time.time() + 2 * DAY, journal=journal)
    assert outcome == Refused(554, "localhost keeps mail for 24 hours at most")
    assert server.parameters == journal.told == []


async def test_a_time_that_came_is_refused(new_server):
    outcome = await hand_over(new_server().port, time.time() - 1)
    assert outcome == Refused(554, "its time came before the server had it")


async def test_a_no_of_the_server_is_told(sink):
    sink.offers.append(OFFER)
    sink.script["MAIL"] = Act(b"501 5.7.1 not for you")
    assert await hand_over(sink.port, time.time() + HOUR) == Refused(501, "5.7.1 not for you")
    assert sink.received == []


async def test_some_recipients_refused_is_told_as_that(new_server):
    server = new_server()
    server.refused = ("bob@example.test",)
    outcome = await hand_over(server.port, time.time() + HOUR, "bob@example.test", "carol@example.test")
    assert outcome == Accepted(
        "2.0.0 held", (Refusal("bob@example.test", 550, "5.1.1 nobody here of that name"),)
    )
    assert server.held[0].recipients == ("carol@example.test",)


async def test_taken_back_before_the_body_it_is_withdrawn(new_server):
    server = new_server()
    assert await hand_over(server.port, time.time() + HOUR, journal=Journal(go=False)) == Withdrawn()
    assert server.held == []


async def test_a_lost_answer_is_unsure(sink):
    sink.offers.append(OFFER)
    sink.script["DOT"] = Act(b"", end="eof")
    assert isinstance(await hand_over(sink.port, time.time() + HOUR), Vanished)


async def test_a_refused_login_is_denied(new_sink):
    sink = new_sink(login=("alice", "pw"))
    how = {"user": "alice", "auth": "password", "secret": "wrong"}
    assert isinstance(await hand_over(sink.port, time.time() + HOUR, **how), Denied)
    with pytest.raises(LoginError):
        await offer(sink.port, **how)


async def test_nobody_there():
    from servers.background import free_port

    port = free_port()
    assert isinstance(await hand_over(port, time.time() + HOUR), Unreachable)
    with pytest.raises(MailboxError, match="nothing listens"):
        await offer(port)


ODD = {
    "FUTURERELEASE": None,
    "FUTURERELEASE 0 2099-01-01T00:00:00Z": None,
    "FUTURERELEASE -5 2099-01-01T00:00:00Z": None,
    "FUTURERELEASE soon": None,
    "FUTURERELEASE ２ 2099-01-01T00:00:00Z": None,
    "FUTURERELEASE 600 1999-01-01T00:00:00Z": None,
    "FUTURERELEASE 600": Offer(600, cancellable=False),
    "FUTURERELEASE 600 whenever": Offer(600, cancellable=False),
    "FUTURERELEASE 600 4070908800": Offer(600, cancellable=False),
    "FUTURERELEASE 99999999999999999999 x": Offer(99_999_999, cancellable=False),
    "futurerelease 600 2099-01-01t00:00:00z": Offer(600, cancellable=False),
}


@pytest.mark.parametrize("said", ODD)
async def test_odd_offers(sink, said):
    sink.offers.append(said)
    assert await offer(sink.port) == ODD[said]


async def test_what_an_smtp_server_keeps_can_not_be_asked_for(sink):
    async with submitter(sink.port) as way_out:
        keeper = SmtpKeeper(way_out)
        assert await keeper.find(item_of("token")) == ""
        for question in (keeper.unsend, keeper.whereabouts):
            with pytest.raises(MailboxError, match="can't be asked for"):
                await question("")
