"""Whatever happens to answers, programs and clocks: each request was wished for by a person, once.

`RECALL_WALKS` in the environment is the number of mails that go through it, 15 unless given.
"""

import asyncio
import os
import random
from collections import Counter

from builders import a_draft
from engine.exchange_double import FakeExchange, LetterSource

from tuimail.mail.after.kind import Kind
from tuimail.mail.after.recall import Asked, Lost, NotAsked, RecallState
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import State

WALKS = int(os.environ.get("RECALL_WALKS", "15"))
STEPS = 8
SEED = 11
AFTER = {
    RecallState.ASKING: set(RecallState),
    RecallState.REQUESTED: {RecallState.REQUESTED, RecallState.SILENT, RecallState.REPORTED},
    RecallState.UNSURE: {RecallState.UNSURE, RecallState.REPORTED},
    RecallState.SILENT: {RecallState.SILENT, RecallState.REPORTED},
    RecallState.REFUSED: {RecallState.REFUSED},
    RecallState.REPORTED: {RecallState.REPORTED},
}


class Walk:
    """One mail, and what persons, programs and servers do about it. `wishes` counts what a person said."""

    def __init__(self, world, exchange, mail, foresight, chance):
        self.world, self.exchange, self.chance = world, exchange, chance
        self.mail, self.foresight = mail, foresight
        self.wishes = 0
        self.seen = {}

    async def step(self, engine):
        deed = self.chance.choice((self.ask, self.ask_again, self.crash, self.wait, self.report, self.look))
        await deed(engine)
        await self.check(engine)

    async def ask(self, engine, again=False):
        answers = (Asked("<R@hub>", "ok"), Lost("broke"), NotAsked(429, "busy"), NotAsked(0, "offline"))
        self.exchange.outcomes = [self.chance.choice(answers)]
        before = len(self.exchange.recalled)
        known = [one.state for one in await engine.recalls.known(self.mail.message_id)]
        try:
            await engine.recalls.ask(self.mail, self.foresight, again=again)
        except TuimailError:
            assert len(self.exchange.recalled) == before
        else:
            assert again or not set(known) - {RecallState.REFUSED}
            assert len(self.exchange.recalled) == before + 1
        self.wishes += len(self.exchange.recalled) - before

    async def ask_again(self, engine):
        await self.ask(engine, again=True)

    async def crash(self, engine):
        """The program ends while it waits for the answer."""
        reached, hangs = asyncio.Event(), asyncio.Event()

        async def hang():
            reached.set()
            await hangs.wait()

        self.exchange.before_answer, before = hang, len(self.exchange.recalled)
        asking = asyncio.create_task(engine.recalls.ask(self.mail, self.foresight))
        arrived = asyncio.create_task(reached.wait())
        await asyncio.wait({asking, arrived}, return_when=asyncio.FIRST_COMPLETED)
        for task in (asking, arrived):
            task.cancel()
        await asyncio.gather(asking, arrived, return_exceptions=True)
        self.exchange.before_answer = None
        self.wishes += len(self.exchange.recalled) - before

    async def wait(self, _):
        self.world.clock.advance(self.chance.choice((1, 700, 90_000)))

    async def report(self, _):
        text = f"Subject: Message Recall Report: {self.mail.subject}\r\n\r\nx"
        self.world.source.arrive(self.world.clock.now().wall, f"From: x@y\r\n{text}".encode())

    async def look(self, engine):
        await engine.recalls.look("work", ask=True)

    async def check(self, engine):
        assert len(self.exchange.recalled) == self.wishes
        known = await engine.recalls.known(self.mail.message_id)
        assert len(known) == self.wishes
        for recall in known:
            before = self.seen.get(recall.id, recall.state)
            assert recall.state in AFTER[before], f"{before} -> {recall.state}"
            self.seen[recall.id] = recall.state
        assert [entry.after for entry in known[0].trail][-1] == known[0].state if known else True


async def test_no_request_is_ever_repeated_by_a_program(world):
    exchange = world.exchanges["work"] = FakeExchange()
    world.kinds["work"], world.sources["work"] = Kind.WORK, LetterSource("work")
    engines = [await world.sending(), await world.started("other")]
    chance, ends = random.Random(SEED), Counter()
    for number in range(WALKS):
        people = {"to": "aiko@home.example.jp", "cc": "", "bcc": ""}
        draft = a_draft(f"d{number}", attachments=(), subject=f"mail {number} .", **people)
        item = await engines[0].outbox.send(draft)
        await engines[0].outbox.now(item.id)
        mail = await engines[0].sent.of_item((await world.state(engines[0], item, State.SENT)).id)
        exchange.recalled.clear()
        walk = Walk(world, exchange, mail, await engines[0].recalls.foresee(mail), chance)
        for _ in range(STEPS):
            await walk.step(chance.choice(engines))
        ends.update(walk.seen.values())
    assert set(ends) == set(RecallState), f"seed {SEED}: {ends}"
