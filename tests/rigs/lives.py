"""The processes that the kill rig ends: clients as a person uses them, the agent as systemd starts it."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path

import aiosmtplib  # noqa: F401 (loaded before the forks, not in each)
import msgspec
from builders import a_draft, a_queued
from msgspec.structs import replace
from servers.sink import Sink

from tuimail import config as settings
from tuimail import wiring
from tuimail.backends.smtp import session as smtp_session  # noqa: F401
from tuimail.backends.smtp import transaction as smtp_transaction  # noqa: F401
from tuimail.backends.system import SystemClock
from tuimail.engine.engine import Engine
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.paths import Paths
from tuimail.store import draft_row, item_row
from tuimail.store.schema import SCHEMA_1

UNDO_SECONDS = 0.03
SERVER_DELAY = 0.04
PAUSE = 0.08
DRAIN_SECONDS = 120.0
DAY = 86_400.0

WAITING_BEFORE, SENT_BEFORE = 12, 6
"""Messages of the outbox that an older version left behind."""

CONFIG = """\
[[accounts]]
name = "work"
address = "me@example.test"
maildir = "{folder}/mail"
auth = "none"
smtp = {{ host = "127.0.0.1", port = {port}, security = "none" }}
"""


class SlowSink(Sink):
    """Takes up to 40 ms to accept and up to 40 ms to say so; nothing else happens meanwhile."""

    def keep(self, message):
        time.sleep(random.uniform(0, SERVER_DELAY))
        super().keep(message)
        time.sleep(random.uniform(0, SERVER_DELAY))


def the_draft(name: str) -> Draft:
    """The same draft for the same name, with files of up to 60 kB."""
    chance = random.Random(name)
    files = [chance.randbytes(chance.randrange(60_000)) for _ in range(chance.randrange(3))]
    attachments = [
        Attachment(f"{n}.bin", "application/octet-stream", len(data), f"/{n}.bin", data)
        for n, data in enumerate(files)
    ]
    return Draft(
        id=name,
        account="work",
        to="aiko@example.test",
        bcc="boss@example.test",
        subject=name,
        body=f"{name}\n.\n..dots\n" * chance.randrange(1, 40),
        attachments=tuple(attachments),
        cursor=(1, 2),
    )


class Home:
    """A folder with a configuration, a mailbox, and an outbox of the first version."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.paths = Paths(
            folder / "config.toml", folder / "data" / "tuimail", folder / "cache" / "tuimail"
        ).make()
        self.paths.config.write_text(CONFIG.format(folder=folder, port=port))
        self.paths.config.chmod(0o600)
        for name in ("cur", "new", "tmp"):
            (folder / "mail" / name).mkdir(parents=True)
        self.config = _quick(settings.load(self.paths.config))
        self.waiting, self.sent = leave_behind(self.paths.outbox)

    def engine(self, name: str) -> Engine:
        return wiring.build(self.config, self.paths, name)

    def agent(self) -> subprocess.Popen:
        """The agent as users run it."""
        env = {
            **os.environ,
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        command = [
            sys.executable,
            "-m",
            "tuimail",
            "--config",
            str(self.paths.config),
            "agent",
            "run",
            "--quiet",
        ]
        with (self.folder / "agent.log").open("ab") as log:
            return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def warm() -> None:
    """Load here what a client loads as it works, so that those forked from now on live at full speed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(_work_once(Home(Path(folder), 9).engine("warm")))
            os.write(writing, "\n".join(sys.modules).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as names:
        for name in names.read().split():
            with suppress(ImportError):
                import_module(name)
    os.waitpid(pid, 0)


async def _work_once(engine: Engine) -> None:
    await engine.start(mail=False)
    item = await engine.outbox.send(the_draft("warm"))
    await engine.outbox.now(item.id)
    await asyncio.sleep(0.5)
    await engine.outbox.undo(item.id)
    await engine.close()


def _quick(config: settings.Config) -> settings.Config:
    """With an undo window shorter than a person may set."""
    outbox = msgspec.structs.replace(config.outbox, undo_seconds=UNDO_SECONDS)
    return msgspec.structs.replace(config, outbox=outbox)


def leave_behind(path: Path) -> tuple[list[str], list[str]]:
    """An outbox of schema 1: the names of those that wait in it, and of those sent long ago."""
    waiting = [f"old-{n}" for n in range(WAITING_BEFORE)]
    sent = [f"old-sent-{n}" for n in range(SENT_BEFORE)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA_1 + "; PRAGMA user_version = 1")
        for n, name in enumerate(waiting):
            _leave(connection, name, State.WAITING, n / 10)
        for n, name in enumerate(sent):
            _leave(connection, name, State.SENT, -n * 10 * DAY)
    return waiting, sent


def _leave(connection: sqlite3.Connection, name: str, state: State, seconds: float) -> None:
    wire = (
        f"From: me@example.test\r\nMessage-ID: <{name}@example.jp>\r\nSubject: {name}\r\n\r\nold\r\n".encode()
    )
    draft, now = the_draft(name), SystemClock().now()
    item, submission, _, entry = a_queued(name, a_draft(name, subject=name), seconds, now)
    item = replace(item, account="work", state=state, size=len(wire))
    if state is State.SENT:
        item = replace(item, due=None, filing=Filing.DONE)
    row = item_row.values(item, now.wall + min(seconds, 0))
    body = json.loads(row[-1])
    for unknown in ("wait", "reasons", "schedule", "batch", "first_try", "looks", "crashes", "handle"):
        del body[unknown]
    body = {key: value for key, value in body.items() if key in OLD_FIELDS}
    connection.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)", (*row[:-1], json.dumps(body), name))
    recipients = "\n".join(submission.recipients)
    connection.execute("INSERT INTO wires VALUES (?, ?, ?, ?)", (name, submission.sender, recipients, wire))
    values = (name, entry.at, entry.before, entry.after, entry.why, entry.answer)
    connection.execute(
        "INSERT INTO trail (item, at, before, after, why, answer) VALUES (?, ?, ?, ?, ?, ?)", values
    )
    if state is not State.SENT:
        draft_row.write(connection, draft, now.wall)


OLD_FIELDS = (
    *("id", "account", "state", "version", "subject", "sender", "recipients", "message_id", "token", "size"),
    *("queued", "kind", "answers", "replaces", "due", "hold", "why", "phase", "tries", "doubted"),
    *("filing", "filing_tries", "filing_due", "owner"),
)


async def client(engine: Engine, name: str, seed: int, pipe: int, early: bool) -> None:
    """Queue without end, take back some, send some at once; tell each only when it is done.

    One in four does not send, as a command does not. Told to end, it closes as the screen does. `early` tells
    before it is done: a promise broken.
    """
    chance, over = random.Random(seed), asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(ending, over.set)
    if chance.random() < 0.75:
        await engine.start(mail=False)
    person = asyncio.create_task(_act(engine, name, chance, pipe, early))
    told = asyncio.create_task(over.wait())
    await asyncio.wait([person, told], return_when=asyncio.FIRST_COMPLETED)
    if person.done():
        person.result()
    person.cancel()
    await asyncio.gather(person, return_exceptions=True)
    await engine.close()


async def _act(engine: Engine, name: str, chance: random.Random, pipe: int, early: bool) -> None:
    def tell(*words: str) -> None:
        os.write(pipe, (" ".join(words) + "\n").encode())

    for number in range(10_000):
        draft = the_draft(f"{name}-{number}")
        if early:
            tell("queued", draft.id)
        item = await engine.outbox.send(draft)
        tell("queued", draft.id)
        if chance.random() < 0.2:
            await engine.outbox.now(item.id)
        await asyncio.sleep(chance.uniform(0, PAUSE))
        waiting = [i for i in engine.outbox.known() if i.can_be_taken_back]
        if waiting and chance.random() < 0.6:
            chosen = chance.choice(waiting)
            tell("asked", chosen.subject)
            if early:
                tell("undone", chosen.subject)
            if await engine.outbox.undo(chosen.id):
                tell("undone", chosen.subject)
        await asyncio.sleep(chance.uniform(0, PAUSE))


async def drain(engine: Engine, arrived) -> None:
    """Send all that is left; what is unsure was sent when it `arrived`, else it was not."""
    await asyncio.sleep(4 * SERVER_DELAY)
    await engine.start(mail=False)
    async with asyncio.timeout(DRAIN_SECONDS):
        while busy := [item for item in await engine.outbox.items() if _unfinished(item)]:
            for item in await engine.outbox.held():
                await engine.outbox.now(item.id)
            there = arrived()
            for item in busy:
                if item.state is State.UNSURE:
                    await engine.outbox.settle(item.id, item.message_id in there)
            await asyncio.sleep(0.05)
    await engine.close()


def _unfinished(item) -> bool:
    if item.state is State.SENT:
        return item.filing is not Filing.DONE
    return item.state is not State.UNDONE
