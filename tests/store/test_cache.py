"""cache.db: pages, counts, flags, moves and people; and it may vanish at any time."""

import asyncio
import sqlite3
import threading

import pytest
from msgspec.structs import replace

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.sync import Mark
from tuimail.mail.folder.view import Order, View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.gist import Gist
from tuimail.mail.letter.safe import Safe
from tuimail.store import index
from tuimail.store.cache import CacheFile

INBOX = View("work", "INBOX")
SEEN, FLAGGED, NONE = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED}), frozenset()


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


def at(place, uid, received=0.0, **changes):
    account, folder = place.split("/")
    return envelope(uid, received, ref=Ref(account, folder, uid), **changes)


async def uids(cache, view=INBOX, start=0, length=100):
    return [e.ref.uid for e in await cache.page(view, start, length)]


async def test_an_envelope_comes_back_equal_but_for_its_conversation(cache):
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
        labels=frozenset({"a b", "仕事"}),
    )
    await cache.put([whole])
    (found,) = await cache.page(INBOX, 0, 10)
    assert found.thread
    assert replace(found, thread=0) == whole
    assert await cache.envelope(whole.ref) == found
    assert await cache.envelope(Ref("work", "INBOX", "7.43")) is None


async def test_message_ids_that_are_no_text_do_no_harm(cache):
    await cache.put([envelope("1", message_id="<\udce9@x>", references=("<\udcff>",))])
    assert await uids(cache) == ["1"]


async def test_pages_are_newest_first_and_meet_without_a_gap(cache):
    await cache.put([envelope(f"7.{n}", received=n // 2) for n in range(50)])
    pages = [await uids(cache, start=start, length=7) for start in range(0, 56, 7)]
    assert [uid for page in pages for uid in page] == [f"7.{n}" for n in reversed(range(50))]


async def test_messages_of_one_second_stand_by_number_whatever_batch_they_came_in(cache):
    await cache.put([envelope(f"7.{n}", 5.0) for n in range(20, 40)])
    await cache.put([envelope(f"7.{n}", 5.0) for n in range(1, 20)])
    assert await uids(cache) == [f"7.{n}" for n in range(39, 0, -1)]


async def test_two_that_want_the_same_key_both_stay(cache):
    many = [envelope(f"7.{n << 16}", 5.0) for n in range(1, 50)]
    await cache.put(many)
    await cache.put([envelope(f"8.{n << 16}", 5.0) for n in range(1, 50)])
    assert await cache.count(INBOX) == (98, 98)
    assert len(set(await uids(cache))) == 98


@pytest.mark.parametrize("received", [-1.0, float("inf"), 1e300, -1e300])
async def test_an_absurd_date_is_one_at_the_end_of_the_calendar(cache, received):
    await cache.put([envelope("one", received), envelope("two", 1_700_000_000.0)])
    assert await uids(cache) == (["one", "two"] if received > 0 else ["two", "one"])
    assert [await cache.row(INBOX, Ref("work", "INBOX", uid)) for uid in await uids(cache)] == [0, 1]


async def test_other_folders_and_accounts_stay_out_of_a_view(cache):
    await cache.put([envelope("1"), at("work/Sent", "2"), at("home/INBOX", "3")])
    assert await uids(cache) == ["1"]
    assert await cache.count(INBOX) == (1, 1)
    assert await uids(cache, View("work", "Nowhere")) == []


async def test_the_inbox_of_all_accounts_is_one_list(cache):
    for account in ("work", "home"):
        box = Folder(account, "INBOX", Safe("Inbox"), Role.INBOX)
        await cache.put_folders(account, [box, Folder(account, "Sent", Safe("Sent"), Role.SENT)])
        await cache.put([at(f"{account}/INBOX", f"7.{n}", n * 2 + (account == "home")) for n in range(5)])
        await cache.put([at(f"{account}/Sent", "9.9", 99.0)])
    unified = View("", "", role=Role.INBOX)
    assert await cache.count(unified) == (10, 10)
    rows = await cache.page(unified, 2, 4)
    assert [(e.ref.account, e.ref.uid) for e in rows] == [
        ("home", "7.3"),
        ("work", "7.3"),
        ("home", "7.2"),
        ("work", "7.2"),
    ]
    assert await cache.row(unified, rows[0].ref) == 2
    assert await cache.count(View("work", "")) == (6, 6)
    assert await cache.count(View("", "")) == (12, 12)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("budget ", ["INBOX"]),
        ("budget in:trash ", ["Bin"]),
        ("budget -in:inbox ", []),
        ("in:spam ", ["Spam"]),
    ],
)
async def test_everywhere_is_not_in_junk_and_trash_unless_they_are_named(cache, typed, found):
    roles = {"INBOX": Role.INBOX, "Spam": Role.JUNK, "Bin": Role.TRASH}
    await cache.put_folders("work", [Folder("work", name, Safe(name), role) for name, role in roles.items()])
    await cache.put([at(f"work/{name}", "7.1", subject=Safe("budget")) for name in roles])
    query = parse(typed)
    for view in (View("", "", query), View("work", "", query)):
        assert [e.ref.folder for e in await cache.page(view, 0, 9)] == found
    assert await uids(cache, View("work", "Bin", parse("budget "))) == ["7.1"]


async def test_what_two_hundred_folders_hold_is_one_list(cache):
    await cache.put([at(f"work/f{n}", f"7.{n}", float(n)) for n in range(200)])
    assert await uids(cache, View("work", ""), 100, 3) == ["7.99", "7.98", "7.97"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["5", "4", "3", "2", "1"]),
        ("acme", ["5"]),
        ("見積", ["4"]),
        ("aiko order", ["5"]),
        ("nothing", []),
    ],
)
async def test_a_query_is_a_view_like_others(cache, query, found):
    subjects = ["100% off", "a_b", "c\\d", "お見積書の件", "Order from Acme"]
    await cache.put([envelope(str(n), n, subject) for n, subject in enumerate(subjects, 1)])
    view = View("work", "INBOX", parse(query))
    assert await uids(cache, view) == found
    assert await cache.count(view) == (len(found), len(found))
    assert {ref.uid for ref in await cache.refs(view)} == set(found)


