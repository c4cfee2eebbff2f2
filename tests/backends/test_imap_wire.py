"""What leaves on an IMAP connection, and what a hostile or broken server can do with it."""

import base64
import contextlib
import ssl
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.imapdouble import PLAIN, ImapDouble

from tuimail.backends.imap import channel as imap_channel
from tuimail.backends.imap import deed as imap_deed
from tuimail.backends.imap import fetch as imap_fetch
from tuimail.backends.imap import fetched as imap_fetched
from tuimail.backends.imap import folders as imap_folders
from tuimail.backends.imap import search as imap_search
from tuimail.backends.imap import socket as imap_socket
from tuimail.backends.imap import wire as imap_wire
from tuimail.backends.imap.server import Broken, ImapServer
from tuimail.backends.imap.wire import Wire
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.folder.query import Query, Term

SECRET = "correct horse"
IN_CLEAR = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SELECTED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n"
STOP = b"{tag} NO not today\r\n"


@pytest.fixture
def double():
    """Starts scripted servers: `double(answers, greeting=..., capabilities=..., tls=...)`."""
    with contextlib.ExitStack() as running:
        yield lambda answers=None, **kind: running.enter_context(
            ImapDouble({"SELECT": SELECTED} | (answers or {}), **kind)
        )


@pytest.fixture
def connect():
    """Connects to a double and logs in: `connect(server)`."""
    with contextlib.ExitStack() as wires:

        def connected(server, security="none", context=None, auth="password", login=True) -> Wire:
            where = ImapServer("localhost", server.port, "hanako", security, auth)
            wire = Wire(where, context or IN_CLEAR)
            wires.callback(wire.hang_up)
            if login:
                wire.login(SECRET)
            return wire

        yield connected


@pytest.fixture(scope="module")
def recorded():
    """One server and one connection that live through all the examples of a property."""
    with ImapDouble({"SELECT": SELECTED}, capabilities=f"{PLAIN} X-GM-EXT-1 MOVE LITERAL-") as server:
        wire = Wire(ImapServer("localhost", server.port, "hanako", "none"), IN_CLEAR)
        wire.login(SECRET)
        yield server, wire
        wire.hang_up()


text = st.text(max_size=30) | st.text(alphabet='\r\n\0 "\\{}()*%]a1é\ud800', max_size=12)
BARE: frozenset[str] = frozenset()
CALLS = {
    "select": lambda wire, word: wire.enter(word),
    "status": lambda wire, word: imap_folders.counts(wire, word),
    "create": lambda wire, word: imap_folders.create(wire, word),
    "append": lambda wire, word: imap_deed.file(wire, word, b"Subject: x\r\n\r\n", BARE),
    "append flags": lambda wire, word: imap_deed.file(wire, "Sent", b"x\r\n", frozenset({word})),
    "move": lambda wire, word: imap_deed._moved(wire, [1], word),
    "search value": lambda wire, word: imap_search.find(wire, "Message-ID", word),
    "search header": lambda wire, word: imap_search.find(wire, word, "x"),
    "query": lambda wire, word: imap_search.search(wire, Query("", (Term("from", word, unwanted=True),))),
    "query flag": lambda wire, word: imap_search.search(wire, Query("", (Term("is", word),))),
    "store": lambda wire, word: imap_deed.store(wire, (1,), frozenset({word}), BARE),
    "label": lambda wire, word: imap_deed.label(wire, (1,), frozenset({word}), BARE),
}


@pytest.mark.parametrize("call", CALLS)
@given(word=text)
def test_no_argument_can_carry_a_second_command(recorded, call, word):
    server, wire = recorded
    before = len(server.lines)
    with contextlib.suppress(MailboxError):
        CALLS[call](wire, word)
    wire.poll()
    tags = [int(line.split(b" ")[0].removeprefix(b"A")) for line in server.lines[before:]]
    assert tags == list(range(wire._channel._count + 1 - len(tags), wire._channel._count + 1))


@given(word=text.filter(lambda word: set(word) & set("\r\n\0")))
def test_a_line_break_or_nul_is_refused_before_the_wire(recorded, word):
    server, wire = recorded
    before = len(server.lines)
    for name, call in CALLS.items():
        with pytest.raises(MailboxError):
            call(wire, word)
            raise AssertionError(name)
    assert server.lines[before:] == []


