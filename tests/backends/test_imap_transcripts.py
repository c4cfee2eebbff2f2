"""Our sentences, answered by what real servers said: Gmail, Exchange, Yahoo, iCloud, Zoho and others."""

import contextlib
import re
import ssl

import pytest
from servers import transcript
from servers.imapdouble import ImapDouble
from servers.transcript import answer, lines, named, recorded

from tuimail.backends.imap import fetched as imap_fetched
from tuimail.backends.imap.server import Broken, ImapServer
from tuimail.backends.imap.session import ImapSession
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.folder.query import Query, Term
from tuimail.mail.folder.sync import Mark
from tuimail.mail.letter import scan
from tuimail.mail.letter.envelope import Ref

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not transcript.NAMES, reason="the mail corpus is not beside the project"),
]

EVERYTHING = (
    "IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE ENABLE CONDSTORE QRESYNC ESEARCH LIST-STATUS IDLE X-GM-EXT-1"
)
SELECTED = b"* 50 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 90]\r\n* OK [HIGHESTMODSEQ 9]\r\n"
KNOWN = range(1, 60)
NONE, SOME = frozenset(), frozenset({"$Forwarded"})
IN_CLEAR = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TORN = "gmail/headers.1+unsolicited-info"
SENTENCES = {
    "LIST": lambda on: on.folders(),
    "STATUS": lambda on: on.counts("INBOX"),
    "SELECT": lambda on: on.look("INBOX", Mark(7, 60, 3, 20)),
    "CREATE": lambda on: on.create("x"),
    "FETCH": lambda on: (on.stretch("INBOX", on.begin("INBOX")), on.newest("INBOX", 5, 9)),
    "UID FETCH": lambda on: (on.heads(KNOWN), on.bodies(KNOWN), on.parcels(KNOWN), on.message_ids(KNOWN)),
    "UID SEARCH": lambda on: (on.find("Message-ID", "<x@x>"), on.search(Query("", (Term("", "会"),)))),
    "UID STORE": lambda on: (on.store(KNOWN, SOME, NONE), on.label(KNOWN, SOME, NONE)),
    "UID MOVE": lambda on: on.move(KNOWN, "Archive"),
    "UID EXPUNGE": lambda on: on.erase(KNOWN),
    "APPEND": lambda on: on.file("Sent", b"Subject: x\r\n\r\n", NONE),
    "NOOP": lambda on: on.poll(),
    "IDLE": lambda on: on.idle(0.001),
}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with ImapDouble(capabilities=EVERYTHING) as running:
        yield running


@pytest.fixture
def session(server):
    """Connects when asked to; `session({command: answer})`."""
    with contextlib.ExitStack() as open_ones:

        def connected(answers=None, greeting=b"* OK hello\r\n", capabilities=b"") -> ImapSession:
            said = capabilities or b"* CAPABILITY " + EVERYTHING.encode() + b"\r\n"
            server.answers = {"CAPABILITY": said, "SELECT": SELECTED} | (answers or {})
            server.greeting = greeting
            on = ImapSession(ImapServer("localhost", server.port, "hanako", "none"), IN_CLEAR)
            open_ones.callback(on.hang_up)
            on.login("pw")
            on.enter("INBOX")
            return on

        yield connected


@pytest.mark.parametrize("folder", sorted({name.split("/")[0] for name in transcript.NAMES}))
def test_whatever_was_said_to_whatever_sentence_is_read_or_is_a_mailbox_error(session, server, folder):
    on = session()
    for said in {answer(name) for name in named(f"{re.escape(folder)}/(?!append).*")}:
        for command, sentence in SENTENCES.items():
            server.answers[command] = said
            try:
                sentence(on)
            except Broken:
                server.answers.pop(command)
                on = session()
            except MailboxError:
                pass
            server.answers.pop(command, None)
            server.answers["SELECT"] = SELECTED