async def test_the_answers_to_a_query_are_as_new_as_the_mail(cache):
    view = View("work", "INBOX", parse("acme"))
    await cache.put([envelope("1", 1, "acme")])
    assert await uids(cache, view) == ["1"]
    await cache.put([envelope("2", 2, "acme again")])
    assert await uids(cache, view) == ["2", "1"]
    await cache.drop("work", "INBOX", ["1"])
    assert await uids(cache, view) == ["2"]


async def test_counts_follow_marking_and_dropping(cache):
    await cache.put([envelope(str(n), n) for n in range(4)])
    assert await cache.count(INBOX) == (4, 4)
    await cache.mark("work", "INBOX", ["1", "2", "gone"], SEEN, NONE)
    assert await cache.count(INBOX) == (4, 2)
    await cache.mark("work", "INBOX", ["2"], FLAGGED, SEEN)
    assert await cache.count(INBOX) == (4, 3)
    await cache.drop("work", "INBOX", ["2", "3"])
    assert await cache.count(INBOX) == (2, 1)


async def test_marking_tells_the_flags_as_they_were(cache):
    await cache.put([envelope("1", flags=SEEN), envelope("2", flags=FLAGGED)])
    assert await cache.mark("work", "INBOX", ["1", "2", "gone"], SEEN, NONE) == {"1": SEEN, "2": FLAGGED}


async def test_labels_are_added_and_dropped(cache):
    await cache.put([envelope("1", labels=frozenset({"a", "b c"})), envelope("2")])
    refs = [Ref("work", "INBOX", uid) for uid in ("1", "2", "gone")]
    await cache.label(refs, frozenset({"d"}), frozenset({"a"}))
    assert [(await cache.envelope(ref)).labels for ref in refs[:2]] == [{"b c", "d"}, {"d"}]


