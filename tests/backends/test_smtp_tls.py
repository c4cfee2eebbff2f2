"""TLS is verified, never skipped, and every trouble with it is said in plain words."""

import pytest
from servers.sink import Act
from servers.submitting import hand_over, message, submitter

from tuimail.backends.smtp.server import Timeouts
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.outcome import Accepted, Denied, Unreachable

IMPATIENT = Timeouts(connect=0.3, command=0.3, data=0.3, final=0.3, quit=0.2)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_goes_over_tls(new_sink, certificates, security):
    sink = new_sink(security=security, tls=certificates.good())
    outcome = await hand_over(sink.port, security=security, context=certificates.client())
    assert isinstance(outcome, Accepted)
    assert sink.heard.count("EHLO [127.0.0.1]") == (2 if security == "starttls" else 1)


async def test_a_large_message_goes_over_tls(new_sink, certificates):
    sink = new_sink(security="tls", tls=certificates.good())
    wire = b"0123456789abcdef\r\n" * 500_000
    outcome = await hand_over(sink.port, message(wire=wire), security="tls", context=certificates.client())
    assert isinstance(outcome, Accepted)
    assert sink.received[0].wire == wire


BAD = {
    "for_another_name": "its certificate is for another name",
    "expired": "its certificate has expired",
    "by_a_stranger": "its certificate comes from nobody this computer trusts",
}


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("kind", BAD)
async def test_a_certificate_that_does_not_hold_stops_everything(new_sink, certificates, security, kind):
    sink = new_sink(security=security, tls=getattr(certificates, kind)(), login=("alice", "pw"))
    how = {"security": security, "auth": "password", "user": "alice", "context": certificates.client()}
    outcome = await hand_over(sink.port, **how)
    assert outcome == Unreachable(f"localhost: {BAD[kind]}; nothing was sent")
    assert not any(said.startswith(("AUTH", "MAIL")) for said in sink.heard)
    async with submitter(sink.port, **how) as way_out:
        with pytest.raises(MailboxError, match=BAD[kind]):
            await way_out.check()


async def test_the_systems_authorities_do_not_know_ours(new_sink, certificates):
    sink = new_sink(security="tls", tls=certificates.good())
    outcome = await hand_over(sink.port, security="tls")
    assert isinstance(outcome, Unreachable)
    assert "nobody this computer trusts" in outcome.why


async def test_tls_to_a_clear_port_is_explained(sink):
    outcome = await hand_over(sink.port, security="tls")
    assert outcome == Unreachable(
        "localhost: nothing here speaks TLS from the first byte; the port may want starttls"
    )


async def test_clear_to_a_tls_port_ends(new_sink, certificates):
    sink = new_sink(security="tls", tls=certificates.good())
    outcome = await hand_over(
        sink.port, security="starttls", context=certificates.client(), timeouts=IMPATIENT
    )
    assert isinstance(outcome, Unreachable)


async def test_a_stripped_starttls_is_never_gone_without(sink):
    outcome = await hand_over(sink.port, security="starttls", auth="password", user="alice")
    assert outcome == Unreachable("localhost offers no STARTTLS; nothing was sent in clear")
    assert not any(said.startswith(("AUTH", "MAIL")) for said in sink.heard)


REFUSALS = {
    "refused for now": Act(b"454 4.7.0 TLS not available"),
    "refused": Act(b"502 5.5.1 what?"),
    "closed": Act(b"", end="eof"),
    "garbage": Act(b"what?"),
    "no handshake": Act(b"220 go ahead\r\n", end="hang"),
    "closed in the handshake": Act(b"220 go ahead\r\n", end="eof"),
}


@pytest.mark.parametrize("act", REFUSALS)
async def test_any_trouble_with_starttls_ends_the_connection(new_sink, certificates, act):
    sink = new_sink(security="starttls", tls=certificates.good(), login=("alice", "pw"))
    sink.script["STARTTLS"] = REFUSALS[act]
    outcome = await hand_over(
        sink.port,
        security="starttls",
        auth="password",
        user="alice",
        context=certificates.client(),
        timeouts=IMPATIENT,
    )
    assert isinstance(outcome, Unreachable)
    assert not any(said.startswith(("AUTH", "MAIL")) for said in sink.heard)


async def test_what_was_said_in_clear_before_tls_is_forgotten(new_sink, certificates):
    sink = new_sink(security="starttls", tls=certificates.good())
    sink.script["STARTTLS"] = Act(b"220 go ahead\r\n250-injected\r\n250 AUTH PLAIN")
    outcome = await hand_over(sink.port, security="starttls", context=certificates.client())
    assert isinstance(outcome, Accepted | Unreachable)
    assert not any(said.startswith("AUTH") for said in sink.heard)


async def test_a_login_offered_only_before_tls_is_not_used(new_sink, certificates):
    sink = new_sink(security="starttls", tls=certificates.good())
    sink.script["EHLO"] = Act(b"250-sink\r\n250-AUTH PLAIN\r\n250 STARTTLS")
    how = {"security": "starttls", "auth": "password", "user": "alice", "context": certificates.client()}
    outcome = await hand_over(sink.port, **how)
    assert outcome == Denied(0, "localhost offers no login that fits; it offers none at all")
    assert sink.logins == []
