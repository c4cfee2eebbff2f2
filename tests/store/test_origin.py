"""Whether an outbox is the one this computer has always had, also after a sudden end."""

import pytest
from builders import a_queued

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
