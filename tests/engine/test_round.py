"""One synchronisation of one folder: whatever happens to it, the cache ends as the server is."""

import asyncio
from contextlib import contextmanager, suppress

import pytest
from engine.fakes import FakeClock, FakeSource, Gate, NothingPending
from engine.memory import MemoryCache
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.engine.folders.progress import Report
from tuimail.engine.folders.round import BATCH, FIRST_PAGE, FolderRound, Halt
from tuimail.engine.folders.turns import Turns, Urgency
from tuimail.engine.news import FolderChanged, Newsroom, Notice, Progress
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.change import Erased, Flagged
from tuimail.mail.folder.sync import LAST, Mark, Stretch
from tuimail.mail.letter.envelope import Flag

SEEN, FLAGGED, NONE = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED}), frozenset()


class Stage:
    """A source and a cache, and rounds between them; what was announced is in `news`."""

    def __init__(self, remembers=False, span=0) -> None:
        self.source, self.cache, self.clock = FakeSource("work"), MemoryCache(), FakeClock()
        self.source.remembers, self.source.span = remembers, span
        self.pending, self.news = NothingPending(), []
        self.newsroom = Newsroom()
        self.newsroom.listen(self.news.append)

    @property
    def box(self):
        return self.source.boxes["INBOX"]

    def fill(self, *numbers, flags=NONE):
        for number in numbers:
            self.box[f"1.{number}"] = b"Message-ID: <%d@x>\r\n\r\nraw" % number, flags

    def there(self):
        return {uid: flags for uid, (_, flags) in self.box.items()}

    def round(self) -> FolderRound:
        report = Report("work", "INBOX", self.newsroom, self.clock)
        ways = self.source, self.cache, Turns(), report, self.pending
        return FolderRound("INBOX", *ways, Urgency.PERSON)

    async def sync(self):
        await self.round().run()

    def asked(self, name):
        return [argument for call, argument in self.source.asked if call == name]


async def test_a_cold_folder_shows_its_newest_page_before_anything_is_compared():
    stage = Stage(span=1000)
    stage.fill(*range(1, 2001))
    gate = stage.source.gates["look"] = Gate()
    running = asyncio.create_task(stage.sync())
    await gate.reached.wait()
    assert list(stage.cache.flags()) == [f"1.{n}" for n in range(2001 - FIRST_PAGE, 2001)]
    assert FolderChanged("work", "INBOX") in stage.news
    gate.open()
    await running
    assert stage.cache.flags() == stage.there()


async def test_what_is_left_comes_newest_first_in_batches_and_stretch_by_stretch():
    stage = Stage(span=1000)
    stage.fill(*range(1, 2001))
    await stage.sync()
    fetched = [uid for uids in stage.asked("envelopes") for uid in uids]
    assert fetched == [f"1.{n}" for n in range(2000 - FIRST_PAGE, 0, -1)]
    assert max(stage.cache.batches) <= BATCH


async def test_the_next_batch_is_fetched_while_the_last_one_is_stored():
    stage = Stage()
    stage.fill(*range(1, FIRST_PAGE + 3 * BATCH + 1))
    asked_at_put = []
    put = stage.cache.put

    async def slow(envelopes):
        for _ in range(5):
            await asyncio.sleep(0)
        asked_at_put.append(len(stage.asked("envelopes")))
        await put(envelopes)

    stage.cache.put = slow
    await stage.sync()
    assert asked_at_put == [0, 2, 3, 3]


async def test_with_a_mark_only_what_changed_is_looked_at():
    stage = Stage(remembers=True, span=1000)
    stage.fill(*range(1, 2001))
    await stage.sync()
    stage.source.asked.clear()
    stage.fill(2001)
    stage.fill(7, flags=SEEN)
    del stage.box["1.9"]
    await stage.sync()
    assert [call for call, _ in stage.source.asked] == ["look", "envelopes"]
    assert stage.cache.flags() == stage.there()
    stage.source.asked.clear()
    stage.news.clear()
    await stage.sync()
    assert [call for call, _ in stage.source.asked] == ["look"]
    assert stage.news == []


@pytest.mark.parametrize("gone", [(1,), (3000,), tuple(range(900, 2100)), tuple(range(1, 3001))])
async def test_what_went_is_dropped_wherever_it_was(gone):
    stage = Stage(span=1000)
    stage.fill(*range(1, 3001))
    await stage.sync()
    for number in gone:
        del stage.box[f"1.{number}"]
    await stage.sync()
    assert stage.cache.flags() == stage.there()


