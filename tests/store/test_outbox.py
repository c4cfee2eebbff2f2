"""outbox.db: one transaction per promise, and a version that decides between two movers."""

import asyncio
import os
import resource
import signal
import sqlite3
import stat
import tempfile
from pathlib import Path

import pytest
from builders import NOW, a_draft, a_queued, a_submission
from msgspec.structs import replace

from tuimail.mail.errors import OutboxDamaged, OutboxError
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.hold.move import begin_body, claim, recover, undo
from tuimail.mail.hold.outcome import Accepted, Refused
from tuimail.mail.hold.settle import settle
from tuimail.mail.letter.draft import Attachment
from tuimail.store.outbox import FINISHED_KEPT, FINISHED_SHOWN, OutboxFile

LATER = NOW.later(60)
MUCH_LATER = NOW.later(FINISHED_KEPT + 100)


async def sent(store, item):
    """Moves a waiting item to sent."""
    claimed = claim(item, LATER, "me")
    assert await store.move(claimed)
    body = begin_body(claimed.new, LATER, "")
    assert await store.move(body)
    done = settle(body.new, Accepted("250 ok"), LATER, 0)
    assert await store.move(done)
    return done.new


async def rows(store, table):
    return await store._database.run(lambda c: c.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def shown_drafts(store):
    return [draft.id for draft, _ in await store.drafts()]


async def test_what_was_queued_is_read_back_equal_by_another_process(opened):
    item, submission, draft, entry = a_queued()
    await opened().add(item, submission, draft, entry)
    other = opened()
    assert await other.items() == (item,)
    assert await other.item(item.id) == item
    assert await other.submission(item.id) == submission
    assert await other.draft(draft.id) == draft
    assert await other.trail(item.id) == (entry,)


async def test_a_file_name_that_is_no_utf8_survives(store):
    draft = a_draft(attachments=(Attachment("a", "text/plain", 1, "/home/a/\udcff.txt", b"x"),))
    await store.save_draft(draft, NOW)
    assert await store.draft(draft.id) == draft


async def test_of_undo_and_claim_exactly_one_wins(opened):
    one, other = opened(), opened()
    for number in range(20):
        item, *rest = a_queued(f"i{number}")
        await one.add(item, *rest)
        claimed, taken = await asyncio.gather(
            one.move(claim(item, LATER, "me")), other.take_back(undo(item, LATER))
        )
        assert claimed != (taken is not None)
        assert (await one.item(item.id)).state is (State.SENDING if claimed else State.UNDONE)
        assert len(await one.trail(item.id)) == 2


async def test_a_move_from_an_old_version_changes_nothing(store):
    item, *rest = a_queued()
    await store.add(item, *rest)
    assert await store.move(claim(item, LATER, "me"))
    before = await store.item(item.id), await store.trail(item.id)
    assert not await store.move(claim(item, LATER, "somebody else"))
    assert await store.take_back(undo(item, LATER)) is None
    assert (await store.item(item.id), await store.trail(item.id)) == before


async def test_a_draft_is_hidden_while_in_the_outbox_and_back_equal_when_taken_back(store):
    item, submission, draft, entry = a_queued()
    await store.save_draft(replace(draft, body="earlier"), NOW)
    await store.add(item, submission, draft, entry)
    assert await shown_drafts(store) == []
    assert await store.take_back(undo(item, LATER)) == draft
    assert await store.draft(draft.id) == draft
    assert [(d.id, saved) for d, saved in await store.drafts()] == [(draft.id, LATER.wall)]
    assert await rows(store, "wires") == 0


async def test_a_draft_can_be_sent_off_again_after_it_was_taken_back(store):
    item, submission, draft, entry = a_queued("first")
    await store.add(item, submission, draft, entry)
    await store.take_back(undo(item, LATER))
    again, *_ = a_queued("second", draft)
    await store.add(again, a_submission("second"), draft, entry)
    assert await shown_drafts(store) == []
    assert await store.delete(await store.item("first"))
    assert await store.take_back(undo(again, LATER)) == draft


async def test_a_draft_in_the_outbox_is_not_queued_twice(store):
    await store.add(*a_queued("first", a_draft()))
    with pytest.raises(OutboxError, match="already sent off"):
        await store.add(*a_queued("second", a_draft()))
    assert [item.id for item in await store.items()] == ["first"]


@pytest.mark.parametrize("already_sent", [False, True])
async def test_an_autosave_that_arrives_after_send_changes_nothing(store, already_sent):
    item, submission, draft, entry = a_queued()
    await store.add(item, submission, draft, entry)
    if already_sent:
        item = await sent(store, item)
    await store.save_draft(replace(draft, body="late"), LATER)
    await store.drop_draft(draft.id)
    assert await shown_drafts(store) == []
    assert await store.draft(draft.id) == (None if already_sent else draft)


async def test_a_sent_mail_drops_its_draft_and_keeps_its_bytes(store):
    item, submission, draft, entry = a_queued()
    await store.add(item, submission, draft, entry)
    await sent(store, item)
    assert await store.draft(draft.id) is None
    assert await store.submission(item.id) == submission


async def test_a_failed_mail_keeps_its_draft_for_being_taken_back(store):
    item, submission, draft, entry = a_queued()
    await store.add(item, submission, draft, entry)
    claimed = claim(item, LATER, "me")
    await store.move(claimed)
    failed = settle(claimed.new, Refused(550, "no"), LATER, 0)
    await store.move(failed)
    assert await shown_drafts(store) == []
    assert await store.take_back(undo(failed.new, LATER)) == draft


async def test_deleting_a_failed_mail_deletes_its_text(store):
    item, submission, draft, entry = a_queued()
    await store.add(item, submission, draft, entry)
    failed = settle(claim(item, LATER, "me").new, Refused(550, "no"), LATER, 0)
    await store.move(replace(failed, old=item))
    assert await store.delete(failed.new)
    assert [await rows(store, table) for table in ("items", "wires", "trail", "drafts", "files")] == [0] * 5


async def test_deleting_an_undone_mail_leaves_its_draft(store):
    item, submission, draft, entry = a_queued()
    await store.add(item, submission, draft, entry)
    undone = undo(item, LATER)
    await store.take_back(undone)
    assert await store.delete(undone.new)
    assert await shown_drafts(store) == [draft.id]


async def test_deleting_an_item_that_moved_meanwhile_is_refused(store):
    item, *rest = a_queued()
    await store.add(item, *rest)
    await store.move(claim(item, LATER, "me"))
    assert not await store.delete(item)
    assert await store.item(item.id)


async def test_a_dropped_draft_is_gone_with_its_files(store):
    await store.save_draft(a_draft(), NOW)
    await store.drop_draft("d1")
    assert await rows(store, "files") == 0


async def test_drafts_are_listed_newest_first_without_the_contents_of_their_files(store):
    await store.save_draft(a_draft("old"), NOW)
    await store.save_draft(a_draft("new"), LATER)
    listed = await store.drafts()
    assert [draft.id for draft, _ in listed] == ["new", "old"]
    assert all(attachment.data is None for draft, _ in listed for attachment in draft.attachments)


async def test_what_was_finished_long_ago_is_no_longer_listed_and_then_forgotten(store):
    old = await sent(store, await _add(store, "old"))
    assert await store.move(filing.filed(old, LATER, "Sent"))
    assert [item.id for item in await store.items()] == ["old"]
    late = NOW.later(FINISHED_SHOWN + 100)
    await store.add(*a_queued("new", now=late))
    assert [item.id for item in await store.items()] == ["new"]
    await store.purge(MUCH_LATER)
    assert await store.item("old") is None
    assert await store.item("new")


async def test_a_copy_still_to_be_filed_is_never_forgotten(store):
    item = await sent(store, await _add(store, "unfiled"))
    await store.add(*a_queued("new", now=MUCH_LATER))
    await store.purge(MUCH_LATER)
    assert item in await store.items()
    await store.move(filing.filed(item, MUCH_LATER, "Sent"))
    assert (await store.item(item.id)).filing is Filing.DONE


async def test_changes_tells_of_the_writes_of_others_only(opened):
    one, other = opened(), opened()
    await one.save_draft(a_draft(), NOW)
    before = await one.changes()
    await one.save_draft(a_draft(), LATER)
    assert await one.changes() == before
    await other.save_draft(a_draft("d2"), NOW)
    assert await one.changes() != before


async def test_the_bytes_of_an_item_that_is_gone_are_asked_for_in_vain(store):
    with pytest.raises(OutboxError, match="not in the outbox"):
        await store.submission("nobody")


async def test_files_are_for_their_owner_only(store, path):
    await store.add(*a_queued())
    names = sorted(file.name for file in path.parent.iterdir())
    assert names == ["outbox.db", "outbox.db-shm", "outbox.db-wal", "outbox.lock"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_the_outbox_survives_a_power_cut_by_the_settings_that_promise_it(store):
    def settings(connection):
        return [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]

    assert await store._database.run(settings) == ["wal", 2]


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(opened, path):
    await opened().save_draft(a_draft(), NOW)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(OutboxError, match="newer version of tuimail"):
        await opened().items()


async def test_a_damaged_row_does_not_hold_up_the_others_and_is_told_of_once(opened, path):
    for name in ("i1", "i2"):
        await opened().add(*a_queued(name))
    await spoil(path, "UPDATE items SET body = '{\"id\": 3}' WHERE id = 'i1'")
    store = opened()
    assert [item.id for item in await store.items()] == ["i2"]
    assert await store.item("i1") is None
    assert await shown_drafts(store) == ["draft-of-i1"]
    assert "A mail in the outbox can't be read any more (i1)" in await opened().damage_report()
    assert await store.damage_report() == ""
    assert await rows(store, "damaged") == 2


async def test_a_damaged_draft_does_not_hold_up_the_others(opened, path):
    for name in ("d1", "d2", "d3"):
        await opened().save_draft(a_draft(name), NOW)
    await spoil(path, "UPDATE drafts SET body = replace(body, 'pdf', 'pdg') WHERE id <> 'd2'")
    store = opened()
    assert await store.draft("d3") is None
    assert await shown_drafts(store) == ["d2"]
    assert "(d3)" in await store.damage_report()


async def test_one_changed_letter_in_an_item_is_noticed(opened, path):
    await opened().add(*a_queued())
    await spoil(path, "UPDATE items SET body = replace(body, 'aiko@', 'biko@')")
    assert await opened().items() == ()


@pytest.mark.parametrize("change", ["wire = CAST('Subject: hello' AS BLOB)", "wire = zeroblob(length(wire))"])
async def test_altered_bytes_are_never_sent_and_the_draft_is_kept(opened, path, change):
    item, submission, draft, entry = a_queued()
    await opened().add(item, submission, draft, entry)
    await spoil(path, f"UPDATE wires SET {change}")
    store = opened()
    with pytest.raises(OutboxDamaged, match=r"went bad on the disk\. Nothing was sent"):
        await store.claim(claim(item, LATER, "me"), None)
    assert await store.take_back(undo(item, LATER)) == draft


async def test_an_altered_file_leaves_its_draft_and_is_told_of(opened, path):
    await opened().save_draft(a_draft(), NOW)
    await spoil(path, "UPDATE files SET data = zeroblob(length(data)) WHERE n = 0")
    store = opened()
    assert [a.data for a in (await store.draft("d1")).attachments] == [None, b""]
    assert "見積書.pdf went bad" in await store.damage_report()


async def spoil(path, statement):
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


async def test_a_folder_that_is_a_file_is_a_clear_error(tmp_path):
    (tmp_path / "data").write_text("")
    store = OutboxFile(tmp_path / "data" / "outbox.db")
    with pytest.raises(OutboxError, match="can't be opened"):
        await store.items()
    await store.close()


def test_a_full_disk_queues_nothing_and_loses_nothing(path, in_child):
    """A limit on the size of files stands in for the end of the disk, at sixty different places."""

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        return asyncio.run(_fill(path))

    queued, errors = in_child(fill)
    assert len(errors) == 60
    assert all(
        "\n" not in error and "Nothing was changed, what you wrote is kept." in error for error in errors
    )
    assert asyncio.run(_read_all(path)) == queued


async def _fill(path):
    """Queue with the disk ending a little later each time; the ids that were queued, and the errors."""
    store, queued, errors = OutboxFile(path), [], []
    await store.add(*a_queued("i0"))
    queued.append("i0")
    for step in range(60):
        size = max(file.stat().st_size for file in path.parent.iterdir() if not file.name.endswith("shm"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + step * 1_000, -1))
        big = a_draft(f"big{step}", attachments=(Attachment("b", "x/y", 90_000, "", os.urandom(90_000)),))
        try:
            await store.add(*a_queued(f"big{step}", big))
        except OutboxError as error:
            errors.append(str(error))
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
        await store.add(*a_queued(f"i{step + 1}"))
        queued.append(f"i{step + 1}")
    await store.close()
    return queued, errors


async def _read_all(path):
    store = OutboxFile(path)
    try:
        items = await store.items()
        wires = {(await store.submission(item.id)).wire for item in items}
        assert wires == {a_submission().wire}
        assert await store._database.run(lambda c: c.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
        return sorted((item.id for item in items), key=lambda name: int(name[1:]))
    finally:
        await store.close()


def test_a_read_only_file_is_a_clear_error_and_still_readable(in_child):
    def read_only():
        with tempfile.TemporaryDirectory() as folder:
            _as_nobody(folder)
            return asyncio.run(_lock_and_try(folder))

    listed, error = in_child(read_only)
    assert listed == ["i1"]
    assert "read-only" in error
    assert "\n" not in error


def _as_nobody(folder):
    """Root may write anything, so be somebody else."""
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
        os.setuid(65534)


async def _lock_and_try(folder):
    path = Path(folder) / "outbox.db"
    store = OutboxFile(path)
    await store.add(*a_queued())
    await store.close()
    path.chmod(0o400)
    store = OutboxFile(path)
    try:
        listed = [item.id for item in await store.items()]
        await store.add(*a_queued("i2"))
    except OutboxError as error:
        return listed, str(error)
    finally:
        await store.close()


async def test_many_processes_can_make_the_file_at_once(opened):
    stores = [opened() for _ in range(8)]
    await asyncio.gather(*(store.add(*a_queued(f"i{n}")) for n, store in enumerate(stores)))
    assert len(await stores[0].items()) == 8


async def test_recovering_frees_what_a_dead_sender_had_claimed(store):
    item = await _add(store, "i1")
    claimed = claim(item, LATER, "dead")
    await store.move(claimed)
    assert await store.move(recover(claimed.new, LATER))
    assert (await store.item("i1")).state is State.WAITING


async def _add(store, name):
    item, *rest = a_queued(name)
    await store.add(item, *rest)
    return item
