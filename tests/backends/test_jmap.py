"""A keeping server is believed only where its answer makes sense; what went wrong decides what is said."""

import pytest
from servers.jmapdouble import JmapDouble, Say
from servers.keeping import in_an_hour, item_of, jmap_keeper
from servers.submitting import Journal, message

from tuimail.backends.jmap.server import JmapServer
from tuimail.backends.network import is_same_place
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.hold.keeping import Whereabouts
from tuimail.mail.hold.outcome import Accepted, Denied, Kept, Refused, Unreachable, Vanished


@pytest.fixture
def server():
    with JmapDouble() as running:
        yield running


@pytest.fixture
async def keeper(server):
    async with jmap_keeper(server.url, "alice@example.test") as made:
        yield made


async def hand_over(keeper, **mail):
    return await keeper.hand_over(message(**mail), in_an_hour(), Journal())


async def test_the_submission_says_who_from_to_whom_and_how_long(server, keeper):
    outcome = await hand_over(keeper)
    assert outcome == Kept("s1 e1 1893456000", "kept")
    [made] = server.submissions.values()
    assert made["identityId"] == "i1"
    assert made["envelope"]["rcptTo"] == [{"email": "bob@example.test", "parameters": None}]
    assert made["envelope"]["mailFrom"]["email"] == "alice@example.test"
    parameters = made["envelope"]["mailFrom"]["parameters"]
    assert list(parameters) == ["HOLDFOR"]
    assert 3_590 < int(parameters["HOLDFOR"]) <= 3_602
    assert server.emails == {"e1": message().wire}


async def test_it_moves_to_sent_when_the_server_takes_it(server, keeper):
    await hand_over(keeper)
    [asked] = [given for step, given in server.heard if step == "EmailSubmission/set"]
    assert asked["onSuccessUpdateEmail"] == {"#s": {"keywords/$draft": None, "mailboxIds": {"m2": True}}}


async def test_domains_beyond_ascii_go_as_idna(server, keeper):
    await keeper.hand_over(message("hanako@例え.test"), in_an_hour(), Journal())
    assert server.submissions["s1"]["envelope"]["rcptTo"][0]["email"] == "hanako@xn--r8jz45g.test"


@pytest.mark.parametrize(("auth", "header"), [("password", "Basic YWxpY2U6cHc="), ("token", "Bearer pw")])
async def test_every_request_carries_the_login(server, auth, header):
    async with jmap_keeper(server.url, "alice", auth=auth) as keeper:
        await hand_over(keeper)
    assert set(server.logins) == {header}


async def test_a_server_that_keeps_nothing_has_no_offer(server, keeper):
    server.longest = 0
    assert await keeper.offer() is None
    assert await hand_over(keeper) == Refused(554, "127.0.0.1 keeps no mail for later")


async def test_a_server_without_submission_has_no_offer(server, keeper):
    server.session = {"primaryAccounts": {}, "accounts": {}}
    assert await keeper.offer() is None


@pytest.mark.parametrize(
    "url", ["http://mail.example.jp", "ftp://localhost/", "mail.example.jp", "https://", "https://[x"]
)
def test_only_tls_or_this_computer(url):
    with pytest.raises(MailboxError, match="cross the network in clear"):
        JmapServer(url)


def test_a_host_alone_is_asked_at_the_well_known_place():
    assert JmapServer("https://mail.example.jp").session_url == "https://mail.example.jp/.well-known/jmap"
    assert JmapServer("https://mail.example.jp/jmap/").session_url == "https://mail.example.jp/jmap/"


def test_a_place_is_scheme_host_and_port():
    assert is_same_place("https://a.example/x", "https://a.example:443/y")
    assert not is_same_place("https://a.example/", "http://a.example/")
    assert not is_same_place("https://a.example/", "https://a.example:444/")


async def test_a_redirect_on_the_same_host_is_followed(server, keeper):
    server.script["session"] = Say(status=301, headers=("Location: /there",))
    with pytest.raises(MailboxError, match="redirects in circles"):
        await keeper.offer()
    assert [path for _, path in server.heard[:2]] == ["/.well-known/jmap", "/there"]


ELSEWHERE = {
    "a redirect": ("session", Say(status=302, headers=("Location: https://evil.example/",))),
    "a redirect of a call": ("Identity/get", Say(status=307, headers=("Location: http://evil.example/",))),
    "a redirect to nowhere": ("session", Say(status=302, headers=("Location: http://[/",))),
}