@pytest.mark.parametrize("name", named(".*greeting.*"))
def test_a_greeting_lets_us_log_in_unless_it_took_us_for_somebody(session, name):
    if "preauth" in name:
        with pytest.raises(Broken, match="PREAUTH"):
            session(greeting=recorded(name))
    else:
        assert session(greeting=recorded(name)).validity == 7


@pytest.mark.parametrize("name", named(".*/(capability|authenticate|capabilities).*"))
def test_what_a_server_can_do_is_known_after_the_login(session, name):
    said = answer(name)
    words = re.search(rb"CAPABILITY ([^\r\]]+)", said, re.I)
    answers = {"AUTHENTICATE": b"* CAPABILITY IMAP4rev1\r\n"} | ({"AUTHENTICATE": said} if words else {})
    try:
        on = session(answers)
    except LoginError:
        assert b" OK" not in said
        return
    for word in words[1].decode().split() if words else []:
        assert on.can(word.upper())


LISTS = named(r".*/list-.*", "lowercase/list")


@pytest.mark.parametrize("name", LISTS)
def test_every_folder_that_can_be_entered_is_found(session, name):
    found = session({"LIST": answer(name)}).folders()
    said = [line for line in lines(name) if line[:5].upper() == b"LIST "]
    assert len(found) == sum(not re.search(rb"\\NoSelect|\\NonExistent", line, re.I) for line in said)
    for each, counts in found:
        status = re.search(rb'STATUS "?' + re.escape(each.name.encode()) + rb'"? \((.*)\)', recorded(name))
        if status:
            told = dict(re.findall(rb"(\w+) (\d+)", status[1]))
            assert counts == (int(told.get(b"MESSAGES", 0)), int(told.get(b"UNSEEN", 0)))


def test_names_are_as_the_server_wrote_them(session):
    def names(name):
        return [each.name for each, _ in session({"LIST": answer(name)}).folders()]

    assert names("common/list-literal-subfolders") == ["INBOX", "Literal Folder Name"]
    assert names("common/list-nil-folder-delim") == ["INBOX", "Folder1", "Folder2"]
    assert names("domino/list-inbox") == ["Inbox"]
    assert names("lowercase/list") == ["INBOX", "Trash"]


@pytest.mark.parametrize("name", named(".*/status-.*"))
def test_a_status_is_read(session, name):
    told = dict(re.findall(rb"(MESSAGES|UNSEEN) (\d+)", recorded(name)))
    assert session({"STATUS": answer(name)}).counts("x") == (
        int(told.get(b"MESSAGES", 0)),
        int(told.get(b"UNSEEN", 0)),
    )


@pytest.mark.parametrize("name", named(".*/(select|examine)-.*", ".*/count.examine"))
def test_a_selected_folder_is_marked(session, name):
    def told(pattern: bytes) -> int:
        found = re.search(pattern, recorded(name))
        return int(found[1]) if found else 0

    look = session({"SELECT": answer(name)}).look("INBOX", None)
    assert look.mark == Mark(
        told(rb"UIDVALIDITY (\d+)"),
        told(rb"UIDNEXT (\d+)"),
        told(rb"HIGHESTMODSEQ (\d+)"),
        told(rb"(\d+) EXISTS"),
    )


SPOKEN = (
    "fetch.*",
    "headers.*",
    "get(body|message|stream|indexes).*",
    "(set|add)-.*",
    "store-.*",
    "setflags.*",
)
FETCHES = [name for name in named(*(f".*/{each}" for each in SPOKEN)) if name != TORN]


def test_a_literal_that_is_shorter_than_it_says_ends_the_connection(session):
    with pytest.raises(Broken, match="no IMAP"):
        session({"UID FETCH": answer(TORN)}).heads(KNOWN)


@pytest.mark.parametrize("name", FETCHES)
def test_every_message_that_is_spoken_of_is_known_by_its_uid(session, name):
    on = session({"UID FETCH": answer(name)})
    heard = on.ask((b"UID FETCH 1:* (FLAGS)",))[0].heard
    texts = [b"".join(each[::2]) if isinstance(each, tuple) else each for each in heard]
    spoken = [text for text in texts if re.match(rb"\d+ FETCH", text)]
    assert [each.uid for each in imap_fetched.fetched(heard)] == [
        int(uid[1]) for text in spoken if (uid := re.search(rb"\bUID (\d+)", text)) and int(uid[1])
    ]
    for each in imap_fetched.fetched(heard):
        scan.envelope(Ref("a", "b", "c"), each.text or b"", each.received, each.size, each.flags or NONE)