async def test_the_listing_is_oldest_first_with_the_flags_of_now(cache):
    await cache.put([envelope("new", 2.0), envelope("old", 1.0)])
    await cache.reflag("work", "INBOX", {"old": frozenset({Flag.SEEN, "x"})})
    listing = await cache.listing("work", "INBOX")
    assert list(listing.flags.items()) == [("old", frozenset({Flag.SEEN, "x"})), ("new", frozenset())]
    assert await cache.count(INBOX) == (2, 1)


async def test_a_stretch_is_listed_by_number_without_what_is_only_here(cache):
    await cache.put([envelope(f"7.{n}", 100.0 - n) for n in range(1, 10)] + [at("work/Sent", "7.1", 1.0)])
    await cache.move([Ref("work", "Sent", "7.1")], "INBOX")
    assert list((await cache.listing("work", "INBOX", 3, 5)).flags) == ["7.3", "7.4", "7.5"]
    assert len((await cache.listing("work", "INBOX")).flags) == 9


async def test_folders_come_back_in_their_order(cache):
    folders = (
        Folder("work", "INBOX", Safe("Inbox"), Role.INBOX, 10, 2),
        Folder("work", "&ZeVnLIqe-", Safe("日本語")),
    )
    await cache.put_folders("work", folders)
    await cache.put_folders("home", folders[:1])
    await cache.put_folders("work", tuple(reversed(folders)))
    assert await cache.folders("work") == tuple(reversed(folders))


async def test_a_folder_that_was_seen_whole_has_the_numbers_of_what_is_cached(cache):
    await cache.put_folders("work", [Folder("work", "INBOX", Safe("Inbox"), Role.INBOX, 10, 2)])
    await cache.put([envelope("7.1"), envelope("7.2", flags=SEEN)])
    assert [(f.total, f.unread) for f in await cache.folders("work")] == [(10, 2)]
    assert await cache.reached("work", "INBOX") is None
    mark = Mark(7, 3, 2**62, 2, "token" * 1000)
    await cache.reach("work", "INBOX", mark)
    assert await cache.reached("work", "INBOX") == mark
    assert [(f.total, f.unread) for f in await cache.folders("work")] == [(2, 1)]
    await cache.reach("work", "INBOX", None)
    assert await cache.reached("work", "INBOX") is None


async def test_keys_may_be_long_and_differ_in_their_case_alone(cache):
    upper, lower = "AAkALgAAAAAAHYQ" * 10 + "AA=", "AAkALgAAAAAAHYQ" * 10 + "aa="
    await cache.put([envelope(upper, flags=SEEN), envelope(lower)])
    assert (await cache.listing("work", "INBOX")).flags == {upper: SEEN, lower: frozenset()}
    await cache.drop("work", "INBOX", [upper])
    assert (await cache.listing("work", "INBOX")).flags == {lower: frozenset()}


async def test_a_folder_that_is_listed_no_more_takes_its_mail_along(cache):
    folders = [Folder("work", name, Safe(name)) for name in ("INBOX", "Old")]
    await cache.put_folders("work", folders)
    await cache.put([envelope("7.1"), at("work/Old", "7.1"), at("work/Never listed", "7.1")])
    await cache.put_folders("work", folders[:1])
    assert {ref.folder for ref in await cache.refs(View("work", ""))} == {"INBOX", "Never listed"}
    assert await cache.count(View("work", "")) == (2, 2)


GIST = Gist("words of the body", False)


async def test_a_body_is_kept_until_its_message_goes(cache):
    ref = Ref("work", "INBOX", "1")
    await cache.put_bodies([(ref, b"nobody's", GIST)])
    assert await cache.body("work", "INBOX", "1") is None
    await cache.put([envelope("1")])
    await cache.put_bodies([(ref, b"raw", GIST)])
    await cache.put_bodies([(ref, b"raw again", Gist("", True))])
    assert await cache.body("work", "INBOX", "1") == b"raw again"
    assert (await cache.envelope(ref)).attached
    await cache.put([envelope("1", flags=SEEN)])
    assert await cache.body("work", "INBOX", "1") == b"raw again"
    assert (await cache.envelope(ref)).attached
    await cache.drop("work", "INBOX", ["1"])
    await cache.put([envelope("1")])
    assert await cache.body("work", "INBOX", "1") is None


