import re
import sqlite3
import zlib
from itertools import count

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mail.folder.query import parse
from tuimail.mail.letter import grams
from tuimail.mail.letter.gist import gist
from tuimail.store import cache_key, index
from tuimail.store.cache_row import COLUMNS
from tuimail.store.cache_schema import MIGRATIONS

NOW = 1_790_000_000.0
DAY = 86_400


class Cache:
    """The tables of cache.db, and messages put into them by hand."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        for statement in MIGRATIONS[-1].split(";\n"):
            self.connection.execute(statement)
        self.connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row)")
        for account, name, title, role in (
            ("work", "INBOX", "Inbox", "inbox"),
            ("work", "Lists/Python", "Python", ""),
            ("home", "INBOX", "Inbox", "inbox"),
        ):
            self.connection.execute(
                "INSERT INTO folders (account, name, title, role) VALUES (?, ?, ?, ?)",
                (account, name, title, role),
            )
        self._numbers = count(1)

    def put(self, subject="", text=None, **given) -> int:
        """One message a day, the first a day after NOW - 100 days; its id."""
        number = next(self._numbers)
        received = given.get("received", NOW + (number - 100) * DAY)
        to, cc = given.get("to", []), given.get("cc", [])
        values = {
            "id": int(received) << cache_key.SECOND | number,
            "folder": given.get("folder", 1),
            "number": number,
            "uid": str(number),
            "thread": number,
            "unread": int("\\Seen" not in given.get("flags", "")),
            "flagged": 0,
            "attached": given.get("attached", 0),
            "body": int(text is not None),
            "received": received,
            "size": given.get("size", 1_000),
            "flags": given.get("flags", ""),
            "labels": given.get("labels", ""),
            "sender_name": given.get("name", ""),
            "sender_spec": given.get("spec", ""),
            "subject": subject,
            "recipients": str(msgspec.json.encode((to, cc)), "utf-8"),
            "ids": '["",""]',
        }
        slots = ", ".join(f":{name}" for name in COLUMNS.split(", "))
        self.connection.execute(f"INSERT INTO envelopes ({COLUMNS}) VALUES ({slots})", values)
        shown = ("id", "subject", "sender_name", "sender_spec", "recipients")
        index.put(self.connection, [index.Head(*(values[name] for name in shown))])
        if text is not None:
            index.put_text(self.connection, {values["id"]: index.words(text)})
        return values["id"]

    def find(self, typed: str, folders=None, limit: int = 100) -> list[int]:
        return list(index.find(self.connection, parse(typed, NOW), folders, limit).ids)


@pytest.fixture
def cache() -> Cache:
    return Cache()


def test_words_are_found_in_subject_people_and_text_newest_first(cache):
    first = cache.put("Budget review")
    second = cache.put("x", "the budget is here")
    third = cache.put("y", name="Budget Office", spec="office@example.org")
    cache.put("nothing", "of the kind")
    assert cache.find("budget ") == [third, second, first]
    assert cache.find("BUDGET ") == [third, second, first]


def test_all_words_must_hold_wherever_they_stand(cache):
    both = cache.put("Budget", "for the review")
    cache.put("Budget", "for nobody")
    assert cache.find("review budget ") == [both]
    assert cache.find("review -budget ") == []


def test_a_header_is_found_before_and_after_its_text_comes(cache):
    id = cache.put("Budget")
    assert cache.find("budget ") == [id]
    index.put_text(cache.connection, {id: index.words("needle")})
    index.put_text(cache.connection, {id: index.words("other")})
    assert (cache.find("budget "), cache.find("needle "), cache.find("other ")) == ([id], [id], [])
    assert cache.find("subject:needle ") == []


def test_the_words_of_what_is_dropped_leave_the_index(cache):
    raw = "Content-Type: text/plain; charset=utf-8\n\nneedle 会議の日程\n".encode()
    kept, whole, head = cache.put("Budget needle"), cache.put("Budget", gist(raw).text), cache.put("Review")
    cache.connection.execute("INSERT INTO bodies VALUES (?, ?)", (whole, zlib.compress(raw)))
    index.drop(cache.connection, [whole, head])
    words = dict(cache.connection.execute("SELECT term, doc FROM vocabulary"))
    assert words["needle"] == words["budget"] == 1
    assert not {"会議", "日程", "review", "会", "0sr"} & set(words)
    assert cache.find("needle ") == [kept]


def test_the_words_of_very_many_stay_and_are_passed_over(cache, monkeypatch):
    monkeypatch.setattr(index, "FEW", 1)
    ids = [cache.put("Budget") for _ in range(2)]
    index.drop(cache.connection, ids)
    cache.connection.execute("DELETE FROM envelopes")
    assert dict(cache.connection.execute("SELECT term, doc FROM vocabulary"))["budget"] == 2
    assert cache.find("budget ") == []


def test_the_index_of_nothing_is_empty_again(cache, monkeypatch):
    monkeypatch.setattr(index, "FEW", 1)
    ids = [cache.put("Budget") for _ in range(4)]
    index.drop(cache.connection, ids[:2])
    index.sweep(cache.connection)
    assert dict(cache.connection.execute("SELECT term, doc FROM vocabulary"))["budget"] == 4
    index.drop(cache.connection, ids[2:])
    index.sweep(cache.connection)
    assert cache.connection.execute("SELECT * FROM vocabulary").fetchall() == []
    assert cache_key.free(cache.connection, ids) == ids


def test_no_message_has_the_id_of_one_whose_words_have_stayed(cache, monkeypatch):
    monkeypatch.setattr(index, "FEW", 1)
    ids = [cache.put("Budget") for _ in range(4)]
    index.drop(cache.connection, ids[:2])
    index.drop(cache.connection, ids[2:3])
    cache.connection.execute("DELETE FROM envelopes WHERE id <> ?", (ids[3],))
    assert cache_key.free(cache.connection, ids) == [ids[0] + 1, ids[1] + 1, ids[2], ids[3] + 1]


def test_what_is_dropped_is_found_no_more_and_may_come_again(cache):
    id = cache.put("Budget", "needle")
    index.drop(cache.connection, [id])
    cache.connection.execute("DELETE FROM envelopes")
    assert cache.find("needle ") == []
    again = cache.put("Budget", "needle")
    assert cache.find("needle budget ") == [again]


def test_the_word_being_typed_is_taken_as_a_beginning(cache):
    id = cache.put("Quarterly numbers", "and an invoice", name="Anna Berg", spec="anna@example.org")
    for typed in ("q", "qu", "qua", "quarterly", "a", "be", "inv", "ex", "numbers inv", '"quarterly num'):
        assert cache.find(typed) == [id], typed
    for typed in ("qua ", "inv ", "invx", "in ", '"quarterly inv'):
        assert cache.find(typed) == [], typed
    assert cache.find("inv* numbers ") == [id]


def test_people_are_found_by_where_they_stand(cache):
    id = cache.put(
        "x",
        name="Anna Berg",
        spec="anna@a.example",
        to=[("ben@b.example", "Ben")],
        cc=[("cleo@c.example", "京都 太郎")],
    )
    found = {
        "from:anna ": [id], "from:ben ": [], "to:ben ": [id], "to:cleo ": [id], "to:anna ": [],
        "cc:cleo ": [id], "cc:ben ": [], "cc:太郎 ": [id], "from:太郎 ": [], "from:an": [id], "to:an": [],
        "to:b": [id], "cc:b": [], "from:anna@a.example ": [id], "from:a.example ": [id],
        "from:b.example ": [],
    }  # fmt: skip
    assert {typed: cache.find(typed) for typed in found} == found


def test_columns_of_a_message_are_asked_without_words(cache):
    read = cache.put("a", flags="\\Answered \\Seen", size=2_000_000, attached=1)
    unread = cache.put("b", labels='["Work/Übung"]', folder=2)
    found = {
        "is:unread": [unread], "is:read": [read], "-is:read": [unread], "is:answered": [read],
        "has:attachment": [read], "-has:attachment": [unread], "larger:1M": [read], "smaller:1M": [unread],
        "label:work": [unread], "in:python ": [unread], "in:inbox ": [read], "in:pyt": [unread],
        "-in:python ": [read], "account:home ": [], "account:work ": [unread, read], "in:nowhere ": [],
        "before:97d": [unread, read], "after:97d": [], "a is:read": [read], "a is:unread": [],
    }  # fmt: skip
    assert {typed: cache.find(typed) for typed in found} == found


def test_dates_begin_with_the_first_second_of_their_day(cache):
    midnight = NOW // DAY * DAY
    before, after = cache.put("x", received=midnight - 1), cache.put("x", received=midnight)
    assert cache.find("after:today x ") == [after]
    assert cache.find("before:today x ") == [before]
    assert cache.find("after:today") == [after]


def test_only_the_folders_of_the_view_are_looked_into(cache):
    one, two = cache.put("x"), cache.put("x", folder=2)
    assert cache.find("x ", folders=[1]) == [one]
    assert cache.find("x ", folders=[1, 2]) == [two, one]
    assert cache.find("x ", folders=[]) == []


def test_of_many_the_newest_are_found(cache):
    ids = [cache.put("x") for _ in range(5)]
    found = index.find(cache.connection, parse("x "), None, 3)
    assert (list(found.ids), found.more) == (ids[:1:-1], True)
    assert not index.find(cache.connection, parse("x "), None, 5).more


def test_what_is_not_wanted_is_left_out(cache):
    cache.put("Budget", "from the robot")
    kept = cache.put("Budget", "from Anna")
    assert cache.find("budget -robot ") == [kept]
    assert cache.find("-robot") == [kept]
    assert cache.find('-"the robot" -review ') == [kept]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("お世話になっております。資料を添付しましたのでご確認ください。", "資料"),
        ("お世話になっております。資料を添付しましたのでご確認ください。", "添付しました"),
        ("本日の東京都庁での会議", "京都"),
        ("会議室Aで第3回の打合せ", "第3回"),
        ("ｶﾀｶﾅのﾃﾞｰﾀ", "データ"),
        ("請求書番号ＩＮＶ－１００", "inv-100"),
        ("ご確認のお\r\n願いです", "お願い"),
        ("> ご確認のお\n> 願いです", "お願い"),
        ("请查收附件中的合同", "附件"),
        ("회의 일정을 확인해 주세요", "확인"),
        ("税", "税"),
        ("消費税込み", "税"),
        ("Réunion à Genève", "geneve"),
        ("Straße", "STRASSE"),
        ("𠮷野家で", "𠮷野"),
    ],
)
def test_words_are_found_inside_longer_ones_in_writing_without_spaces(cache, text, typed):
    id = cache.put("x", text)
    assert cache.find(typed) == [id]
    assert cache.find(f"body:{typed} ") == [id]
    assert cache.find(f"subject:{typed} ") == []


@pytest.mark.parametrize("typed", ["会程", "都京", "会議日程", "日程表"])
def test_pairs_that_stand_apart_are_no_word(cache, typed):
    cache.put("x", "会議の日程について。東京都")
    assert cache.find(typed) == []


ALPHABET = "会議日程の東京都ｶタータ a1\n"
_JOINED = re.compile("(?<=[会議日程の東京都カター])\n(?=[会議日程の東京都カター])")


@settings(deadline=None)
@given(
    st.lists(st.text(ALPHABET, max_size=12), max_size=6),
    st.text("会議日程の東京都カタ", min_size=1, max_size=4),
)
def test_it_finds_what_a_plain_look_through_the_text_finds(texts, word):
    cache = Cache()
    ids = {cache.put("", text): text for text in texts}
    expected = [id for id, text in ids.items() if word in _JOINED.sub("", grams.fold(text))]
    assert sorted(cache.find(f"{word} ")) == expected


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_no_query_makes_invalid_sql_and_no_text_is_refused(text, typed):
    cache = Cache()
    cache.put(text.encode("utf-8", "replace").decode(), text.encode("utf-8", "replace").decode())
    cache.find(typed.encode("utf-8", "replace").decode())


@settings(deadline=None)
@given(st.text("ab \"*-:()^{}+'会", max_size=12))
def test_the_signs_of_the_index_mean_nothing_in_a_query(typed):
    Cache().find(typed)


def test_answers_of_a_server_count_where_the_text_is_not_here(cache):
    here, elsewhere = cache.put("x", "text"), cache.put("y")
    query = parse("needle ")
    index.answer(cache.connection, query, [here, elsewhere])
    assert cache.find("needle ") == [elsewhere]
    assert cache.find("needle is:read") == []
    assert cache.find("other ") == []
    assert cache.find("needle ", folders=[2]) == []


def test_it_is_known_how_much_can_be_searched(cache):
    cache.put("x", "text"), cache.put("y"), cache.put("z", folder=2)
    covered = index.covered(cache.connection, parse("needle in:inbox "), None)
    assert [(each.account, each.folder, each.total, each.textless) for each in covered][:1] == [
        ("work", "INBOX", 0, 1)
    ]
