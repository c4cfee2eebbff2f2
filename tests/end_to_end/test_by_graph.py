"""From a configuration to a mailbox at a Microsoft 365 organisation: sent, found, asked back."""

import asyncio

import pytest
from builders import a_draft
from servers.graphing import KEN, ME, stand_in

from tuimail import config, wiring
from tuimail.mail.after.recall import RecallState
from tuimail.mail.after.verdict import Course
from tuimail.mail.hold.item import State
from tuimail.paths import Paths

CONFIG = """\
[[accounts]]
name = "work"
address = "{me}"
auth = "microsoft"
token_command = "echo token"
graph = {{ url = "{url}" }}

[outbox]
undo_seconds = 0
"""


@pytest.fixture
def server():
    with stand_in(tokens=("token",)) as running:
        yield running


@pytest.fixture
async def engine(server, tmp_path):
    places = Paths.under(tmp_path)
    places.make()
    places.config.parent.mkdir(parents=True, exist_ok=True)
    places.config.write_text(CONFIG.format(me=ME, url=server.url))
    made = wiring.build(config.load(places.config), places)
    await made.start(mail=False)
    yield made
    await made.close()


async def sent(engine):
    draft = a_draft("d1", to=KEN, cc="", bcc="", attachments=(), answers=None)
    item = await engine.outbox.send(draft)
    async with asyncio.timeout(10):
        while True:
            known = {each.id: each for each in engine.outbox.known()}[item.id]
            if known.state is State.SENT:
                return known
            await asyncio.sleep(0.01)


async def test_a_mail_leaves_and_its_copies_are_asked_for(server, engine):
    item = await sent(engine)
    [left] = server.log.sent
    assert (left.message_id, left.recipients) == (item.message_id, (KEN,))
    assert server.org.mailbox(ME).messages("sentitems")[0].immutable == item.remote
    mail = await engine.sent.of_item(item.id)
    foresight = await engine.recalls.foresee(mail)
    assert foresight.course is Course.RECALL
    recall = await engine.recalls.ask(mail, foresight)
    assert recall.state is RecallState.REQUESTED
    assert recall.request == f"<{server.log.recalls[0].request}>"
    assert server.org.mailbox(KEN).messages() == ()


async def test_no_more_than_three_requests_are_made_at_once(server, engine):
    await asyncio.gather(*(engine.accounts[0].source.folders() for _ in range(9)))
    assert server.log.most_at_once <= 3
