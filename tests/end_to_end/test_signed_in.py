"""From signing in to mail that is read and sent: tokens of an authority, let in by a real Dovecot."""

import threading

import pytest
from keyrings import in_memory
from servers.authority import Authority
from servers.submitting import Journal, message

from tuimail.backends import sasl
from tuimail.backends.smtp import auth
from tuimail.config import Account, OAuth, Server
from tuimail.mail.errors import LoginError
from tuimail.mail.hold.outcome import Accepted, Denied
from tuimail.paths import Paths
from tuimail.wiring import signing_in
from tuimail.wiring.accounts import account_of

pytestmark = pytest.mark.servers

AGAIN = "sign in again: tuimail account sign-in work"


@pytest.fixture(scope="module")
def authority():
    with Authority() as running:
        yield running


@pytest.fixture(scope="module")
def box(certificates, authority, tmp_path_factory):
    """A Dovecot that takes the authority's tokens, and the sink that its submissions go to."""
    from conftest import short_folder
    from servers import dovecot
    from servers.sink import Sink

    if reason := dovecot.missing():
        pytest.skip(reason)
    with short_folder() as folder, Sink(folder / "sink.log") as relay:
        made = dovecot.Dovecot(folder / "d", certificates)
        made.relay, made.introspection = relay.port, f"{authority.url}/introspect"
        made.start()
        made.sink = relay
        yield made
        made.stop()


@pytest.fixture(params=sasl.TOKEN_MECHANISMS)
def mechanism(request, monkeypatch):
    """As if the server offered this one alone."""
    monkeypatch.setattr(sasl, "TOKEN_MECHANISMS", (request.param,))
    monkeypatch.setitem(auth.METHODS, "token", (request.param,))
    return request.param


@pytest.fixture
async def account(box, authority, tmp_path):
    """An account of the configuration that somebody signed in to, with its real ways in and out."""
    given = Account(
        name="work",
        address=authority.user,
        auth="microsoft",
        oauth=OAuth("client", authority=authority.url),
        imap=Server("127.0.0.1", box.imap, "none"),
        smtp=Server("127.0.0.1", box.submission, "none"),
    )
    places = Paths.under(tmp_path)

    def browser(prompt):
        threading.Thread(target=authority.browse, args=(prompt.url,), daemon=True).start()

    with in_memory():
        await signing_in.sign_in_browser(given, places, browser)
        made = account_of(given, places)
        yield made
        await made.source.close()
        await made.submitter.close()


async def test_a_signed_in_account_reads_and_sends(account, box, mechanism):
    assert "127.0.0.1" in await account.source.check()
    assert isinstance(await account.submitter.submit(message(), Journal()), Accepted)
    assert box.sink.received
    assert box.log().count(f"method={mechanism}") >= 2


async def test_a_token_that_counts_no_more_is_refused_with_the_way_back(account, authority, mechanism):
    authority.access.clear()
    with pytest.raises(LoginError, match=AGAIN):
        await account.source.check()
    outcome = await account.submitter.submit(message(), Journal())
    assert isinstance(outcome, Denied)
    assert outcome.text.endswith(AGAIN)
