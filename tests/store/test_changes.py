"""changes.db: in order, private, whole or not at all, and set aside when damaged."""

import sqlite3
import stat
from contextlib import closing

import pytest
from msgspec.structs import replace

from tuimail.mail.folder.change import Change, Erased, Flagged, Labelled, Moved
from tuimail.mail.letter.envelope import Ref
from tuimail.store.changes import ChangeFile, waiting

DEEDS = (
    Flagged(frozenset({"\\Seen"}), frozenset({"$Junk"})),
    Labelled(frozenset({"仕事"}), frozenset()),
    Moved("&MFQwf3ux-"),
    Erased(),
)


REF = Ref("work", "INBOX", "1.7")


def change(n):
    return Change(f"c{n}", REF, "<1@example.jp>", DEEDS[n % 4], f"b{n}", float(n), here="~5")


def changes(count=4):
    return [change(n) for n in range(count)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "changes.db"


@pytest.fixture
async def store(path):
    opened = ChangeFile(path)
    yield opened
    await opened.close()


async def test_all_kinds_of_deeds_come_back_as_they_were_in_their_order(store):
    await store.add(changes())
    assert list(await store.all()) == changes()


async def test_what_was_tried_and_what_is_done_is_written_as_one(store):
    first, second, third, last = changes()
    await store.add([first, second, third, last])
    tried = replace(second, tries=2)
    await store.put([tried], [first.id, last.id])
    assert await store.all() == (tried, third)


async def test_only_its_owner_can_read_it(store, path):
    await store.add(changes())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_what_is_added_is_on_disk_for_another_process(store, path):
    await store.add(changes())
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM changes").fetchone() == (4,)


async def test_a_change_that_went_bad_is_told_and_does_not_hold_up_the_others(store, path):
    await store.add(changes())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE changes SET body = replace(body, '1.7', '1.8') WHERE id = 'c1'")
    assert [change.id for change in await store.all()] == ["c0", "c2", "c3"]
    assert "can't be read any more" in await store.damage_report()
    assert await store.damage_report() == ""


async def test_a_damaged_file_is_set_aside_and_said_and_work_goes_on(path):
    before = ChangeFile(path)
    await before.add(changes(400))
    await before.close()
    data = bytearray(path.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start : start + 512] = b"\xff" * 512
    path.write_bytes(data)
    again = ChangeFile(path)
    try:
        await again.all()
        await again.add([replace(changes(1)[0], id="new")])
        assert (await again.all())[-1].id == "new"
        assert "was damaged" in await again.damage_report()
        assert list(path.parent.glob("changes.damaged-*.db"))
    finally:
        await again.close()


async def test_a_writing_of_another_process_is_noticed(store, path):
    before = await store.writings()
    await store.add(changes(1))
    assert await store.writings() == before
    other = ChangeFile(path)
    await other.drop(["c0"])
    await other.close()
    assert await store.writings() != before


async def test_a_look_from_outside_counts_what_waits_and_finds_damage(path):
    store = ChangeFile(path)
    await store.add(changes())
    await store.close()
    assert waiting(path) == (4, "")
    path.write_bytes(b"this is no database" * 100)
    assert waiting(path)[1].startswith("changes.db: it is damaged")