async def test_what_went_between_and_below_the_stretches_is_dropped(monkeypatch):
    stage = Stage(span=10)
    stage.fill(*range(1, 101))
    await stage.sync()
    for number in (*range(1, 20), *range(40, 60)):
        del stage.box[f"1.{number}"]

    async def narrow(folder):
        for numbers in (range(60, 101), range(20, 40)):
            there = {f"1.{n}": stage.box[f"1.{n}"][1] for n in numbers}
            yield Stretch(numbers[0], numbers[-1], there)

    monkeypatch.setattr(stage.source, "stretches", narrow)
    await stage.sync()
    assert stage.cache.flags() == stage.there()


async def test_messages_that_can_not_be_told_apart_are_not_carried_over():
    stage = Stage()
    stage.fill(1, 2)
    twin = stage.cache
    await stage.sync()
    first = twin.rows["work", "INBOX"]["1.1"]
    twin.rows["work", "INBOX"]["1.2"] = replace(first, ref=replace(first.ref, uid="1.2"))
    twin.bodies_of.update({"1.1": b"of one", "1.2": b"of the other"})
    stage.box.clear()
    stage.box["2.1"] = b"Message-ID: <1@x>\r\n\r\nraw", NONE
    stage.source.validity = 2
    await stage.sync()
    assert list(twin.flags()) == ["2.1"]
    assert twin.bodies_of == {}


async def test_the_mark_is_kept_only_when_all_before_it_is_here():
    stage = Stage()
    stage.fill(*range(1, 2001))
    stage.cache.cut_after = 6
    with pytest.raises(MailboxError):
        await stage.sync()
    stage.cache.cut_after = None
    assert 0 < len(stage.cache.flags()) < 2000
    assert stage.cache.marks == {}
    await stage.sync()
    assert stage.cache.flags() == stage.there()


async def test_a_round_that_is_stopped_keeps_what_it_has_and_goes_on_next_time():
    stage = Stage()
    stage.fill(*range(1, 2001))
    running = stage.round()
    stage.newsroom.listen(lambda news: setattr(running, "stopped", isinstance(news, Progress)))
    with pytest.raises(Halt):
        await running.run()
    assert FIRST_PAGE < len(stage.cache.flags()) < 2000
    last = [news for news in stage.news if isinstance(news, Progress)][-1]
    assert last.done == last.total
    await stage.sync()
    assert stage.cache.flags() == stage.there()


async def test_after_a_change_of_uidvalidity_bodies_stay_with_their_messages_and_a_person_is_told_once():
    stage = Stage(remembers=True, span=100)
    stage.fill(*range(1, 301))
    await stage.sync()
    stage.cache.bodies_of.update({"1.5": b"five", "1.300": b"last", "1.9": b"nine"})
    wires = [(wire, flags) for wire, flags in stage.box.values()]
    stage.box.clear()
    stage.box.update({f"2.{n}": row for n, row in enumerate(wires, 1) if n != 9})
    stage.source.validity = 2
    await stage.sync()
    assert stage.cache.flags() == stage.there()
    assert stage.cache.bodies_of == {"2.5": b"five", "2.300": b"last"}
    assert [str(news.text) for news in stage.news if isinstance(news, Notice)] == [
        "work: the server numbered INBOX anew; it is read again, and what is kept here stays"
    ]


class Deeds(NothingPending):
    def __init__(self) -> None:
        super().__init__()
        self.deeds, self.came, self.lookers = {}, frozenset(), 0

    def of(self, account, folder):
        return self.deeds

    def arrived(self, account, folder):
        return self.came

    @contextmanager
    def looking(self, account, folder):
        self.lookers += 1
        yield
        self.lookers -= 1


async def test_what_a_person_did_is_not_undone_by_what_the_server_says_yet():
    stage = Stage()
    stage.pending = Deeds()
    stage.pending.deeds = {
        "1.1": (Erased(),),
        "1.2": (Flagged(SEEN, NONE),),
        "1.3": (Flagged(NONE, FLAGGED),),
    }
    stage.fill(1, 2, 3, flags=FLAGGED)
    for _ in range(2):
        await stage.sync()
        assert stage.cache.flags() == {"1.2": SEEN | FLAGGED, "1.3": NONE}
    assert stage.pending.lookers == 0


