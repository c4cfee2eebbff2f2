"""The same against a real Postfix, with a real Dovecot behind it."""

import pytest
from msgspec.structs import replace
from servers.faultproxy import Faults
from servers.submitting import Journal, hand_over, message, submitter

from tuimail.mail.after.receipt import Fate, parse
from tuimail.mail.hold.outcome import Accepted, Refused, Vanished

pytestmark = pytest.mark.servers


@pytest.fixture
def over_tls(postfix, certificates):
    return {"port": postfix.smtp, "security": "starttls", "context": certificates.client()}


async def test_postfix_takes_a_message_and_dovecot_has_it(postfix, dovecot, over_tls):
    user = dovecot.user()
    wire = b"From: alice@example.test\r\nSubject: dots\r\nMessage-ID: <1@example.test>\r\n\r\n.\r\n..a\r\n"
    outcome = await hand_over(**over_tls, submission=message(user, wire=wire))
    assert isinstance(outcome, Accepted)
    assert "queued as" in outcome.text
    [delivered] = dovecot.delivered(user)
    assert delivered.endswith(b"\n.\n..a\n")
    assert delivered.count(b"Subject: dots") == 1


async def test_tls_from_the_first_byte(postfix, dovecot, certificates):
    user = dovecot.user()
    how = {"security": "tls", "context": certificates.client()}
    assert isinstance(await hand_over(postfix.smtps, message(user), **how), Accepted)
    assert len(dovecot.delivered(user)) == 1


REFUSALS = {
    "later@example.test": (451, "4.7.1 <later@example.test>: Recipient address rejected: try later"),
    "refuse@example.test": (550, "5.7.1 <refuse@example.test>: Recipient address rejected: refused for test"),
    "overquota@example.test": (
        552,
        "5.2.2 <overquota@example.test>: Recipient address rejected: mailbox full",
    ),
}


@pytest.mark.parametrize("recipient", REFUSALS)
async def test_a_refused_recipient_is_told_word_for_word(over_tls, recipient):
    outcome = await hand_over(**over_tls, submission=message(recipient))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.text) == REFUSALS[recipient]
    assert [refusal.recipient for refusal in outcome.refused] == [recipient]


async def test_the_others_get_it_all_the_same(dovecot, over_tls):
    user = dovecot.user()
    outcome = await hand_over(**over_tls, submission=message("refuse@example.test", user))
    assert isinstance(outcome, Accepted)
    assert [refusal.code for refusal in outcome.refused] == [550]
    assert len(dovecot.delivered(user)) == 1


async def test_a_message_rejected_at_the_dot_is_refused(dovecot, over_tls):
    wire = b"Subject: FAIL550\r\n\r\nno\r\n"
    outcome = await hand_over(**over_tls, submission=message(dovecot.user(), wire=wire))
    assert outcome == Refused(550, "5.7.1 not this subject")


async def test_a_message_over_the_size_limit_is_refused_before_it_is_sent(dovecot, over_tls):
    journal = Journal()
    wire = b"Subject: big\r\n\r\n" + b"x" * 20_000_000 + b"\r\n"
    outcome = await hand_over(**over_tls, submission=message(dovecot.user(), wire=wire), journal=journal)
    assert isinstance(outcome, Refused)
    assert outcome.code == 552
    assert journal.told == []


async def test_the_answer_to_the_dot_is_lost_but_the_message_arrived(postfix, dovecot, new_proxy):
    user = dovecot.user()
    proxy = new_proxy(postfix.smtp, Faults(swallow_after=b"\r\n.\r\n"))
    outcome = await hand_over(proxy.port, message(user))
    assert isinstance(outcome, Vanished)
    assert len(dovecot.delivered(user)) == 1


async def test_cut_in_mid_body_the_message_did_not_arrive_but_nobody_can_know(postfix, dovecot, new_proxy):
    user = dovecot.user()
    proxy = new_proxy(postfix.smtp, Faults(cut_after_sent=100_000))
    outcome = await hand_over(proxy.port, message(user, wire=b"x" * 800 + b"\r\n" * 400_000))
    assert isinstance(outcome, Vanished)
    assert dovecot.delivered(user, within=0.2) == []


async def test_many_messages_use_one_connection(postfix, dovecot, over_tls):
    before = postfix.log().count(": connect from")
    user = dovecot.user()
    async with submitter(**over_tls) as way_out:
        for number in range(20):
            assert isinstance(await way_out.submit(message(user, token=str(number)), Journal()), Accepted)
    assert postfix.log().count(": connect from") == before + 1


async def test_dovecots_submission_service_wants_a_login(dovecot, postfix, certificates):
    how = {"security": "starttls", "auth": "password", "user": "alice@example.test"}
    async with submitter(dovecot.submission, context=certificates.client(), **how) as way_out:
        assert "logged in as alice@example.test" in await way_out.check()


async def test_postfix_tells_of_the_delivery_when_that_is_wished(dovecot, over_tls):
    user, sender = dovecot.user(), dovecot.user()
    wished = replace(message(user, sender=sender, token="a=b"), receipts=True)
    assert isinstance(await hand_over(**over_tls, submission=wished), Accepted)
    [word] = dovecot.delivered(sender)
    told = parse(word, 0.0)
    assert [(one.spec, one.fate) for one in told.receipts] == [(user, Fate.DELIVERED)]
    assert b"Original-Envelope-Id: a" in word
