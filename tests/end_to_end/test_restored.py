"""An older outbox put back in the place of a newer one: nothing of it leaves unasked, by the real engine."""

import asyncio
import os
import shutil

import pytest

from tuimail.config import Account, Config, Outbox, Server
from tuimail.mail.hold.item import State
from tuimail.mail.hold.restored import COPY
from tuimail.mail.letter.draft import Draft
from tuimail.paths import Paths
from tuimail.wiring import build

PATIENCE = 10.0


class Computer:
    """One home with one account; `session()` starts tuimail's engine in it and ends it again."""

    def __init__(self, folder, port):
        self.paths = Paths(folder / "config.toml", folder / "data", folder / "cache", folder / "state")
        (folder / "mail").mkdir(parents=True)
        smtp = Server(host="127.0.0.1", port=port, security="none")
        account = Account(
            name="work", address="me@example.test", auth="none", maildir=str(folder / "mail"), smtp=smtp
        )
        self.config = Config(accounts=(account,), outbox=Outbox(undo_seconds=3600))

    async def session(self, *deeds):
        """Does these in turn; the items at the end, and the words of all notices."""
        engine = build(self.config, self.paths)
        heard = []
        engine.listen(lambda news: heard.append(str(getattr(news, "text", ""))))
        await engine.start(mail=False)
        await until(lambda: engine.outbox.sending_here)
        for deed in deeds:
            await deed(engine)
        items = await engine.outbox.items()
        await engine.close()
        return items, [text for text in heard if text]


async def until(happened):
    async with asyncio.timeout(PATIENCE):
        while not happened():
            await asyncio.sleep(0.01)


async def queue(engine):
    await engine.outbox.send(
        Draft(id="d1", account="work", to="aiko@example.test", subject="hello", body="hello\n")
    )


async def send(engine):
    (item,) = await engine.outbox.items()
    await engine.outbox.now(item.id)
    await until(lambda: [i for i in engine.outbox.known() if i.state is State.SENT])


async def undo(engine):
    assert await engine.outbox.undo() is not None


async def wait(engine):
    await asyncio.sleep(0.6)


@pytest.fixture
def computer(tmp_path, sink):
    return Computer(tmp_path / "home", sink.port)


def copied_over(backup, path):
    """The same inode with older contents."""
    path.write_bytes(backup.read_bytes())


def renamed(backup, path):
    os.replace(shutil.copy(backup, backup.with_suffix(".copy")), path)


@pytest.mark.parametrize("deed", [send, undo])
@pytest.mark.parametrize("put_back", [copied_over, renamed])
async def test_mail_in_an_older_copy_is_asked_about_and_stays(computer, sink, tmp_path, put_back, deed):
    await computer.session(queue)
    backup = tmp_path / "backup.db"
    shutil.copy(computer.paths.outbox, backup)
    await computer.session(deed)
    arrived = len(sink.received)
    put_back(backup, computer.paths.outbox)
    ((item,), _) = await computer.session(wait)
    assert (item.state, item.why) == (State.PAUSED, COPY)
    ((item,), _) = await computer.session(wait)
    assert item.state is State.PAUSED
    assert len(sink.received) == arrived


async def test_an_outbox_carried_to_another_computer_is_asked_about(computer, sink, tmp_path):
    await computer.session(queue)
    other = Computer(tmp_path / "other", sink.port)
    shutil.copytree(computer.paths.data, other.paths.data)
    ((item,), _) = await other.session(wait)
    assert (item.state, item.why) == (State.PAUSED, COPY)
    ((item,), _) = await computer.session(wait)
    assert item.state is State.WAITING


async def test_a_home_copied_whole_is_asked_about_in_the_copy(computer, sink, tmp_path):
    await computer.session(queue)
    other = Computer(tmp_path / "other", sink.port)
    shutil.copytree(computer.paths.data, other.paths.data)
    shutil.copytree(computer.paths.state, other.paths.state)
    next(other.paths.state.iterdir()).rename(other.paths.outbox_mark)
    ((item,), _) = await other.session(wait)
    assert item.state is State.PAUSED


async def test_a_mark_that_is_behind_is_fine(computer):
    await computer.session(queue)
    identity, inode, _ = computer.paths.outbox_mark.read_text().split()
    computer.paths.outbox_mark.write_text(f"{identity} {inode} {0:020d}\n")
    ((item,), heard) = await computer.session(wait)
    assert item.state is State.WAITING
    assert heard == []


async def test_a_lost_mark_is_asked_about_and_made_anew(computer):
    await computer.session(queue)
    computer.paths.outbox_mark.unlink()
    ((item,), _) = await computer.session(wait)
    assert item.state is State.PAUSED
    assert computer.paths.outbox_mark.exists()


async def test_a_damaged_outbox_is_told_of_and_its_mail_is_asked_about(computer, sink):
    await computer.session(queue)
    path = computer.paths.outbox
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])
    ((item,), heard) = await computer.session(wait)
    assert item.state is State.PAUSED
    assert item.why.startswith("salvaged from a damaged outbox")
    assert "1 mail and 0 drafts were saved" in heard[0]
    assert str(path.with_name("outbox.damaged-")) in heard[0]
    (_, heard) = await computer.session(send)
    assert heard == []
    assert len(sink.received) == 1


async def test_an_outbox_that_is_gone_is_told_of(computer):
    await computer.session(queue)
    computer.paths.outbox.unlink()
    (items, heard) = await computer.session(wait, wait)
    assert items == ()
    (_, again) = await computer.session(wait)
    assert any("is gone, or was emptied" in text for text in [*heard, *again])