@pytest.mark.parametrize("how", ELSEWHERE)
async def test_a_password_never_follows_elsewhere(server, keeper, how):
    step, server.script[step] = ELSEWHERE[how]
    outcome = await hand_over(keeper)
    assert isinstance(outcome, Refused | Unreachable), outcome
    assert server.submissions == server.emails == {}


async def test_a_server_redirected_to_never_hears_the_password(server, keeper):
    """Another port is another place."""
    with JmapDouble() as other:
        for step in ("session", "Identity/get", "upload"):
            server.script = {step: Say(status=307, headers=(f"Location: {other.url}/api",))}
            assert isinstance(await hand_over(keeper), Refused)
        assert other.heard == other.logins == []


@pytest.mark.parametrize("place", ["https://evil.example/api", "http://127.0.0.1:1/api", 7, None, "http://["])
async def test_a_session_that_names_another_place_is_not_followed(server, keeper, place):
    server.session = {"apiUrl": place}
    with pytest.raises(MailboxError, match="names another place"):
        await keeper.offer()


def error(kind, **more):
    return {"methodResponses": [["error", {"type": kind} | more, "0"]]}


def not_created(kind, **more):
    return {"methodResponses": [["EmailSubmission/set", {"notCreated": {"s": {"type": kind} | more}}, "0"]]}


GARBAGE = [b"", b"<html>", b"\xff\xfe\x00", b"[" * 100_000, b"null", b"[]", b"{}", b'{"methodResponses": 7}']
GARBAGE += [
    b'{"methodResponses": [[]]}',
    b'{"methodResponses": [["Email/import", {}, "9"]]}',
    b"x" * (5 << 20),
]


@pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
@pytest.mark.parametrize("step", ["session", "upload", "Identity/get", "Email/import"])
async def test_nonsense_before_the_submission_leaves_it_to_be_tried_again(server, keeper, step, body):
    server.script[step] = Say(body)
    journal = Journal()
    outcome = await keeper.hand_over(message(), in_an_hour(), journal)
    assert isinstance(outcome, Unreachable | Refused), outcome
    assert journal.told == []
    assert server.submissions == {}


@pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
async def test_nonsense_about_the_submission_leaves_it_unsure(server, keeper, body):
    server.script["EmailSubmission/set"] = Say(body)
    assert isinstance(await hand_over(keeper), Vanished)