async def test_what_was_filed_here_while_the_server_was_asked_stays():
    stage = Stage()
    stage.pending = Deeds()
    stage.fill(1, 2)
    await stage.sync()
    stage.pending.came = frozenset({"1.2"})
    del stage.box["1.1"], stage.box["1.2"]
    await stage.sync()
    assert list(stage.cache.flags()) == ["1.2"]


async def test_news_of_a_long_round_is_told_ten_times_a_second_at_most():
    stage = Stage()
    stage.fill(*range(1, 5001))
    stage.newsroom.listen(lambda _: stage.clock.advance(0.001))
    await stage.sync()
    assert 2 <= sum(isinstance(news, FolderChanged) for news in stage.news) <= 4
    assert [n.done for n in stage.news if isinstance(n, Progress)][-1] == 5000


FLAGS = st.frozensets(st.sampled_from([str(Flag.SEEN), str(Flag.FLAGGED)]))
BOXES = st.dictionaries(st.integers(1, 60), FLAGS, max_size=40)


@given(st.lists(BOXES, min_size=1, max_size=4), st.booleans(), st.integers(0, 7), st.data())
@settings(max_examples=150, deadline=None)
def test_rounds_that_are_cut_anywhere_and_begun_again_end_as_the_server_is(boxes, remembers, span, data):
    stage = Stage(remembers, span)

    async def live():
        for box in boxes:
            stage.box.clear()
            for number in sorted(box):
                stage.fill(number, flags=box[number])
            for cut in data.draw(st.lists(st.integers(0, 12), max_size=3)):
                stage.cache.cut_after = cut
                with suppress(MailboxError):
                    await stage.sync()
            stage.cache.cut_after = None
            await stage.sync()
            assert stage.cache.flags() == stage.there()

    asyncio.run(live())


class PagedSource(FakeSource):
    """Keys without numbers, in pages newest first; only the last one says how far all has been read."""

    goes = ""
    reads = False

    async def stretches(self, folder):
        there = {uid: flags for uid, (_, flags) in self.boxes[folder].items()}
        uids = list(there)
        while len(uids) > self.span:
            uids, page = uids[: -self.span], uids[-self.span :]
            await self._call("stretch", folder)
            yield Stretch(0, 0, {uid: there[uid] for uid in page}, part=True)
        if self.reads:
            self.boxes[folder] = {uid: (wire, SEEN) for uid, (wire, _) in self.boxes[folder].items()}
            there = dict.fromkeys(there, SEEN)
        there.pop(self.goes, None)
        yield Stretch(0, LAST, there, mark=Mark(total=len(there), token="end"))


@pytest.fixture
def paged():
    """2,000 messages in pages of 600, and a cache that is slow to take them."""
    stage = Stage()
    stage.source = PagedSource("work")
    stage.source.span = 600
    for number in range(2000):
        stage.box[f"k{number:04}"] = b"Message-ID: <%d@x>\r\n\r\nraw" % number, NONE
    put = stage.cache.put

    async def slow(envelopes):
        for _ in range(5):
            await asyncio.sleep(0)
        await put(envelopes)

    stage.cache.put = slow
    return stage


async def test_a_folder_in_parts_is_shown_part_by_part_and_compared_as_a_whole_at_the_end(paged):
    await paged.sync()
    fetched = [uid for uids in paged.asked("envelopes") for uid in uids]
    assert fetched == [f"k{n:04}" for n in range(2000 - FIRST_PAGE - 1, -1, -1)]
    assert paged.cache.flags() == paged.there()
    assert (await paged.cache.reached("work", "INBOX")).token == "end"
    assert {news.total for news in paged.news if isinstance(news, Progress)} == {2000}
    del paged.box["k0003"], paged.box["k1990"]
    paged.box["k0005"] = paged.box["k0005"][0], SEEN
    paged.source.asked.clear()
    await paged.sync()
    assert not paged.asked("envelopes")
    assert paged.cache.flags() == paged.there()


async def test_flags_that_change_while_the_parts_are_read_are_as_they_are_at_the_end(paged):
    paged.source.reads = True
    await paged.sync()
    assert paged.cache.flags() == paged.there()


async def test_what_goes_while_the_parts_are_read_is_not_kept(paged):
    paged.source.goes = "k0900"
    await paged.sync()
    assert await paged.cache.reached("work", "INBOX") is None
    del paged.box["k0900"]
    paged.source.goes = ""
    await paged.sync()
    assert paged.cache.flags() == paged.there()
