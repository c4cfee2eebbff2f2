"""What rigs with several processes share: real engines on one outbox, a wire that writes down what left."""

import asyncio
import json
import os
import random
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from on_disk import disk_in

from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account, Accounts
from tuimail.engine.engine import Engine
from tuimail.engine.sending.sending import Sending
from tuimail.mail.hold.outcome import Accepted, Unreachable, Withdrawn
from tuimail.mail.letter.address import Address


class Wire:
    """A way out that lasts up to `slow` seconds before and after the body, and logs what leaves.

    `lost` is the chance that no server is met.
    """

    def __init__(self, log: Path, slow: float, lost: float = 0.0) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._slow, self._lost = slow, lost

    async def submit(self, submission, body_next):
        await asyncio.sleep(random.uniform(0, self._slow))
        if random.random() < self._lost:
            return Unreachable("no route")
        if not await body_next("recipients accepted"):
            return Withdrawn()
        os.write(self._log, f"{submission.message_id}\n".encode())
        await asyncio.sleep(random.uniform(0, self._slow))
        return Accepted("250 ok")

    async def close(self) -> None:
        os.close(self._log)


class Nowhere:
    """A mailbox that is never asked: the server of these accounts files its own copies."""

    async def close(self) -> None:
        pass


def an_account(name: str, folder: Path, slow: float, lost: float = 0.0) -> Account:
    """One whose mail goes to the wire of `folder`."""
    wire = Wire(folder / "wire.log", slow, lost)
    return Account(name, Address(f"me@{name}.test"), Nowhere(), wire, files_sent=False)


def engine_on(folder: Path, name: str, accounts: int, slow: float, lost: float = 0.0, store=None) -> Engine:
    """An engine as one more process on the outbox in `folder`; its accounts are named a0, a1, …"""
    return Engine(
        Accounts({f"a{n}": an_account(f"a{n}", folder, slow, lost) for n in range(accounts)}),
        disk_in(folder, name, store),
        SystemClock(),
        SystemIds(),
        Sending(name, 0.0),
    )


def wires(folder: Path) -> list[str]:
    """The Message-IDs of what left, in order."""
    log = folder / "wire.log"
    return log.read_text().split() if log.exists() else []


def fork(work) -> int:
    """Run an async function in a process of its own, which ends with it; its pid."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        asyncio.run(work())
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def wait_for(pids: list[int], what: str) -> None:
    """Until each has ended well. Raises SystemExit when one has not."""
    failed = [pid for pid in pids if os.waitpid(pid, 0)[1]]
    if failed:
        raise SystemExit(f"{what}: {len(failed)} of {len(pids)} processes failed")


def write_result(path: Path, result: object) -> None:
    path.write_text(json.dumps(result))


@contextmanager
def scratch(name: str):
    """A folder in memory where there can be one: what is tested here is order, not the disk."""
    memory = Path("/dev/shm")
    inside = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=f"tuimail-{name}-", dir=inside) as folder:
        yield Path(folder)