ANSWERS = {
    "500 before": ("Email/import", Say(b"oops", 500), Unreachable),
    "503 at the session": ("session", Say(b"", 503), Unreachable),
    "429": ("EmailSubmission/set", Say(b"slow down", 429), Unreachable),
    "400 at the submission": ("EmailSubmission/set", Say({"detail": "not like that"}, 400), Refused),
    "401 at the submission": ("EmailSubmission/set", Say(b"", 401), Denied),
    "403 at the session": ("session", Say(b"", 403), Denied),
    "500 at the submission": ("EmailSubmission/set", Say(b"", 500), Vanished),
    "a method error": ("EmailSubmission/set", Say(error("accountReadOnly")), Refused),
    "half done": ("EmailSubmission/set", Say(error("serverPartialFail")), Vanished),
    "who you may not be": ("EmailSubmission/set", Say(not_created("forbiddenMailFrom")), Refused),
    "no answer at all": ("EmailSubmission/set", Say(end="hang"), Vanished),
    "closed": ("EmailSubmission/set", Say(end="eof"), Vanished),
    "closed before": ("Email/import", Say(end="eof"), Unreachable),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_what_was_answered_and_when_decides_the_outcome(server, keeper, case):
    step, server.script[step], kind = ANSWERS[case]
    outcome = await hand_over(keeper)
    assert isinstance(outcome, kind), outcome
    if kind in (Refused, Denied) and step != "session":
        assert server.emails == {}


async def test_an_answer_lost_after_the_deed_is_looked_for(server, keeper):
    server.script["EmailSubmission/set"] = Say(end="eof", done=True)
    assert isinstance(await hand_over(keeper), Kept)


async def test_a_server_that_sends_at_once_has_sent_it(server, keeper):
    created = {"created": {"s": {"id": "s1", "undoStatus": "final"}}}
    server.script["EmailSubmission/set"] = Say({"methodResponses": [["EmailSubmission/set", created, "0"]]})
    assert await hand_over(keeper) == Accepted("the server sent it at once")


async def test_what_a_server_says_can_do_nothing_to_a_terminal(server, keeper):
    server.script["EmailSubmission/set"] = Say(
        not_created("forbiddenToSend", description="\x1b]0;x\x07\nno\u202e")
    )
    outcome = await hand_over(keeper)
    assert outcome == Refused(554, "the server says no: it does not let you send · ␛]0;x· no")


async def test_a_message_too_large_is_refused_before_it_is_uploaded(server, keeper):
    assert await hand_over(keeper, wire=b"x\r\n" * 400_000) == Refused(
        554, "the server takes at most 1000000 bytes"
    )
    assert "upload" not in server.steps()


async def test_a_message_that_was_not_stored_whole_is_refused(server, keeper):
    server.script["upload"] = Say({"blobId": "b1", "size": 3})
    assert isinstance(await hand_over(keeper), Refused)


async def test_a_submission_that_is_final_is_gone(server, keeper):
    handle = (await hand_over(keeper)).handle
    server.submissions["s1"]["undoStatus"] = "final"
    assert await keeper.whereabouts(handle) is Whereabouts.GONE
    assert await keeper.unsend(handle) is Whereabouts.GONE


async def test_given_back_is_said_only_when_it_reads_so(server, keeper):
    """The server says it updated, and it did not."""
    handle = (await hand_over(keeper)).handle
    updated = {"methodResponses": [["EmailSubmission/set", {"updated": {"s1": None}}, "0"]]}
    server.script["EmailSubmission/set"] = Say(updated)
    assert await keeper.unsend(handle) is Whereabouts.KEPT


async def test_given_back_its_copy_goes_too(server, keeper):
    handle = (await hand_over(keeper)).handle
    assert await keeper.unsend(handle) is Whereabouts.CANCELED
    assert server.emails == {}


@pytest.mark.parametrize("status", ["sent", None, 7, {}, []])
async def test_an_unknown_state_is_no_answer(server, keeper, status):
    handle = (await hand_over(keeper)).handle
    server.submissions["s1"]["undoStatus"] = status
    with pytest.raises(MailboxError, match="does not say what became"):
        await keeper.whereabouts(handle)


FORGOTTEN = {
    "before its time": (1_893_456_000 - 7_200, True, Whereabouts.CANCELED),
    "after it, in Sent": (1_893_456_000 + 60, True, Whereabouts.GONE),
    "after it, its copy gone": (1_893_456_000 + 60, False, Whereabouts.CANCELED),
}


@pytest.mark.parametrize("case", FORGOTTEN)
async def test_a_server_that_forgets_is_read_by_its_copy(server, case):
    now, is_there, where = FORGOTTEN[case]
    async with jmap_keeper(server.url, now=lambda: now) as keeper:
        server.remembers = False
        if is_there:
            server.emails["e1"] = b""
        assert await keeper.whereabouts("s1 e1 1893456000") is where


@pytest.mark.parametrize("handle", ["", "s1", "s1 e1", "s1 e1 x", "a b c d"])
async def test_a_handle_that_is_none_says_so(keeper, handle):
    with pytest.raises(MailboxError, match="names no submission"):
        await keeper.whereabouts(handle)


async def test_a_message_is_found_by_its_token(server, keeper):
    wire = b"X-Tuimail-Token: tok\r\n\r\nx\r\n"
    assert await keeper.find(item_of("tok")) == ""
    handle = (await hand_over(keeper, wire=wire, token="tok")).handle
    assert (await keeper.find(item_of("tok"))).split()[:2] == handle.split()[:2]


async def test_nobody_there(free_port):
    async with jmap_keeper(f"http://127.0.0.1:{free_port}") as keeper:
        with pytest.raises(MailboxError, match="nothing listens on this port"):
            await keeper.offer()
        assert isinstance(await hand_over(keeper), Unreachable)


@pytest.fixture
def free_port():
    from servers.background import free_port

    return free_port()


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 01 Jan 1900 00:00:00 GMT", "99999999999999"])
async def test_a_date_that_makes_no_sense_moves_nothing(server, keeper, date):
    server.script["Identity/get"] = Say(done=True, headers=(f"Date: {date}",))
    await hand_over(keeper)
    parameters = server.submissions["s1"]["envelope"]["mailFrom"]["parameters"]
    assert 3_590 < int(parameters["HOLDFOR"]) <= 3_602


async def test_a_secret_that_can_not_be_had_is_a_login_that_failed(server):
    from tuimail.backends.jmap.keeper import JmapKeeper
    from tuimail.mail.errors import SecretError

    async def credential():
        raise SecretError("the keyring is locked")

    keeper = JmapKeeper(JmapServer(server.url), credential)
    with pytest.raises(LoginError, match="the keyring is locked"):
        await keeper.offer()
    assert await hand_over(keeper) == Denied(0, "the keyring is locked")
    await keeper.close()