@pytest.mark.parametrize("auth", ["password", "token"])
@pytest.mark.parametrize("bad", "\r\n\0")
def test_a_secret_with_a_line_break_or_nul_is_not_sent(double, connect, auth, bad):
    server = double()
    wire = connect(server, auth=auth, login=False)
    with pytest.raises(MailboxError):
        wire.login(f"{SECRET}{bad}A1 LOGOUT")
    assert server.logins == 0


def test_a_login_is_quoted_where_there_is_no_better_way(double, connect):
    server = double(capabilities="IMAP4rev1")
    connect(server)
    assert [line.split(b" ", 1)[1] for line in server.lines if b"LOGIN" in line] == [
        b'LOGIN "hanako" "correct horse"\r\n'
    ]


def test_a_token_goes_by_xoauth2(double, connect):
    server = double({"AUTHENTICATE XOAUTH2": b"{tag} NO [AUTHENTICATIONFAILED] expired\r\n"})
    with pytest.raises(LoginError, match="expired"):
        connect(server, auth="token")
    assert b"AUTHENTICATE XOAUTH2" in server.lines[-1]


def test_a_token_goes_by_the_standard_where_that_is_offered(double, connect):
    refusal = {"AUTHENTICATE OAUTHBEARER": b"{tag} NO [AUTHENTICATIONFAILED] expired\r\n"}
    server = double(refusal, capabilities="IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER")
    with pytest.raises(LoginError, match="expired"):
        connect(server, auth="token")
    assert b"AUTHENTICATE OAUTHBEARER" in server.lines[-1]


def test_the_last_commands_are_not_kept_in_memory(double, connect):
    wire = connect(double(), auth="token")
    kept = [vars(wire), vars(wire._channel)]
    assert SECRET not in str(kept)
    assert base64.b64encode(SECRET.encode()).decode()[:8] not in str(kept)


def test_without_tls_only_this_computer_is_spoken_to():
    with pytest.raises(Broken, match="only this computer"):
        Wire(ImapServer("imap.example.jp", 143, "hanako", "none"), IN_CLEAR)


def secrets_in(data: bytes) -> bool:
    return any(
        word in data
        for word in (b"hanako", SECRET.encode(), base64.b64encode(f"\0hanako\0{SECRET}".encode()), b"Subject")
    )


HOSTILE_STARTTLS = {
    "preauth": {"greeting": b"* PREAUTH welcome back\r\n"},
    "stripped": {"capabilities": "IMAP4rev1 AUTH=PLAIN"},
    "NO": {"answers": {"STARTTLS": STOP}},
    "BAD": {"answers": {"STARTTLS": b"{tag} BAD what\r\n"}},
    "hangs up": {"answers": {"STARTTLS": None}},
    "BYE": {"answers": {"STARTTLS": b"* BYE\r\n{tag} NO\r\n"}},
    "garbage": {"answers": {"STARTTLS": b"220 ready\r\n"}},
    "stays in clear": {"answers": {"STARTTLS": b"{tag} OK go\r\n"}, "tls": None},
    "tagged greeting": {"greeting": b"A1 OK hello\r\n"},
    "garbage greeting": {"greeting": b"\xff\x00+OK pop3\r\n"},
    "BYE greeting": {"greeting": b"* BYE busy\r\n"},
}


@pytest.mark.parametrize("trick", HOSTILE_STARTTLS)
def test_no_secret_leaves_in_clear_when_starttls_fails(double, connect, certificates, trick, monkeypatch):
    monkeypatch.setattr(imap_channel, "READ_SECONDS", 0.3)
    monkeypatch.setattr(imap_socket, "CONNECT_SECONDS", 0.3)
    kind = {"capabilities": "IMAP4rev1 STARTTLS AUTH=PLAIN", "tls": certificates.good()} | HOSTILE_STARTTLS[
        trick
    ]
    server = double(**kind)
    with pytest.raises(MailboxError):
        connect(server, "starttls", certificates.client())
    assert not secrets_in(server.clear)
    assert server.logins == 0


def test_starttls_is_verified_and_then_used(double, connect, certificates):
    server = double(capabilities="IMAP4rev1 STARTTLS AUTH=PLAIN", tls=certificates.good())
    connect(server, "starttls", certificates.client())
    assert server.logins == 1
    assert not secrets_in(server.clear)


