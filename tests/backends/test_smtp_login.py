"""Logging in: the right words on the wire, and what each refusal means."""

import pytest
from servers.sink import Act
from servers.submitting import Journal, hand_over, message, submitter

from tuimail.backends.smtp.server import Server
from tuimail.backends.smtp.submitter import SmtpSubmitter
from tuimail.mail.errors import LoginError, MailboxError, SecretError
from tuimail.mail.hold.outcome import Accepted, Denied, Unreachable

ALICE = ("alice@example.test", "pä ss")


@pytest.fixture
def door(new_sink, certificates):
    """A sink with TLS that lets alice in."""
    return new_sink(security="tls", tls=certificates.good(), login=ALICE)


@pytest.fixture
def with_login(certificates):
    return {"security": "tls", "auth": "password", "user": ALICE[0], "context": certificates.client()}


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
async def test_a_password_goes_the_way_the_server_offers(door, with_login, mechanism):
    door.mechanisms = [mechanism]
    assert isinstance(await hand_over(door.port, secret=ALICE[1], **with_login), Accepted)
    assert door.logins == [(mechanism, *ALICE)]


async def test_plain_is_preferred(door, with_login):
    door.mechanisms = ["CRAM-MD5", "LOGIN", "PLAIN"]
    await hand_over(door.port, secret=ALICE[1], **with_login)
    assert door.logins[0][0] == "PLAIN"


async def test_old_servers_offer_with_an_equals_sign(door, with_login):
    door.mechanisms = []
    door.offers = ["AUTH=LOGIN PLAIN"]
    assert isinstance(await hand_over(door.port, secret=ALICE[1], **with_login), Accepted)
    assert door.logins[0][0] == "PLAIN"


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (["PLAIN", "XOAUTH2"], "XOAUTH2"),
        (["XOAUTH2", "OAUTHBEARER"], "OAUTHBEARER"),
        (["PLAIN", "OAUTHBEARER"], "OAUTHBEARER"),
    ],
)
async def test_a_token_goes_the_way_the_server_offers(door, with_login, offered, taken):
    door.mechanisms = offered
    outcome = await hand_over(door.port, secret=ALICE[1], **with_login | {"auth": "token"})
    assert isinstance(outcome, Accepted)
    assert door.logins == [(taken, *ALICE)]
    assert door.heard[1].startswith(f"AUTH {taken} ")


async def test_a_name_with_a_comma_reaches_the_server_as_it_is(door, with_login):
    door.mechanisms = ["OAUTHBEARER"]
    door.login = ("a,b=c@example.test", "token")
    given = with_login | {"auth": "token", "user": "a,b=c@example.test"}
    assert isinstance(await hand_over(door.port, secret="token", **given), Accepted)


@pytest.mark.parametrize("offered", ["XOAUTH2", "OAUTHBEARER"])
async def test_a_refused_token_is_denied_and_tried_once_and_says_what_to_do(door, with_login, offered):
    door.mechanisms = [offered]
    given = with_login | {"auth": "token", "remedy": "sign in again: tuimail account sign-in work"}
    outcome = await hand_over(door.port, secret="wrong", **given)
    words = "5.7.8 authentication failed; sign in again: tuimail account sign-in work"
    assert outcome == Denied(535, words)
    assert len(door.logins) == 1
    async with submitter(door.port, secret="wrong", **given) as way_out:
        with pytest.raises(LoginError) as caught:
            await way_out.check()
    assert str(caught.value) == f"localhost:{door.port} refused the login: 535 {words}"


@pytest.mark.parametrize("auth", ["password", "token"])
async def test_a_wrong_secret_is_denied_and_tried_once(door, with_login, auth):
    outcome = await hand_over(door.port, secret="wrong", **with_login | {"auth": auth})
    assert outcome == Denied(535, "5.7.8 authentication failed")
    assert len(door.logins) == 1
    assert door.received == []


@pytest.mark.parametrize("code", [530, 534, 535, 538, 550])
async def test_every_definite_no_to_a_login_is_a_denial(door, with_login, code):
    door.script["AUTH"] = Act(b"%d 5.7.9 application password required" % code)
    assert await hand_over(door.port, **with_login) == Denied(code, "5.7.9 application password required")


@pytest.mark.parametrize("code", [421, 432, 451, 454])
async def test_a_login_that_can_not_be_checked_now_is_tried_again_later(door, with_login, code):
    door.script["AUTH"] = Act(b"%d 4.7.0 try later" % code)
    outcome = await hand_over(door.port, **with_login)
    assert isinstance(outcome, Unreachable)
    assert f"{code} 4.7.0 try later" in outcome.why


async def test_no_mechanism_that_fits_is_a_denial_that_lists_what_is_offered(door, with_login):
    door.mechanisms = ["CRAM-MD5", "NTLM"]
    outcome = await hand_over(door.port, **with_login)
    assert outcome == Denied(0, "localhost offers no login that fits; it offers CRAM-MD5 NTLM")
    assert door.logins == []


async def test_a_token_is_never_sent_as_a_password(door, with_login):
    door.mechanisms = ["PLAIN", "LOGIN"]
    assert isinstance(await hand_over(door.port, **with_login | {"auth": "token"}), Denied)
    assert door.logins == []


async def test_the_secret_is_asked_for_only_to_log_in_and_at_every_login(door, with_login):
    asked = []

    async def credential() -> str:
        asked.append(True)
        return ALICE[1]

    way_out = SmtpSubmitter(
        Server("localhost", door.port, user=ALICE[0]), credential, context=with_login["context"]
    )
    assert asked == []
    for _ in range(3):
        await way_out.submit(message(), Journal())
    await way_out.close()
    assert len(asked) == 1
    await way_out.check()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SecretError("no password is stored"), Denied(0, "no password is stored")),
        (LoginError("sign in again"), Denied(0, "sign in again")),
        (MailboxError("the token issuer does not answer"), Unreachable("the token issuer does not answer")),
    ],
)
async def test_trouble_with_the_secret_is_told_as_it_is(door, with_login, error, outcome):
    async def credential() -> str:
        raise error

    way_out = SmtpSubmitter(
        Server("localhost", door.port, user=ALICE[0]), credential, context=with_login["context"]
    )
    assert await way_out.submit(message(), Journal()) == outcome
    with pytest.raises(MailboxError, match=str(error)):
        await way_out.check()


async def test_check_tells_a_refused_login_from_other_trouble(door, with_login):
    async with submitter(door.port, secret="wrong", **with_login) as way_out:
        with pytest.raises(LoginError, match=r"refused the login; .*: 535 5\.7\.8 authentication failed"):
            await way_out.check()


async def test_check_says_who_is_logged_in_and_how_well_it_is_sealed(door, with_login):
    async with submitter(door.port, secret=ALICE[1], **with_login) as way_out:
        told = await way_out.check()
    assert told == f"localhost:{door.port} takes mail (TLSv1.3, logged in as alice@example.test)"


async def test_no_error_holds_the_secret(door, with_login):
    for mechanism in ("PLAIN", "LOGIN"):
        door.mechanisms = [mechanism]
        outcome = await hand_over(door.port, secret="hunter2-wrong", **with_login)
        assert "hunter2" not in repr(outcome)
