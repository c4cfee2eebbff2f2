"""The processes of the rig of lost answers: engines that send by Graph and ask for copies, in a hurry."""

import asyncio
import os
import random
import ssl
import time
from importlib import import_module
from pathlib import Path

from builders import a_draft
from msgspec.structs import replace
from on_disk import disk_in
from rigs.crew import fork
from servers.graphing import KEN, ME, OUT

from tuimail.backends import web
from tuimail.backends.graph import exchange, outcome, submitter
from tuimail.backends.graph.http import Graph
from tuimail.backends.graph.server import GraphServer
from tuimail.backends.graph.source import GraphSource
from tuimail.backends.graph.tracer import GraphTracer
from tuimail.backends.network import Bounds
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account, Accounts
from tuimail.engine.engine import Engine
from tuimail.engine.sending import filing, sender
from tuimail.engine.sending.sending import Sending
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.recall import Lost
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold import look, move, retry
from tuimail.mail.hold.item import State
from tuimail.mail.letter.address import Address

SETTLES = 0.4
"""For ten minutes; the server of the rig is done with a message in an eighth of it."""

UNDO_SECONDS = 0.05
DRAIN_SECONDS = 60.0
BOUNDS = Bounds(connect=1, idle=0.25, whole=0.25, at_once=3)
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OPEN = (State.WAITING, State.SENDING, State.PAUSED)


def hurry() -> None:
    """Pauses that are minutes become moments, in the processes that are forked from this one."""
    for late in ("recalls", "receipts", "sent", "watch", "arrivals"):
        import_module(f"tuimail.engine.after.{late}")
    assert web
    move.SETTLE_SECONDS = SETTLES
    look.PAUSES, look.REACH_FIRST, look.REACH_MOST = (0.2, 0.2, 0.2), 0.1, 0.2
    retry.UNREACHABLE_FIRST, retry.UNREACHABLE_MOST = 0.03, 0.2
    retry.REFUSED_FIRST, retry.REFUSED_MOST = 0.05, 0.2
    sender.ACCOUNT_RESTS, sender.LOOK_EVERY = 0.02, 0.01
    filing.EVERY = 0.05


def break_it() -> None:
    """What many programs do with a lost answer: they ask again."""
    ask, submit = exchange.GraphExchange.recall, submitter.GraphSubmitter.submit

    async def recall(self, sent_id):
        came = await ask(self, sent_id)
        return await ask(self, sent_id) if isinstance(came, Lost) else came

    async def anew(self, submission, body_next):
        return await submit(self, replace(submission, handle="", again=False), body_next)

    outcome.sending = outcome.before_sending
    exchange.GraphExchange.recall, submitter.GraphSubmitter.submit = recall, anew


async def no_token(claims: str = "", refused: str = "") -> str:
    return "token"


def engine_on(folder: Path, url: str, name: str) -> Engine:
    graph = Graph(GraphServer(url, ME, BOUNDS), no_token, NOBODY)
    account = Account(
        "work",
        Address(ME),
        GraphSource("work", graph),
        submitter.GraphSubmitter(graph),
        files_sent=False,
        tracer=GraphTracer(graph),
        exchange=exchange.GraphExchange(graph),
        kind=Kind.WORK,
    )
    return Engine(
        Accounts({"work": account}),
        disk_in(folder, name),
        SystemClock(),
        SystemIds(),
        Sending(name, UNDO_SECONDS),
    )


def live(folder: Path, url: str, name: str, seed: int) -> int:
    """A process that queues, takes back and asks for copies until it is killed; its pid."""
    return fork(lambda: _life(engine_on(folder, url, name), folder, random.Random(seed)))


async def _life(engine: Engine, folder: Path, chance: random.Random) -> None:
    said = os.open(folder / "said.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    await engine.start(mail=False)
    while True:
        deed = chance.choice((_send, _send, _undo, _recall))
        if word := await deed(engine, chance):
            os.write(said, f"{word}\n".encode())
        await asyncio.sleep(chance.uniform(0, 0.04))


async def _send(engine: Engine, chance: random.Random) -> str:
    if sum(item.state in OPEN for item in engine.outbox.known()) > 12:
        return ""
    blind = OUT if chance.random() < 0.2 else ""
    name = f"d{chance.randrange(1 << 60)}"
    draft = a_draft(
        name, to=KEN, cc="", bcc=blind, attachments=(), answers=None, references=(), in_reply_to=""
    )
    return f"queued {(await engine.outbox.send(draft)).id}"


async def _undo(engine: Engine, chance: random.Random) -> str:
    waiting = [item for item in engine.outbox.known() if item.state is State.WAITING]
    if not waiting:
        return ""
    item = chance.choice(waiting)
    return f"undone {item.id}" if await engine.outbox.undo(item.id) else ""


async def _recall(engine: Engine, chance: random.Random) -> str:
    sent = [item for item in engine.outbox.known() if item.state is State.SENT][-30:]
    if not sent:
        return ""
    try:
        mail = await engine.sent.of_item(chance.choice(sent).id)
        if mail is not None:
            foresight = await engine.recalls.foresee(mail)
            await engine.recalls.ask(mail, foresight, notices=True)
    except TuimailError:
        return ""
    return ""


async def drain(folder: Path, url: str) -> None:
    """Let one engine work until nothing is left to do by itself; what was put aside is sent now."""
    engine = engine_on(folder, url, "drain")
    await engine.start(mail=False)
    until = time.monotonic() + DRAIN_SECONDS
    while not engine.outbox.sending_here:
        await asyncio.sleep(0.01)
    while time.monotonic() < until:
        left = [item for item in engine.outbox.known() if item.state in OPEN or item.due is not None]
        for item in left:
            if item.state is State.PAUSED:
                await engine.outbox.now(item.id)
        if not left:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(SETTLES)
    await engine.close()