async def test_clearing_a_folder_leaves_no_body_and_no_other_folder(cache, path):
    await cache.put([envelope(f"7.{n}", n) for n in range(9)] + [at("work/Sent", "7.1")])
    refs = [Ref("work", "INBOX", "7.1"), Ref("work", "Sent", "7.1")]
    await cache.put_bodies([(ref, b"raw", GIST) for ref in refs])
    await cache.clear("work", "INBOX")
    assert await cache.count(INBOX) == (0, 0)
    assert await cache.count(View("work", "INBOX", threaded=True)) == (0, 0)
    assert await cache.body("work", "Sent", "7.1") == b"raw"
    assert rows_of(path, "bodies") == rows_of(path, "envelopes") == 1


async def test_what_comes_again_after_a_folder_was_cleared_is_not_found_by_what_it_was(cache, monkeypatch):
    monkeypatch.setattr(index, "FEW", 1)
    await cache.put([envelope(f"7.{n}", n, "old") for n in range(9)] + [at("work/Sent", "7.1")])
    await cache.clear("work", "INBOX")
    await cache.put([envelope(f"7.{n}", n, "new") for n in range(9)])
    for typed, count in (("old ", 0), ("new ", 9)):
        view = replace(INBOX, query=parse(typed, 0.0))
        assert (await cache.count(view))[0] == count


def rows_of(path, table):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()


async def test_the_bodiless_are_the_newest_since_an_instant_without_what_is_only_here(cache):
    await cache.put([envelope(f"7.{n}", 100.0 * n) for n in range(10)] + [at("work/Sent", "7.1", 950.0)])
    await cache.put_bodies([(Ref("work", "INBOX", "7.8"), b"raw", GIST)])
    await cache.move([Ref("work", "Sent", "7.1")], "INBOX")
    found = await cache.bodiless("work", "INBOX", 500.0, 3)
    assert [e.ref.uid for e in found] == ["7.9", "7.7", "7.6"]
    assert [e.ref.uid for e in await cache.bodiless("work", "INBOX", 700.0, 9)] == ["7.9", "7.7"]


ARCHIVE = View("work", "Archive")
TEN = Ref("work", "INBOX", "7.10")


async def moved(cache):
    """A message with its body that was moved from the inbox to the archive."""
    await cache.put([envelope("7.10", 10.0, "moved acme", message_id="<10@x>")])
    await cache.put_bodies([(TEN, b"raw", GIST)])
    return (await cache.move([TEN, Ref("work", "INBOX", "gone")], "Archive"))[TEN]


async def test_what_is_moved_stands_there_at_once_with_its_body(cache):
    ref = await moved(cache)
    assert (ref.account, ref.folder, ref.uid[0]) == ("work", "Archive", "~")
    assert await cache.count(INBOX) == (0, 0)
    assert await uids(cache, ARCHIVE) == [ref.uid]
    assert await cache.body(*(ref.account, ref.folder, ref.uid)) == b"raw"
    assert await uids(cache, View("work", "Archive", parse("acme"))) == [ref.uid]
    assert await cache.strays() == (ref,)
    assert await cache.row(ARCHIVE, ref) == 0


async def test_a_move_settles_under_the_uid_of_the_server(cache):
    await cache.settle(await moved(cache), "3.4")
    assert await uids(cache, ARCHIVE) == ["3.4"]
    assert await cache.body("work", "Archive", "3.4") == b"raw"
    assert await cache.strays() == ()


async def test_a_move_that_is_forgotten_leaves_nothing(cache, path):
    ref = await moved(cache)
    await cache.settle(ref, "")
    await cache.settle(ref, "3.4")
    assert await cache.count(ARCHIVE) == (0, 0)
    assert rows_of(path, "bodies") == 0


@pytest.mark.parametrize("with_body", [False, True])
async def test_a_move_that_settles_where_the_message_stands_already_makes_one_of_both(cache, with_body):
    ref = await moved(cache)
    await cache.put([at("work/Archive", "3.4", 10.0, subject="other", message_id="<other@x>")])
    if with_body:
        await cache.put_bodies([(Ref("work", "Archive", "3.4"), b"raw", GIST)])
    await cache.settle(ref, "3.4")
    assert await uids(cache, ARCHIVE) == ["3.4"]
    assert await cache.count(ARCHIVE) == (1, 1)
    assert await cache.body("work", "Archive", "3.4") == b"raw"


