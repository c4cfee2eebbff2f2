"""cache.db: pages, counts, flags and addresses; and it may vanish at any time."""

import sqlite3

import pytest
from msgspec.structs import replace

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import Safe
from tuimail.store.cache import CacheFile

INBOX = View("work", "INBOX")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "cache.db"


@pytest.fixture
async def cache(path):
    opened = CacheFile(path)
    yield opened
    await opened.close()


def envelope(uid, received=0.0, subject="hello", **changes):
    base = Envelope(
        ref=Ref("work", "INBOX", uid),
        sender=Address("aiko@example.jp", "Aiko"),
        to=(Address("me@example.jp", "Me"),),
        cc=(),
        subject=Safe(subject),
        received=received,
        size=1000,
        flags=frozenset(),
    )
    return replace(base, **changes)


async def uids(cache, query="", start=0, length=100):
    return [e.ref.uid for e in await cache.page(View("work", "INBOX", query), start, length)]


async def test_an_envelope_comes_back_equal(cache):
    whole = envelope(
        "7.42",
        1.5,
        "見積書 [red]x[/]",
        cc=(Address("b@example.jp"), Address("c@example.jp", 'O"Neil, \\ "C"')),
        flags=frozenset({Flag.SEEN, "$Junk"}),
        message_id="<1@x>",
        in_reply_to="<0@x>",
        references=("<a@x>", "<0@x>"),
        attached=True,
    )
    await cache.put([whole])
    assert await cache.page(INBOX, 0, 10) == (whole,)


async def test_pages_are_newest_first_and_meet_without_a_gap(cache):
    await cache.put([envelope(f"u{n:02}", received=n // 2) for n in range(50)])
    pages = [await uids(cache, start=start, length=7) for start in range(0, 56, 7)]
    assert [uid for page in pages for uid in page] == [f"u{n:02}" for n in reversed(range(50))]


async def test_other_folders_and_accounts_stay_out_of_a_view(cache):
    await cache.put([envelope("1"), envelope("2", ref=Ref("work", "Sent", "2"))])
    await cache.put([envelope("3", ref=Ref("home", "INBOX", "3"))])
    assert await uids(cache) == ["1"]
    assert await cache.count(INBOX) == (1, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["5", "4", "3", "2", "1"]),
        ("100%", ["1"]),
        ("%", ["1"]),
        ("a_b", ["2"]),
        ("_", ["2"]),
        ("c\\d", ["3"]),
        ("見積", ["4"]),
        ("ACME", ["5"]),
        ("acme order", ["5"]),
        ("order aiko", ["5"]),
        ("nothing", []),
        ("' OR 1=1 --", []),
    ],
)
async def test_a_query_finds_its_words_as_they_stand(cache, query, found):
    subjects = ["100% off", "a_b", "c\\d", "お見積書の件", "Order from Acme"]
    await cache.put([envelope(str(n), n, subject) for n, subject in enumerate(subjects, 1)])
    assert await uids(cache, query) == found
    assert await cache.count(View("work", "INBOX", query)) == (len(found), len(found))


async def test_counts_follow_marking_and_dropping(cache):
    seen = frozenset({Flag.SEEN})
    await cache.put([envelope(str(n), n) for n in range(4)])
    assert await cache.count(INBOX) == (4, 4)
    await cache.mark("work", "INBOX", ["1", "2", "gone"], seen, frozenset())
    assert await cache.count(INBOX) == (4, 2)
    await cache.mark("work", "INBOX", ["2"], frozenset({Flag.FLAGGED}), seen)
    assert await cache.count(INBOX) == (4, 3)
    await cache.drop("work", "INBOX", ["2", "3"])
    assert await cache.count(INBOX) == (2, 1)


async def test_marking_tells_the_flags_as_they_were(cache):
    seen, flagged = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED})
    await cache.put([envelope("1", flags=seen), envelope("2", flags=flagged)])
    assert await cache.mark("work", "INBOX", ["1", "2", "gone"], seen, frozenset()) == {
        "1": seen,
        "2": flagged,
    }


async def test_the_listing_is_oldest_first_with_the_flags_of_now(cache):
    await cache.put([envelope("new", 2.0), envelope("old", 1.0)])
    await cache.reflag("work", "INBOX", {"old": frozenset({Flag.SEEN, "x"})})
    listing = await cache.listing("work", "INBOX")
    assert list(listing.flags.items()) == [("old", frozenset({Flag.SEEN, "x"})), ("new", frozenset())]
    assert await cache.count(INBOX) == (2, 1)


async def test_folders_come_back_in_their_order(cache):
    folders = (
        Folder("work", "INBOX", Safe("Inbox"), Role.INBOX, 10, 2),
        Folder("work", "&ZeVnLIqe-", Safe("日本語")),
    )
    await cache.put_folders("work", folders)
    await cache.put_folders("home", folders[:1])
    await cache.put_folders("work", tuple(reversed(folders)))
    assert await cache.folders("work") == tuple(reversed(folders))


async def test_a_body_is_kept_until_its_message_goes(cache):
    assert await cache.body("work", "INBOX", "1") is None
    await cache.put_body("work", "INBOX", "1", b"raw")
    await cache.put_body("work", "INBOX", "1", b"raw again")
    assert await cache.body("work", "INBOX", "1") == b"raw again"
    await cache.drop("work", "INBOX", ["1"])
    assert await cache.body("work", "INBOX", "1") is None


