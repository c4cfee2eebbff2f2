"""Mail held by a real Cyrus: kept, given back, released once."""

import asyncio
import itertools
import time

import pytest
from servers.faultproxy import Faults
from servers.keeping import HOUR, in_an_hour, item_of, jmap_keeper
from servers.submitting import Journal, message

from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.hold.keeping import Offer, Whereabouts
from tuimail.mail.hold.outcome import Denied, Kept, Refusal, Refused, Unreachable, Vanished, Withdrawn

pytestmark = pytest.mark.servers
NUMBERS = itertools.count(1)


@pytest.fixture
def user(cyrus):
    return cyrus.user()


@pytest.fixture
async def keeper(cyrus, user):
    async with jmap_keeper(f"http://127.0.0.1:{cyrus.http}", user) as made:
        yield made


def a_mail(user, *recipients, body="正午に .\r\n.\r\n..\r\n"):
    """A message nobody else sends, with 8-bit text, a dot alone and a blind recipient."""
    token = f"token{next(NUMBERS)}"
    wire = f"From: {user}\r\nTo: bob@example.test\r\nMessage-ID: <{token}@example.test>\r\n"
    wire += f"X-Tuimail-Token: {token}\r\nSubject: lunch\r\n\r\n{body}"
    people = recipients or ("bob@example.test", "blind@example.test")
    return message(*people, wire=wire.encode(), sender=user, token=token)


async def kept(keeper, submission, until=None):
    outcome = await keeper.hand_over(submission, until or in_an_hour(), Journal())
    assert isinstance(outcome, Kept), outcome
    return outcome.handle


async def release(cyrus, at):
    await asyncio.to_thread(cyrus.release, at)


def arrived(outside, user):
    return [received for received in outside.received if received.sender == user]


async def test_the_offer_is_what_cyrus_says(keeper):
    assert await keeper.offer() == Offer(longest=44_236_800, cancellable=True)


async def test_over_tls_with_a_verified_certificate(cyrus, user, certificates):
    context = certificates.client()
    async with jmap_keeper(f"https://localhost:{cyrus.https}/jmap/", user, context=context) as keeper:
        assert (await keeper.offer()).cancellable


async def test_a_certificate_of_a_stranger_is_refused(cyrus, user):
    async with jmap_keeper(f"https://localhost:{cyrus.https}", user) as keeper:
        with pytest.raises(MailboxError, match="certificate comes from nobody this computer trusts"):
            await keeper.offer()


async def test_a_kept_mail_is_pending_and_its_bytes_stand_in_sent(cyrus, outside, user, keeper):
    mail, journal = a_mail(user), Journal()
    outcome = await keeper.hand_over(mail, in_an_hour(), journal)
    assert isinstance(outcome, Kept)
    assert journal.told == ["127.0.0.1: the message is there, to be kept until its time"]
    assert await keeper.whereabouts(outcome.handle) is Whereabouts.KEPT
    assert cyrus.wires(user, "Sent") == [mail.wire]
    assert cyrus.wires(user, "Drafts") == []
    assert arrived(outside, user) == []


async def test_what_was_taken_back_goes_to_nobody_and_leaves_no_second_copy(cyrus, outside, user, keeper):
    handle = await kept(keeper, a_mail(user))
    assert await keeper.unsend(handle) is Whereabouts.CANCELED
    assert await keeper.whereabouts(handle) is Whereabouts.CANCELED
    await release(cyrus, time.time() + 2 * HOUR)
    assert arrived(outside, user) == []
    assert cyrus.wires(user, "Drafts") == cyrus.wires(user, "Sent") == []


async def test_taking_back_twice_says_the_same(user, keeper):
    handle = await kept(keeper, a_mail(user))
    assert await keeper.unsend(handle) is Whereabouts.CANCELED
    assert await keeper.unsend(handle) is Whereabouts.CANCELED


async def test_at_its_time_it_arrives_once_byte_for_byte_with_bcc_in_the_envelope_only(
    cyrus, outside, user, keeper
):
    mail = a_mail(user)
    handle = await kept(keeper, mail)
    await release(cyrus, time.time() + HOUR - 60)
    assert arrived(outside, user) == []
    assert await keeper.whereabouts(handle) is Whereabouts.KEPT
    await release(cyrus, time.time() + HOUR + 60)
    await release(cyrus, time.time() + HOUR + 120)
    [received] = arrived(outside, user)
    assert received.recipients == ("bob@example.test", "blind@example.test")
    assert received.wire == mail.wire
    assert b"blind" not in received.wire


async def test_what_cyrus_released_is_gone_and_too_late_to_take_back(cyrus, outside, user, keeper):
    handle = await kept(keeper, a_mail(user), time.time() + 1)
    await release(cyrus, time.time() + 5)
    assert len(arrived(outside, user)) == 1
    assert await keeper.whereabouts(handle) is Whereabouts.GONE
    assert await keeper.unsend(handle) is Whereabouts.GONE
    assert len(cyrus.wires(user, "Sent")) == 1


async def test_an_earlier_time_than_now_is_refused_and_nothing_stays(cyrus, outside, user, keeper):
    outcome = await keeper.hand_over(a_mail(user), time.time() - 5, Journal())
    assert outcome == Refused(554, "its time came before the server had it")
    assert cyrus.wires(user, "Drafts") == [] == arrived(outside, user)


async def test_longer_than_it_keeps_mail_is_refused_before_anything_is_uploaded(cyrus, user, keeper):
    journal = Journal()
    outcome = await keeper.hand_over(a_mail(user), time.time() + 600 * 86_400, journal)
    assert outcome == Refused(554, "127.0.0.1 keeps mail for 512 days at most")
    assert journal.told == []
    assert cyrus.wires(user, "Drafts") == []