async def test_a_message_that_comes_where_it_was_moved_takes_its_place_and_body(cache):
    ref = await moved(cache)
    await cache.put([at("work/Archive", "3.4", 10.0, message_id="<10@x>", flags=SEEN)])
    assert await uids(cache, ARCHIVE) == ["3.4"]
    assert await cache.count(ARCHIVE) == (1, 0)
    assert await cache.body("work", "Archive", "3.4") == b"raw"
    await cache.settle(ref, "3.4")
    assert await uids(cache, ARCHIVE) == ["3.4"]


async def test_messages_without_an_id_are_never_taken_for_each_other(cache):
    await cache.put([envelope("7.1", 1.0)])
    await cache.move([Ref("work", "INBOX", "7.1")], "Archive")
    await cache.put([at("work/Archive", "3.4", 9.0)])
    assert await cache.count(ARCHIVE) == (2, 2)


async def test_moving_there_and_back_is_no_loss(cache):
    ref = await moved(cache)
    back = (await cache.move([ref], "INBOX"))[ref]
    assert await uids(cache) == [back.uid]
    await cache.settle(back, "7.10")
    assert await cache.body("work", "INBOX", "7.10") == b"raw"
    assert await cache.move([TEN], "INBOX") == {}


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order.NEWEST, ["3", "2", "1"]),
        (Order.OLDEST, ["1", "2", "3"]),
        (Order.SENDER, ["2", "3", "1"]),
        (Order.SUBJECT, ["3", "1", "2"]),
        (Order.LARGEST, ["1", "3", "2"]),
    ],
)
async def test_a_list_stands_in_the_order_asked_for(cache, order, found):
    anna, zoe = Address("z@example.jp", "anna"), Address("a@example.jp", "Zoe")
    await cache.put([envelope("1", 1, "b", sender=zoe, size=3)])
    await cache.put([envelope("2", 2, "C", sender=anna, size=1), envelope("3", 3, "A", sender=zoe, size=2)])
    view = View("work", "INBOX", order=order)
    assert await uids(cache, view) == found
    assert [await cache.row(view, Ref("work", "INBOX", uid)) for uid in found] == [0, 1, 2]
    await cache.mark("work", "INBOX", ["2"], SEEN, NONE)
    unread = [n for n, uid in enumerate(found) if uid != "2"]
    assert [await cache.unread(view, n) for n in range(4)] == [
        next((u for u in unread if u >= n), None) for n in range(4)
    ]
    assert [await cache.unread(view, n, back=True) for n in range(3)] == [
        next((u for u in reversed(unread) if u <= n), None) for n in range(3)
    ]


async def test_completion_begins_at_words_and_knows_whom_one_has_written_to(cache):
    anna, annika = Address("anna@example.jp", "Anna Berg"), Address("x.annika@example.jp", "Lee Ann")
    await cache.put_folders("work", [SENT])
    await cache.put([sent("1", 5.0, ["anna@example.jp"])])
    await cache.put([envelope("7", 7, sender=anna), envelope("9", 9, sender=annika)])
    await cache.put([envelope("8", 8, cc=(Address("berg@example.jp"),))])
    assert await cache.seen("ann", 8) == (anna, annika)
    assert await cache.seen("ANN", 1) == (anna,)
    assert await cache.seen("berg", 8) == (anna, Address("berg@example.jp"))
    assert await cache.seen("anna b", 8) == (anna,)
    for prefix in ("nna", "%", "", " ", "example.jp"):
        assert await cache.seen(prefix, 8) == ()


async def test_completion_finds_japanese_by_any_part(cache):
    taro = Address("t@example.jp", "山田太郎")
    await cache.put([envelope("1", sender=taro)])
    for prefix in ("山", "山田", "田太", "太郎"):
        assert await cache.seen(prefix, 8) == (taro,)


