"""Whether an outbox is the one this computer has always had, also after a sudden end."""

import asyncio

import pytest
from builders import a_draft, a_queued

from tuimail.store import history
from tuimail.store.mark import MarkFile
from tuimail.store.outbox import OutboxFile


async def test_one_that_is_killed_while_it_settles_in_is_not_taken_for_a_copy(tmp_path, monkeypatch):
    def killed(mark_file, mark, surely=False):
        raise KeyboardInterrupt

    store = OutboxFile(tmp_path / "outbox.db", tmp_path / "mark")
    await store.add(*a_queued())
    with monkeypatch.context() as ending:
        ending.setattr(MarkFile, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            store._origin.settle(store._database._opened())
    await store.close()
    again = OutboxFile(tmp_path / "outbox.db", tmp_path / "mark")
    assert not await again.restored()
    await again.settle_in()
    assert not await again.restored()
    await again.close()


async def test_what_another_process_writes_meanwhile_makes_no_copy_of_it(tmp_path, monkeypatch):
    path, mark = tmp_path / "outbox.db", tmp_path / "mark"
    ours, other = OutboxFile(path, mark), OutboxFile(path, mark)
    await ours.add(*a_queued("i1"))
    await ours.settle_in()
    reached = history.reached

    def reached_and_then_another_writes(connection):
        seen = reached(connection)
        if not written:
            written.append(seen)
            asyncio.run(other.add(*a_queued("i2", a_draft("d2"))))
        return seen

    written: list[int] = []
    monkeypatch.setattr(history, "reached", reached_and_then_another_writes)
    assert not await ours.restored()
    assert written
    await asyncio.gather(ours.close(), other.close())