def test_what_was_injected_before_tls_is_forgotten(double, connect, certificates):
    injected = b"{tag} OK go\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n* BYE\r\n"
    server = double(
        {"STARTTLS": injected}, capabilities="IMAP4rev1 STARTTLS AUTH=PLAIN", tls=certificates.good()
    )
    wire = connect(server, "starttls", certificates.client())
    assert not wire.can("LOGINDISABLED")
    assert not secrets_in(server.clear)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("for_another_name", "another name"),
        ("expired", "expired"),
        ("by_a_stranger", "nobody this computer trusts"),
    ],
)
def test_a_certificate_that_does_not_fit_is_named_and_nothing_is_sent(
    double, connect, certificates, kind, words
):
    server = double(capabilities="IMAP4rev1 STARTTLS AUTH=PLAIN", tls=getattr(certificates, kind)())
    with pytest.raises(Broken, match=words):
        connect(server, "starttls", certificates.client())
    assert not secrets_in(server.clear)


def test_an_answer_larger_than_the_cap_ends_the_connection(double, connect):
    server = double({"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {999999999999}\r\n"})
    wire = connect(server)
    wire.enter("INBOX")
    with pytest.raises(Broken, match="64 MB"):
        imap_fetch.bodies(wire, [1])


def test_an_answer_without_end_ends_the_connection(double, connect, monkeypatch):
    monkeypatch.setattr(imap_channel, "LARGEST_ANSWER", 100_000)
    server = double({"NOOP": b"* 1 EXISTS\r\n" * 100_000})
    with pytest.raises(Broken, match="no end"):
        connect(server).poll()


def test_a_line_without_end_ends_the_connection(double, connect, monkeypatch):
    monkeypatch.setattr(imap_channel, "LARGEST_LINE", 10_000)
    with pytest.raises(Broken, match="no end"):
        connect(double({"NOOP": b"* OK " + b"x" * 20_000})).poll()


def test_a_server_that_falls_silent_is_given_up(double, connect, monkeypatch):
    monkeypatch.setattr(imap_channel, "READ_SECONDS", 0.2)
    with pytest.raises(Broken, match="no answer in time"):
        connect(double({"NOOP": b"* 1 EXISTS\r\n{tag}"})).poll()


HOSTILE_FETCH = [
    b"* 1 FETCH (UID 0 FLAGS ())\r\n",
    b"* 1 FETCH (UID 4294967297 FLAGS ())\r\n",
    b"* 1 FETCH (UID -1 FLAGS (\\Seen))\r\n",
    b"* 1 FETCH (FLAGS (\\Seen))\r\n",
    b"* 1 FETCH (" + b"(" * 100_000 + b"\r\n",
    b"* 1 FETCH (UID 1 FLAGS (" + b"FLAGS (" * 100_000 + b"\r\n",
    b"* 1 FETCH\r\n",
    b"* 0 EXISTS\r\n* 9 EXPUNGE\r\n",
    b"* OK [ALERT] \x1b]0;pwned\x07\r\n",
]


@pytest.mark.parametrize("answer", HOSTILE_FETCH, ids=range(len(HOSTILE_FETCH)))
def test_nonsense_in_a_listing_names_no_message_and_takes_no_time(double, connect, answer):
    wire = connect(double({"UID FETCH": answer}))
    wire.enter("INBOX")
    begun = time.monotonic()
    assert imap_fetched.flags(wire.do("UID", "FETCH", "1:*", "(FLAGS)").heard) in ({}, {1: frozenset()})
    assert imap_fetch.heads(wire, [1]) == {}
    assert time.monotonic() - begun < 1


def test_other_messages_than_those_asked_for_are_not_taken_for_them(double, connect):
    answer = b"* 4 FETCH (UID 4 RFC822.SIZE 9 BODY[] {3}\r\nabc)\r\n"
    wire = connect(double({"UID FETCH": answer}))
    wire.enter("INBOX")
    assert imap_fetch.bodies(wire, [3]) == {}


def test_news_of_flags_in_between_is_kept_apart_from_what_was_asked(double, connect):
    head = b"Subject: x\r\n\r\n"
    answer = (
        b"* 1 FETCH (FLAGS (\\Seen))\r\n"
        b'* 1 FETCH (UID 5 FLAGS () INTERNALDATE " 1-Feb-2024 10:00:00 +0900" RFC822.SIZE 99 '
        b'BODY[HEADER.FIELDS ("SUBJECT" "FROM")] {%d}\r\n%s)\r\n'
        b"* 1 FETCH (UID 5 FLAGS (\\Flagged))\r\n"
    ) % (len(head), head)
    wire = connect(double({"UID FETCH": answer}))
    wire.enter("INBOX")
    (found,) = imap_fetch.heads(wire, [5]).values()
    assert (found.text, found.size, found.flags) == (head, 99, frozenset({"\\Flagged"}))
    assert found.received == 1706749200