async def test_completion_is_by_rank_when_very_many_begin_so(cache):
    people = [Address(f"a{n}@example.jp", f"Ann {n}") for n in range(2_100)]
    await cache.put([envelope(f"7.{n}", float(n), sender=one) for n, one in enumerate(people)])
    assert await cache.seen("a", 3) == tuple(people[:-4:-1])
    assert await cache.seen("ann", 1) == (people[-1],)
    assert await cache.seen("ann 2099", 8) == (people[2099],)
    assert await cache.seen("a20", 1) == (people[2099],)


async def test_an_address_is_one_whatever_its_case_and_goes_by_its_latest_name(cache):
    await cache.put([envelope("1", 1, sender=Address("x@example.jp", "Old"))])
    await cache.put([envelope("3", 3, sender=Address("X@example.jp", "New"))])
    await cache.put([envelope("2", 2, sender=Address("x@example.jp", "Middle"))])
    await cache.put([envelope("4", 4, sender=Address("x@example.jp", ""))])
    assert await cache.seen("x@", 8) == (Address("x@example.jp", "New"),)
    assert await cache.seen("new", 8) == (Address("x@example.jp", "New"),)


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


async def test_a_cache_that_goes_bad_under_the_reader_begins_anew_for_both(cache, path):
    await cache.put([envelope(f"7.{n}", n, f"subject {n}" * 20) for n in range(2_000)])
    assert (await cache.count(INBOX))[0] == 2_000
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    assert await cache.page(View("work", "INBOX", order=Order.SUBJECT), 0, 5) == ()
    await cache.put([envelope("1")])
    assert await uids(cache) == ["1"]


async def test_reading_does_not_wait_for_a_batch_and_sees_what_was_awaited(cache):
    for n in range(5):
        writing = asyncio.create_task(cache.put([envelope(f"7.{n}{m}", m) for m in range(100)]))
        assert (await cache.count(INBOX))[0] in (n * 100, n * 100 + 100)
        await writing
        assert (await cache.count(INBOX))[0] == n * 100 + 100


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


@pytest.mark.parametrize("version", [1, 2])
async def test_a_cache_of_an_older_schema_begins_anew(path, version):
    path.parent.mkdir()
    old = sqlite3.connect(path)
    for table in ("folders", "envelopes", "bodies", "addresses", *(["written"] if version == 2 else [])):
        old.execute(f"CREATE TABLE {table} (account TEXT, folder TEXT, uid TEXT, spec TEXT)")
        old.execute(f"INSERT INTO {table} VALUES ('work', 'INBOX', '1', 'x')")
    old.execute(f"PRAGMA user_version = {version}")
    old.commit()
    old.close()
    assert await fill_and_look(path) == (0, 0)
    assert await fill_and_look(path) == (1, 1)


async def test_a_message_of_which_another_time_is_told_stands_at_that_time(cache):
    await cache.put([envelope("7.1", 10.0), envelope("7.2", 20.0)])
    await cache.put([envelope("7.1", 30.0)])
    assert await uids(cache) == ["7.1", "7.2"]
    assert await cache.count(INBOX) == (2, 2)
    await cache.put([envelope("7.1", 30.5)])
    assert await uids(cache) == ["7.1", "7.2"]


async def test_a_page_is_read_while_a_long_write_goes_on(cache):
    """What stands there before, and the new once it is written."""
    await cache.put([envelope("7.1", 1.0)])
    begun, finish = threading.Event(), threading.Event()

    def slow(connection):
        connection.execute("DELETE FROM envelopes")
        begun.set()
        assert finish.wait(30)

    writing = asyncio.create_task(cache._pair.write(slow))
    await asyncio.to_thread(begun.wait, 30)
    assert await uids(cache) == ["7.1"]
    finish.set()
    await writing
    assert await uids(cache) == []


async def test_what_another_process_writes_is_seen(cache, path):
    by_subject = View("work", "INBOX", order=Order.SUBJECT)
    await cache.put([envelope("7.1", 1.0)])
    assert await uids(cache, by_subject) == ["7.1"]
    other = CacheFile(path)
    await other.put([envelope("7.2", 2.0)])
    assert await uids(cache, by_subject) == ["7.2", "7.1"]
    await other.close()