async def test_completion_begins_at_words_and_ranks_whom_one_meets_most(cache):
    anna, annika = Address("anna@example.jp", "Anna Berg"), Address("annika@example.jp", "Annika Ann")
    await cache.put([envelope(str(n), n, sender=anna) for n in range(3)])
    await cache.put([envelope("9", 9, sender=annika, cc=(Address("berg@example.jp"),))])
    assert await cache.seen("ann", 8) == (anna, annika)
    assert await cache.seen("ANN", 1) == (anna,)
    assert await cache.seen("berg", 8) == (anna, Address("berg@example.jp"))
    assert await cache.seen("nna", 8) == ()
    assert await cache.seen("%", 8) == ()


async def test_an_address_is_one_whatever_its_case_and_goes_by_its_latest_name(cache):
    await cache.put([envelope("1", 1, sender=Address("x@example.jp", "Old"))])
    await cache.put([envelope("3", 3, sender=Address("X@example.jp", "New"))])
    await cache.put([envelope("2", 2, sender=Address("x@example.jp", "Middle"))])
    await cache.put([envelope("4", 4, sender=Address("x@example.jp", ""))])
    assert await cache.seen("x@", 8) == (Address("x@example.jp", "New"),)


async def fill_and_look(path):
    """Open, put one message, and count; as a client does that finds its cache empty."""
    cache = CacheFile(path)
    found = await cache.count(INBOX)
    await cache.put([envelope("1")])
    assert await uids(cache) == ["1"]
    await cache.close()
    return found


@pytest.mark.parametrize("damage", ["garbage", "cut", "newer", "pages"])
async def test_a_damaged_cache_is_thrown_away_and_filled_again(path, damage):
    cache = CacheFile(path)
    await cache.put([envelope(str(n), n, f"subject {n}" * 20) for n in range(500)])
    await cache.close()
    whole = path.read_bytes()
    match damage:
        case "garbage":
            path.write_bytes(b"garbage" * 1000)
        case "cut":
            path.write_bytes(whole[: len(whole) // 3])
        case "pages":
            path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
        case "newer":
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA user_version = 99")
            connection.close()
    assert await fill_and_look(path) == (0, 0)
    assert await fill_and_look(path) == (1, 1)


def sent(uid, received, to, folder="Gesendet"):
    people = tuple(Address(spec) for spec in to)
    return envelope(uid, received, ref=Ref("work", folder, uid), to=people)


SENT = Folder("work", "Gesendet", Safe("Gesendet"), Role.SENT)


async def test_those_written_to_are_those_of_the_sent_folders_alone(cache):
    await cache.put_folders("work", [SENT])
    await cache.put([sent("1", 5.0, ["Aiko@Example.jp"]), sent("2", 5.0, ["b@example.jp"], "INBOX")])
    asked = ["aiko@example.jp", "b@example.jp", "c@example.jp"]
    assert await cache.written_to(asked, 6.0) == {"aiko@example.jp"}
    assert await cache.written_to(asked, 5.0) == frozenset()
    assert await cache.met(asked, 6.0) == {"aiko@example.jp", "b@example.jp"}
    assert await cache.met(asked, 5.0) == frozenset()


async def test_a_folder_that_turns_out_to_be_sent_is_looked_through(cache):
    await cache.put([sent("1", 5.0, ["a@example.jp"])])
    assert await cache.written_to(["a@example.jp"], 6.0) == frozenset()
    await cache.put_folders("work", [SENT])
    assert await cache.written_to(["a@example.jp"], 6.0) == {"a@example.jp"}


async def test_the_first_time_is_the_earliest_whatever_the_order_of_arrival(cache):
    await cache.put_folders("work", [SENT])
    await cache.put([sent("1", 9.0, ["a@example.jp"])])
    await cache.put([sent("2", 5.0, ["a@example.jp"])])
    assert await cache.written_to(["a@example.jp"], 6.0) == {"a@example.jp"}


async def test_a_cache_of_the_first_schema_learns_whom_was_written_to(path):
    from tuimail.store.cache import SCHEMA_1
    from tuimail.store.database import migrate

    path.parent.mkdir()
    old = sqlite3.connect(path, isolation_level=None)
    migrate(old, (SCHEMA_1,))
    old.execute("INSERT INTO folders VALUES ('work', 'Gesendet', 0, 'Gesendet', 'sent', 0, 0)")
    recipients = '[[["A@example.jp", "A"]], [["b@example.jp", ""]]]'
    values = ("work", "Gesendet", "1", 5.0, 1, "", 9, "Me", "me@example.jp", recipients, "x", "[]", 0)
    old.execute(f"INSERT INTO envelopes VALUES ({','.join('?' * 13)})", values)
    old.execute("INSERT INTO addresses VALUES ('b@example.jp', '', 1, 5.0)")
    old.close()
    cache = CacheFile(path)
    assert await cache.written_to(["a@example.jp", "b@example.jp"], 6.0) == {"a@example.jp", "b@example.jp"}
    assert await cache.met(["b@example.jp"], 6.0) == {"b@example.jp"}
    await cache.close()