def test_what_a_server_says_is_shown_without_its_escapes(double, connect):
    wire = connect(double({"SELECT Secret": b"", 'SELECT "SECRET"': b"{tag} NO \x1b]52;c;eA==\x07 gone\r\n"}))
    with pytest.raises(MailboxError, match="gone") as caught:
        wire.enter("Secret")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("code", ["UNAVAILABLE", "THROTTLED", "INUSE"])
def test_a_server_that_is_busy_has_not_refused_the_password(double, connect, code):
    server = double({"AUTHENTICATE": f"{{tag}} NO [{code}] later\r\n".encode()})
    with pytest.raises(MailboxError, match="later") as caught:
        connect(server)
    assert not isinstance(caught.value, LoginError)


def test_a_server_that_takes_no_password_gets_none(double, connect):
    server = double(capabilities="IMAP4rev1 LOGINDISABLED")
    with pytest.raises(LoginError):
        connect(server)
    assert not secrets_in(server.clear)


def test_folders_are_found_whatever_way_their_names_are_written(double, connect):
    answer = (
        b'* LIST (\\HasNoChildren \\sent) "/" "Sent ""\r\n'
        b'* LIST (\\HasNoChildren) "/" "007"\r\n'
        b'* LIST (\\Noselect) "/" "Parent"\r\n'
        b'* LIST () NIL {7}\r\nIN"BOX2\r\n'
        b'* LIST () "/" {3}\r\na\0b\r\n'
        b'* LIST () "." &kAFP4W4IMH8w4A-\r\n'
        b'* LIST () "/" "a\\\\b\\"c"\r\n' + b"* LIST (" + b"(" * 100_000 + b"\r\n"
    )
    wire = connect(double({"LIST": answer}))
    names = [each.name for each, _ in imap_folders.folders(wire)]
    assert names == ["Sent ", "007", 'IN"BOX2', "&kAFP4W4IMH8w4A-", 'a\\b"c']


def test_a_missing_folder_is_made_when_something_is_filed(double, connect):
    server = double({"APPEND": b"{tag} NO [TRYCREATE] no such folder\r\n"})
    wire = connect(server)
    with pytest.raises(MailboxError, match="no such folder"):
        imap_deed.file(wire, "Sent", b"Subject: x\r\n\r\n", frozenset())
    verbs = [line.split(b" ")[1] for line in server.lines]
    assert verbs[-3:] == [b"APPEND", b"CREATE", b"APPEND"]


def test_without_uidplus_a_message_is_only_marked(double, connect):
    server = double(capabilities="IMAP4rev1 AUTH=PLAIN")
    wire = connect(server)
    wire.enter("Drafts")
    imap_deed.erase(wire, [5])
    assert not any(b"EXPUNGE" in line for line in server.lines)
    assert b"UID STORE 5 +FLAGS.SILENT (\\Deleted)" in server.lines[-1]


def test_many_uids_are_asked_for_as_ranges(double, connect):
    server = double()
    wire = connect(server)
    wire.enter("INBOX")
    imap_fetch.heads(wire, [9, 5, 4, 3])
    assert b"UID FETCH 3:5,9 (" in server.lines[-1]


def test_a_folder_that_may_only_be_read_can_be_read(double, connect):
    wire = connect(double({"SELECT": SELECTED + b"{tag} OK [READ-ONLY] look only\r\n"}))
    assert wire.enter("Shared") == 7


def test_news_that_comes_with_the_idle_answer_is_seen_at_once(double, connect):
    wire = connect(double({"IDLE": b"* 4 EXISTS\r\n"}))
    wire.enter("INBOX")
    begun = time.monotonic()
    assert wire.idle(5)
    assert time.monotonic() - begun < 1


def test_an_idle_that_is_refused_is_an_error(double, connect):
    wire = connect(double({"IDLE": STOP}))
    wire.enter("INBOX")
    with pytest.raises(MailboxError):
        wire.idle(1)


def test_a_computer_that_slept_connects_anew(double, connect, monkeypatch):
    wire = connect(double())
    wire.enter("INBOX")
    walls = iter([1000.0])
    monkeypatch.setattr(imap_wire.time, "time", lambda: next(walls, 9000.0))
    monkeypatch.setattr(imap_wire, "LOOK_UP_SECONDS", 0.01)
    with pytest.raises(Broken, match="slept"):
        wire.idle(5)