def test_header_blocks_become_envelopes(session):
    def heads(name, *wanted):
        found = session({"UID FETCH": answer(name)}).heads(wanted or KNOWN)
        return {
            uid: scan.envelope(Ref("a", "b", str(uid)), each.text, 0, 0, each.flags or NONE)
            for uid, each in found.items()
        }

    assert heads("gmail/fetch-all-headers")[1].sender.spec == "from@example.com"
    assert heads("gmail/fetch-invalid-headers")[1].subject == ""
    subjects = heads("dovecot/getmessageheaders")
    assert (subjects[1].subject, subjects[1].message_id) == ("A", "<a@mimekit.net>")


def test_gmail_tells_threads_and_labels(session):
    (one, *_) = session({"UID FETCH": answer("gmail/fetch.1+unsolicited-info")}).bodies([1]).values()
    assert one.startswith(b"Return-Path: <nsb>") and len(one) == 181614
    heard = session({"NOOP": answer("gmail/set-labels")}).ask((b"NOOP",))[0].heard
    assert next(imap_fetched.fetched(heard)).labels == (b"\\Important", b"Custom Label")


SEARCHES = {"yahoo/search": 14, "dovecot/search-uids": 14, "dovecot/optimized-search": 7, "gmail/search": 21}


@pytest.mark.parametrize("name", SEARCHES)
def test_what_was_searched_is_found(session, name):
    assert len(session({"UID SEARCH": answer(name)}).search(Query())) == SEARCHES[name]


@pytest.mark.parametrize("name", named(".*/append.*"))
def test_where_a_message_was_filed_is_told(session, name):
    told = re.search(rb"APPENDUID (\d+) (\d+)\]", recorded(name))
    filed = session({"APPEND": answer(name)}).file("x", b"Subject: x\r\n\r\n", NONE)
    assert filed == (f"{int(told[1])}.{int(told[2])}" if told else "")


MOVES = {
    "dovecot/move": 7,
    "gmail/uid-move": 21,
    "exchange/issue115": 1,
    "dovecot/copy": 7,
    "gmail/uid-copy": 21,
}


@pytest.mark.parametrize("name", MOVES)
def test_where_messages_were_moved_is_told(session, name):
    there = b"".join(b"* %d FETCH (UID %d)\r\n" % (n, n) for n in KNOWN)
    on = session({"UID FETCH": there, "UID MOVE": answer(name)})
    went = on.move(KNOWN, "Archive")
    assert sum(key != "" for key in went.values()) == MOVES[name]


def test_a_resynchronisation_tells_what_changed_and_what_went(session):
    on = session({"SELECT": answer("dovecot/select-unittests-messages-qresync")})
    look = on.look("INBOX", Mark(1436832084, 9, 2, 8))
    assert (look.whole, look.gone, len(look.flags)) == (False, ("1436832084.8",), 7)
    assert look.flags["1436832084.1"] == {"\\Answered", "\\Seen", "\\Draft"}
    assert on.look("INBOX", Mark(1436832084, 9, 7, 8)).whole
    assert on.look("INBOX", Mark(1436832084, 9, 2, 9)).whole


def test_flags_come_beside_modseqs_that_cannot_be(session):
    heard = session({"NOOP": answer("zoho/fetch-negative-modseq-values")}).ask((b"NOOP",))[0].heard
    found = imap_fetched.flags(heard)
    assert found[1] == {"\\Seen"} and len(found) == len(heard)


def test_news_that_comes_while_idle_is_news(session):
    assert session({"IDLE": answer("gmail/idle").split(b"\r\n", 1)[1]}).idle(1)
