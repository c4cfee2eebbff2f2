"""Which messages are one conversation: in whatever order they come, and whatever their headers say."""

from itertools import permutations

import pytest

from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import Safe
from tuimail.store.cache import CacheFile

INBOX = View("work", "INBOX", threaded=True)


@pytest.fixture
async def cache(tmp_path):
    opened = CacheFile(tmp_path / "cache.db")
    yield opened
    await opened.close()


def message(number, about=(), account="work", folder="INBOX", **changes):
    fields = {
        "ref": Ref(account, folder, f"7.{number}"),
        "sender": Address(f"p{number}@example.jp", f"P{number}"),
        "to": (),
        "cc": (),
        "subject": Safe("hello"),
        "received": 1e9 + number,
        "size": 1,
        "flags": frozenset(),
        "message_id": f"<{number}>",
        "references": tuple(f"<{n}>" for n in about),
    }
    return Envelope(**fields | changes)


async def groups(cache, view=INBOX):
    """The conversations as numbers of messages, oldest first within, newest first among them."""
    found = await cache.threads(view, 0, 100)
    assert await cache.count(view) == (len(found), sum(t.unread > 0 for t in found))
    messages = [await cache.thread(view, t.key) for t in found]
    return [[int(e.ref.uid[2:]) for e in each] for each in messages]


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_a_conversation_is_one_in_whatever_order_its_messages_come(cache, order):
    all_four = [message(1), message(2, [1]), message(3, [1, 2]), message(4, [3])]
    for n in order:
        await cache.put([all_four[n]])
    await cache.put([message(9)])
    assert await groups(cache) == [[9], [1, 2, 3, 4]]


async def test_answers_to_a_message_that_is_not_here_stand_together(cache):
    await cache.put([message(3, [1]), message(2, [1]), message(4, in_reply_to="<5>")])
    await cache.put([message(6, [4])])
    assert await groups(cache) == [[4, 6], [2, 3]]


async def test_a_message_that_joins_two_conversations_makes_them_one_in_every_folder(cache):
    await cache.put([message(1), message(2, [1]), message(8, [7]), message(9, [7], folder="Sent")])
    assert await groups(cache) == [[8], [1, 2]]
    await cache.put([message(5, [2, 7], folder="Sent")])
    assert await groups(cache) == [[1, 2, 8]]
    assert await groups(cache, View("work", "Sent", threaded=True)) == [[5, 9]]
    assert await groups(cache, View("work", "", threaded=True)) == [[1, 2, 5, 8, 9]]
    await cache.put([message(10, [7])])
    assert await groups(cache) == [[1, 2, 8, 10]]


async def test_joined_conversations_may_be_joined_again(cache):
    await cache.put([message(n) for n in range(1, 9)])
    for joint, about in ((11, (7, 8)), (12, (5, 7)), (13, (1, 6)), (14, (6, 8))):
        await cache.put([message(joint, about)])
    assert await groups(cache) == [[1, 5, 6, 7, 8, 11, 12, 13, 14], [4], [3], [2]]


async def test_accounts_have_their_own_conversations(cache):
    await cache.put([message(1), message(2, [1], account="home")])
    assert await groups(cache) == [[1]]
    assert await groups(cache, View("", "", threaded=True)) == [[2], [1]]


async def test_what_names_itself_or_goes_in_a_circle_does_no_harm(cache):
    await cache.put([message(1, [1]), message(2, [3]), message(3, [2]), message(4, [5, 5, 4])])
    assert await groups(cache) == [[4], [2, 3], [1]]


async def test_of_thousands_of_references_the_first_and_the_last_count(cache):
    await cache.put([message(1), message(5_001), message(9_999), message(10_000, range(1, 10_000))])
    assert await groups(cache) == [[1, 9_999, 10_000], [5_001]]


async def test_messages_without_an_id_stand_alone_and_stay_so(cache):
    for _ in range(2):
        await cache.put([message(1, message_id=""), message(2, message_id="")])
        assert await groups(cache) == [[2], [1]]


async def test_two_with_one_id_are_one_conversation(cache):
    await cache.put([message(1), message(2, message_id="<1>")])
    assert await groups(cache) == [[1, 2]]


async def test_what_the_source_says_goes_before_references(cache):
    gmail = 1_800_000_000_000_000_000
    await cache.put([message(1, thread=gmail), message(2, [1], thread=gmail + 1), message(3, thread=gmail)])
    assert await groups(cache) == [[1, 3], [2]]
    await cache.put([message(2, [1], thread=gmail)])
    assert await groups(cache) == [[1, 2, 3]]


async def test_a_row_tells_who_wrote_how_many_there_are_and_what_is_in_them(cache):
    await cache.put([message(1, flags=frozenset({Flag.FLAGGED, Flag.SEEN})), message(2, [1], attached=True)])
    await cache.put(
        [message(3, [1], sender=Address("P1@example.jp", "Again")), message(4, [1], folder="Sent")]
    )
    (row,) = await cache.threads(INBOX, 0, 9)
    assert (row.newest.ref.uid, row.total, row.unread, row.flagged, row.attached) == ("7.3", 3, 2, True, True)
    assert [p.name for p in row.people] == ["P1", "P2"]
    await cache.mark("work", "INBOX", ["7.1"], frozenset(), frozenset({Flag.FLAGGED}))
    await cache.drop("work", "INBOX", ["7.2", "7.3"])
    (row,) = await cache.threads(INBOX, 0, 9)
    assert (row.newest.ref.uid, row.total, row.unread, row.flagged, row.attached) == (
        "7.1",
        1,
        0,
        False,
        False,
    )
