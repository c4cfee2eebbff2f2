"""What a look tells of servers that know little, know wrongly, or talk out of turn."""

import contextlib
import ssl

import pytest
from servers.imapdouble import PLAIN, ImapDouble

from tuimail.backends.imap import look as imap_look
from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.session import ImapSession
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch

CONDSTORE, QRESYNC = f"{PLAIN} CONDSTORE", f"{PLAIN} ENABLE CONDSTORE QRESYNC"
IN_CLEAR = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SINCE = Mark(7, 10, 100, 5)
SEEN = frozenset({"\\Seen"})


def selected(validity=7, upcoming=10, modseq: object = 100, total=5, more=b"") -> bytes:
    codes = {"UIDVALIDITY": validity, "UIDNEXT": upcoming, "HIGHESTMODSEQ": modseq}
    lines = [f"* OK [{name} {value}] so it is\r\n" for name, value in codes.items() if value is not None]
    lines += ["* OK [NOMODSEQ] none\r\n"] if modseq is None else []
    return f"* {total} EXISTS\r\n{''.join(lines)}".encode() + more


@pytest.fixture
def session():
    """Connects to a scripted server: `session(answers, capabilities)`; the double is `session.server`."""
    with contextlib.ExitStack() as running:

        def connected(answers, capabilities=CONDSTORE) -> ImapSession:
            server = connected.server = running.enter_context(ImapDouble(answers, capabilities=capabilities))
            on = ImapSession(ImapServer("localhost", server.port, "hanako", "none"), IN_CLEAR)
            running.callback(on.hang_up)
            on.login("pw")
            return on

        yield connected


def fetch(uid: int, flags="\\Seen", modseq=101) -> bytes:
    return f"* {uid} FETCH (UID {uid} FLAGS ({flags}) MODSEQ ({modseq}))\r\n".encode()


def sentences(server: ImapDouble) -> list[str]:
    return [line.split(b" ", 1)[1].decode().strip() for line in server.lines]


def test_changes_are_asked_for_in_the_breath_that_selects(session):
    on = session({"SELECT": selected(modseq=120, more=b"* VANISHED (EARLIER) 3\r\n" + fetch(4))}, QRESYNC)
    on.look("INBOX", SINCE)
    assert sentences(session.server)[-2:] == ["ENABLE QRESYNC", 'SELECT "INBOX" (QRESYNC (7 100))']


def test_what_came_changed_and_went_is_told_by_a_resynchronisation(session):
    news = b"* VANISHED (EARLIER) 3,11\r\n" + fetch(4, "") + fetch(10) + fetch(12)
    on = session({"SELECT": selected(modseq=120, upcoming=13, total=6, more=news)}, QRESYNC)
    assert on.look("INBOX", SINCE) == Look(
        Mark(7, 13, 120, 6), False, {"7.4": frozenset(), "7.10": SEEN, "7.12": SEEN}, ("7.3",)
    )


def test_what_came_and_changed_is_told_by_modseqs(session):
    on = session({"SELECT": selected(modseq=120, upcoming=11, total=6), "UID FETCH": fetch(10) + fetch(4)})
    assert on.look("INBOX", SINCE) == Look(Mark(7, 11, 120, 6), False, {"7.4": SEEN, "7.10": SEEN})
    assert sentences(session.server)[-1] == "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 100)"


def test_where_nothing_happened_nothing_is_asked(session):
    on = session({"SELECT": selected()})
    assert on.look("INBOX", SINCE) == Look(SINCE, whole=False)
    assert sentences(session.server)[-1] == 'SELECT "INBOX" (CONDSTORE)'


def test_a_server_without_extensions_can_not_tell(session):
    assert session({"SELECT": selected()}, PLAIN).look("INBOX", SINCE) == Look(SINCE, whole=True)
    assert sentences(session.server)[-1] == 'SELECT "INBOX"'


MARVELS = {
    "another uidvalidity": selected(validity=8, modseq=120),
    "no uidvalidity": selected(validity=None, modseq=120),
    "no modseq": selected(modseq=None),
    "a modseq that went backwards": selected(modseq=99),
    "a modseq that can't be": selected(modseq=2**64),
    "a modseq below nothing": selected(modseq=-1),
    "a message that went unsaid": selected(modseq=120, total=4),
    "a message that came unsaid": selected(modseq=120, total=6),
    "one that came for one that went": selected(modseq=120, upcoming=11, total=5, more=fetch(10)),
    "no uidnext": selected(modseq=120, upcoming=None),
    "a uidnext that went backwards": selected(modseq=120, upcoming=9),
    "what vanished by the million": selected(modseq=120, more=b"* VANISHED (EARLIER) 1:4294967295\r\n"),
    "no folder at all": b"",
}  # fmt: skip