async def test_recipients_that_cyrus_refuses_are_named_and_nothing_stays(cyrus, outside, user, keeper):
    from servers.sink import Act

    outside.script["RCPT bob@example.test"] = Act(b"550 5.1.1 nobody")
    outcome = await keeper.hand_over(a_mail(user, "bob@example.test"), in_an_hour(), Journal())
    refused = (Refusal("bob@example.test", 550, "refused by the server"),)
    assert outcome == Refused(554, "the server says no: it refuses some of the recipients", refused)
    assert cyrus.wires(user, "Drafts") == cyrus.wires(user, "Sent") == []


async def test_taken_back_before_the_point_of_no_return_nothing_stays(cyrus, user, keeper):
    assert await keeper.hand_over(a_mail(user), in_an_hour(), Journal(go=False)) == Withdrawn()
    assert cyrus.wires(user, "Drafts") == cyrus.wires(user, "Sent") == []


async def test_a_wrong_password_is_denied(cyrus, user):
    async with jmap_keeper(f"http://127.0.0.1:{cyrus.http}", user, secret="wrong") as keeper:
        with pytest.raises(LoginError, match="refused the login"):
            await keeper.offer()
        assert isinstance(await keeper.hand_over(a_mail(user), in_an_hour(), Journal()), Denied)


async def test_a_clock_that_is_wrong_here_changes_nothing_there(cyrus, outside, user):
    """The user means an instant of the world; the server's Date tells how far off this computer is."""
    wrong = lambda: time.time() + HOUR / 2  # noqa: E731
    async with jmap_keeper(f"http://127.0.0.1:{cyrus.http}", user, now=wrong) as keeper:
        handle = await kept(keeper, a_mail(user), time.time() + HOUR)
    await release(cyrus, time.time() + HOUR - 60)
    assert arrived(outside, user) == []
    assert abs(int(handle.split()[-1]) - time.time() - HOUR) < 5


async def test_the_same_message_is_never_submitted_twice(cyrus, outside, user, keeper):
    """Handed over again after an answer that was lost: what stands there is found."""
    mail = a_mail(user)
    first = await kept(keeper, mail)
    assert await kept(keeper, mail) == first
    await release(cyrus, time.time() + HOUR + 60)
    assert len(arrived(outside, user)) == 1


async def test_a_message_is_found_by_its_token(user, keeper):
    mail = a_mail(user)
    assert await keeper.find(item_of(mail.token)) == ""
    handle = await kept(keeper, mail)
    assert await keeper.find(item_of(mail.token)) == handle
    await keeper.unsend(handle)
    assert await keeper.find(item_of(mail.token)) == ""


async def test_canceled_by_another_client_is_told(cyrus, outside, user, keeper):
    handle = await kept(keeper, a_mail(user))
    async with jmap_keeper(f"http://127.0.0.1:{cyrus.http}", user) as other:
        await other.unsend(handle)
    assert await keeper.whereabouts(handle) is Whereabouts.CANCELED


LOST = {
    "the upload": (b"POST /jmap/upload", Unreachable, 0),
    "the import": (b"Email/import", Unreachable, 0),
    "the submission": (b'"EmailSubmission/set"', Vanished, 1),
}


@pytest.mark.parametrize("call", LOST)
async def test_an_answer_lost_for_good(call, cyrus, outside, user, new_proxy):
    """The connection is cut after the request went through; no later one gets further."""
    pattern, kind, submitted = LOST[call]
    proxy = new_proxy(cyrus.http, Faults(swallow_after=pattern))
    mail = a_mail(user)
    async with jmap_keeper(f"http://127.0.0.1:{proxy.port}", user) as keeper:
        proxy_dies = Breaking(proxy, at=pattern)
        outcome = await keeper.hand_over(mail, in_an_hour(), proxy_dies)
    assert isinstance(outcome, kind), outcome
    await release(cyrus, time.time() + HOUR + 60)
    assert len(arrived(outside, user)) == submitted


async def test_an_answer_lost_once_is_looked_for_and_found(cyrus, outside, user, keeper, new_proxy):
    proxy = new_proxy(cyrus.http, Faults(swallow_after=b'"EmailSubmission/set"'))
    async with jmap_keeper(f"http://127.0.0.1:{proxy.port}", user) as far:
        outcome = await far.hand_over(a_mail(user), in_an_hour(), Journal())
    assert isinstance(outcome, Kept), outcome
    assert await keeper.unsend(outcome.handle) is Whereabouts.CANCELED
    await release(cyrus, time.time() + HOUR + 60)
    assert arrived(outside, user) == []


async def test_a_lost_answer_to_unsend_changes_the_truth_and_the_next_look_finds_it(
    cyrus, outside, user, keeper, new_proxy
):
    handle = await kept(keeper, a_mail(user))
    proxy = new_proxy(cyrus.http, Faults(swallow_after=b'"canceled"'))
    async with jmap_keeper(f"http://127.0.0.1:{proxy.port}", user) as far:
        with pytest.raises(MailboxError):
            await far.unsend(handle)
    assert await keeper.whereabouts(handle) is Whereabouts.CANCELED
    await release(cyrus, time.time() + HOUR + 60)
    assert arrived(outside, user) == []


class Breaking(Journal):
    """After the message is there the proxy lets nothing through but the next request."""

    def __init__(self, proxy, at):
        super().__init__()
        self._proxy, self._at = proxy, at

    async def __call__(self, line):
        self._proxy.faults = Faults(swallow_after=b"EmailSubmission")
        return await super().__call__(line)
