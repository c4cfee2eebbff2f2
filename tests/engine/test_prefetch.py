"""Bodies of recent mail are here before somebody asks for them."""

import asyncio

import pytest
from engine.fakes import Gate

from tuimail.engine.folders import prefetch
from tuimail.engine.folders.prefetch import BodyLimits
from tuimail.engine.news import FoldersChanged
from tuimail.mail.letter.envelope import Ref


@pytest.fixture
def reading(world):
    now = int(world.clock.now().wall)
    world.bodies = BodyLimits(days=90, largest=1000)

    def fill(*ages, folder="INBOX", size=10):
        for age in ages:
            uid = f"1.{now - age}"
            world.source.boxes[folder][uid] = b"Subject: x\r\n\r\n" + b"x" * size, frozenset()
            yield Ref("work", folder, uid)

    return fill


def fetched(world):
    return [uid for call, uids in world.source.asked if call == "bodies" for uid in uids]


async def test_bodies_come_newest_first_within_the_limits_of_age_and_size(world, reading):
    engine = world.engine()
    refs = list(reading(*range(200, 0, -1)))
    refs += reading(91 * 86400)
    large = next(reading(300, size=2000))
    await engine.start()
    await world.until(lambda: len(fetched(world)) == 200)
    assert fetched(world) == [ref.uid for ref in reversed(refs[:200])]
    assert large.uid not in fetched(world)
    batches = [uids for call, uids in world.source.asked if call == "bodies"]
    assert max(map(len, batches)) <= prefetch.MOST


async def test_what_was_fetched_is_read_without_the_server(world, reading):
    engine = world.engine()
    [ref] = reading(5)
    await engine.start()
    cache = engine._disk.cache
    await world.until(lambda: fetched(world))
    for _ in range(100):
        if await cache.body(ref.account, ref.folder, ref.uid):
            break
        await world.a_while()
    world.source.failures["body"] = 1
    assert (await engine.mailbox.raw(ref)).startswith(b"Subject: x")


async def test_what_comes_later_is_fetched_later(world, reading):
    engine = world.engine()
    list(reading(5))
    await engine.start()
    await world.until(lambda: fetched(world))
    [late] = reading(1)
    world.source.changed.put_nowait(None)
    await world.until(lambda: sum(call == "look" for call, _ in world.source.asked) > 2)
    for _ in range(20):
        await world.a_while()
        world.clock.advance(prefetch.AGAIN_AFTER)
    assert late.uid in fetched(world)


async def test_a_folder_that_can_not_be_read_does_not_keep_the_others_waiting(world, reading):
    engine = world.engine()
    list(reading(5))
    [ref] = reading(7, folder="Gesendet")
    world.source.failures["bodies"] = 1
    await engine.start()
    await world.until(lambda: ref.uid in fetched(world))
    await world.a_while()
    assert len(fetched(world)) == 2


async def test_with_no_days_nothing_is_fetched(world, reading):
    world.bodies = BodyLimits(days=0)
    engine = world.engine()
    list(reading(5))
    await engine.start()
    await world.until(lambda: world.heard(FoldersChanged))
    await world.a_while()
    assert fetched(world) == []


async def test_a_folder_that_a_person_waits_for_goes_first(world, reading):
    engine = world.engine()
    list(reading(*range(1, 101)))
    world.source.boxes["Archive"] = dict(world.source.boxes["INBOX"])
    await engine.sync.folder("work", "INBOX")
    await engine.sync.folders("work")
    gate = world.source.gates["envelopes"] = Gate()
    world.source.boxes["Archive"] |= {f"1.{n}": (b"x\r\n\r\n", frozenset()) for n in range(1, 500)}
    await engine.start()
    waiting = asyncio.create_task(engine.sync.folder("work", "Archive"))
    await gate.reached.wait()
    await world.a_while()
    before = len(fetched(world))
    await world.a_while()
    assert len(fetched(world)) == before
    gate.open()
    await waiting
    await world.until(lambda: len(fetched(world)) >= 200)


@pytest.mark.parametrize(("sizes", "batches"), [
    ([1] * 130, [100, 30]), ([3 << 20, 3 << 20, 10], [1, 2]), ([9 << 20], [1]), ([], []),
])  # fmt: skip
def test_batches_are_bounded_in_messages_and_bytes(sizes, batches, envelope):
    found = prefetch._batches([envelope(f"1.{n}", size) for n, size in enumerate(sizes)])
    assert [len(batch) for batch in found] == batches


@pytest.fixture
def envelope():
    from tuimail.mail.letter.address import Address
    from tuimail.mail.letter.envelope import Envelope
    from tuimail.mail.letter.safe import Safe

    def make(uid, size):
        return Envelope(Ref("a", "f", uid), Address("x@y"), (), (), Safe(""), 0.0, size, frozenset())

    return make
