"""A query in the words of a server: IMAP's, Gmail's, and of one that knows no letters but ASCII."""

import contextlib
import ssl
import time

import pytest
from servers.imapdouble import PLAIN, ImapDouble

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.session import ImapSession
from tuimail.mail.folder.query import Query, Term
from tuimail.mail.letter.envelope import Flag

IN_CLEAR = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
NO_CHARSET = b"{tag} NO [BADCHARSET (US-ASCII)] The specified charset is not supported.\r\n"
MARCH = 1_709_251_200.0


@pytest.fixture
def asked():
    """What a query is in a server's words: `asked(term, ..., capabilities=...)`."""
    with contextlib.ExitStack() as running:

        def said(*terms: Term, capabilities=PLAIN) -> str:
            server = running.enter_context(ImapDouble(capabilities=capabilities))
            session(server, running).search(Query("", terms))
            return server.lines[-1].split(b" ", 1)[1].decode().strip()

        yield said


def session(server: ImapDouble, running: contextlib.ExitStack) -> ImapSession:
    on = ImapSession(ImapServer("localhost", server.port, "hanako", "none"), IN_CLEAR)
    running.callback(on.hang_up)
    on.login("pw")
    return on


CASES = [
    ((), "ALL"),
    ((Term("", "two words"),), 'TEXT "two words"'),
    ((Term("from", "anna"), Term("cc", 'a"b\\', unwanted=True)), 'FROM "anna" NOT CC "a\\"b\\\\"'),
    ((Term("body", "x"), Term("subject", "y", prefix=True)), 'BODY "x" SUBJECT "y"'),
    ((Term("is", Flag.SEEN, unwanted=True), Term("is", Flag.FLAGGED)), "UNSEEN FLAGGED"),
    ((Term("is", Flag.FORWARDED, unwanted=True),), "UNKEYWORD $Forwarded"),
    ((Term("larger", "1M", number=2**20), Term("smaller", "", number=9.5)), "LARGER 1048576 SMALLER 9"),
    ((Term("has", "attachment", unwanted=True),), 'NOT HEADER CONTENT-TYPE "multipart/mixed"'),
    ((Term("in", "Archive"), Term("account", "work"), Term("to", "me")), 'TO "me"'),
    ((Term("label", "x"),), "NOT ALL"),
    ((Term("label", "x", unwanted=True), Term("to", "me")), 'TO "me"'),
    ((Term("subject", "会"),), "CHARSET UTF-8 SUBJECT {3}\r\n会"),
]


@pytest.mark.parametrize(("terms", "words"), CASES)
def test_terms_are_search_keys(asked, terms, words):
    assert asked(*terms) == f"UID SEARCH {words}"


@pytest.fixture
def in_utc(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_utc")
def test_days_are_those_of_this_computer(asked):
    terms = (Term("before", "", number=MARCH), Term("after", "", number=MARCH))
    assert asked(*terms) == "UID SEARCH BEFORE 1-Mar-2024 SINCE 1-Mar-2024"
    assert asked(Term("before", "", number=MARCH + 5)) == "UID SEARCH BEFORE 2-Mar-2024"
    assert asked(Term("after", "", number=1e300)) == "UID SEARCH SINCE 30-Dec-9999"


def test_gmail_is_asked_in_its_own_words(asked):
    terms = (
        Term("", 'a "b', unwanted=True),
        Term("label", "x"),
        Term("has", "attachment"),
        Term("from", "y"),
    )
    assert asked(*terms, capabilities=f"{PLAIN} X-GM-EXT-1 ESEARCH") == (
        'UID SEARCH RETURN (ALL) X-GM-RAW "-\\"a  b\\"" X-GM-RAW "label:\\"x\\"" '
        'X-GM-RAW "has:attachment" FROM "y"'
    )


@pytest.mark.parametrize("refusal", [NO_CHARSET, b"{tag} BAD Command Argument Error. 11\r\n"])
def test_a_server_that_knows_ascii_alone_gives_what_is_compared_here(refusal):
    heads = {1: "会議の件", 2: "=?utf-8?B?5Lya6K2w?=", 3: "lunch", 4: "=?iso-2022-jp?B?GyRCMnE1RBsoQg==?="}
    fetched = b""
    for uid, subject in heads.items():
        head = f"Subject: {subject}\r\nFrom: x <a{uid}@x.jp>\r\n\r\n".encode()
        fetched += b"* 1 FETCH (UID %d RFC822.SIZE 9 BODY[HEADER] {%d}\r\n%b)\r\n" % (uid, len(head), head)
    answers = {
        "UID SEARCH": b"* SEARCH 1 2 3 4\r\n",
        "UID SEARCH CHARSET": refusal,
        'UID SEARCH FROM "A2"': b"* SEARCH 2\r\n",
        "UID FETCH": fetched,
    }
    with contextlib.ExitStack() as running:
        on = session(running.enter_context(ImapDouble(answers)), running)

        def found(*terms: Term) -> tuple[int, ...]:
            return on.search(Query("", terms))

        assert found(Term("subject", "会議")) == (1, 2, 4)
        assert found(Term("", "会議", unwanted=True)) == (3,)
        assert found(Term("", "会議"), Term("from", "a2")) == (2,)
        assert found(Term("body", "会議")) == ()