@pytest.mark.parametrize("capabilities", [CONDSTORE, QRESYNC], ids=["CONDSTORE", "QRESYNC"])
@pytest.mark.parametrize("marvel", MARVELS)
def test_what_can_not_be_told_is_compared_as_a_whole(session, marvel, capabilities):
    since = Mark(7, 4_000_000_000, 100, 5) if "million" in marvel else SINCE
    answers = {"SELECT": MARVELS[marvel].replace(b"UIDNEXT 10]", b"UIDNEXT %d]" % since.next)}
    answers["UID FETCH"] = b"".join(
        line + b"\r\n" for line in MARVELS[marvel].split(b"\r\n") if b"FETCH" in line
    )
    look = session(answers, capabilities).look("INBOX", since)
    if "million" in marvel and capabilities == CONDSTORE:
        return
    assert (look.whole, look.flags, look.gone) == (True, {}, ())


def test_large_modseqs_are_numbers_like_others(session):
    since = Mark(7, 10, 2**62, 5)
    on = session({"SELECT": selected(modseq=2**63 - 1), "UID FETCH": fetch(2, modseq=2**63 - 1)})
    assert on.look("INBOX", since) == Look(Mark(7, 10, 2**63 - 1, 5), False, {"7.2": SEEN})


def test_a_server_that_offers_more_than_it_can_is_asked_for_less(session):
    answers = {"SELECT": selected(), 'SELECT "INBOX" (': b"{tag} BAD what do you mean\r\n"}
    assert session(answers, QRESYNC).look("INBOX", SINCE) == Look(SINCE, whole=True)


def test_what_is_said_of_the_folder_before_counts_for_nothing(session):
    before = b"* VANISHED (EARLIER) 1:3\r\n" + fetch(2) + b"* 99 EXISTS\r\n* OK [CLOSED] it was\r\n"
    on = session({"SELECT": before + selected(modseq=120)}, QRESYNC)
    assert on.look("INBOX", SINCE) == Look(Mark(7, 10, 120, 5), whole=False)


def test_what_vanishes_or_changes_unasked_is_left_to_the_next_look(session):
    unasked = b"* VANISHED 2\r\n* 3 FETCH (FLAGS (\\Seen))\r\n* 4 FETCH (UID 0 FLAGS ())\r\n" + fetch(4)
    on = session({"SELECT": selected(modseq=120), "UID FETCH": unasked})
    assert on.look("INBOX", SINCE) == Look(Mark(7, 10, 120, 5), False, {"7.4": SEEN})


def test_a_walk_comes_down_by_windows_and_never_leaves_a_gap(session, monkeypatch):
    monkeypatch.setattr(imap_look, "WINDOW", 3)
    on = session({"SELECT": selected(total=7)}, PLAIN)
    windows = {"FETCH 5:7": (50, 60, 70), "FETCH 3:5": (30, 40, 50), "FETCH 1:3": (10, 20, 30)}
    for words, uids in windows.items():
        numbers = range(int(words[6]), 8)
        lines = [f"* {n} FETCH (FLAGS () UID {uid})\r\n" for n, uid in zip(numbers, uids, strict=False)]
        session.server.answers[words] = "".join(lines).encode() + b"* 9 FETCH (FLAGS () UID 5)\r\n"
    found, walk = [], on.begin("INBOX")
    while walk is not None:
        stretch, walk = on.stretch("INBOX", walk)
        found.append(stretch)
    assert [(each.first, each.last, list(each.flags)) for each in found] == [
        (50, LAST, ["7.50", "7.60", "7.70"]),
        (30, 49, ["7.30", "7.40"]),
        (0, 29, ["7.10", "7.20"]),
    ]


def test_a_window_is_never_above_what_is_left(session, monkeypatch):
    monkeypatch.setattr(imap_look, "WINDOW", 3)
    on = session(
        {"SELECT": selected(total=7), "NOOP": b"* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n* 3 EXISTS\r\n"}, PLAIN
    )
    walk = on.begin("INBOX")
    on.poll()
    on.stretch("INBOX", walk)
    assert sentences(session.server)[-1] == "FETCH 1:3 (UID FLAGS)"


def test_an_empty_folder_is_one_stretch_and_nothing_is_asked(session):
    on = session({"SELECT": selected(total=0)}, PLAIN)
    assert on.stretch("INBOX", on.begin("INBOX")) == (Stretch(0, LAST, {}), None)
    assert sentences(session.server)[-1] == 'SELECT "INBOX"'


def test_the_first_page_takes_one_round_trip_when_the_total_was_known(session):
    page = b"".join(
        b"* %d FETCH (UID %d FLAGS () RFC822.SIZE 9 BODY[HEADER.FIELDS (FROM)] {2}\r\n\r\n)\r\n" % (n, n * 10)
        for n in (4, 5)
    )
    on = session({"SELECT": selected(), "FETCH 4:*": page}, PLAIN)
    assert list(on.newest("INBOX", 2, 5)[1]) == [50, 40]
    assert sum(line.startswith("FETCH") for line in sentences(session.server)) == 1
    assert list(on.newest("INBOX", 2, 900)[1]) == [50, 40]
    asked = [line.split(" (")[0] for line in sentences(session.server) if line.startswith("FETCH")]
    assert asked == ["FETCH 4:*", "FETCH 899:*", "FETCH 4:*"]
