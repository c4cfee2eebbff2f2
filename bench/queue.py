"""Send pressed -> row on disk, and undo -> row on disk, beside Postfix's sendmail in the same run.

    python -m bench.queue

They take turns, with a breath after each hand-over in which Postfix moves on what it has taken.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import median, p99

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers.certificates import Certificates
from servers.postfix import Postfix, missing

from tuimail.config import Account, Config, Outbox, Server
from tuimail.engine.engine import Engine
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.paths import Paths
from tuimail.wiring import build

TIMES = 500
WARM_UP = 20
BREATH = 0.02
TARGET_MS = 10.0
TEXT = "All the words of an ordinary mail, line after line.\n" * 40
KINDS = {"2 kB text": b"", "200 kB attachment": os.urandom(200_000)}
SENDMAIL = "/usr/sbin/sendmail"


class Watch:
    """Milliseconds by name."""

    def __init__(self) -> None:
        self.times: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.times[name].append((time.perf_counter() - started) * 1000)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with postfix(folder) as config:
            watch = asyncio.run(measure(folder, config))
    print(f"to disk, {TIMES} each, interleaved; median / p99 in ms")
    for kind in KINDS:
        report(watch, kind)


@contextmanager
def postfix(folder: Path) -> Iterator[Path | None]:
    """A real Postfix to hand mail to; its configuration folder, or None where there can be none."""
    if reason := missing():
        print(f"Postfix's sendmail is left out: {reason}")
        yield None
        return
    nobody_there = 9
    server = Postfix(folder / "postfix", nobody_there, Certificates(folder)).start()
    try:
        yield server.folder / "etc"
    finally:
        server.stop()


async def measure(folder: Path, postfix_config: Path | None) -> Watch:
    watch = Watch()
    engine = engine_on(folder)
    await engine.start(mail=False)
    for number in range(WARM_UP + TIMES):
        if number == WARM_UP:
            watch.times.clear()
        for kind, data in KINDS.items():
            wire = await send_and_undo(engine, watch, kind, a_draft(kind, data))
            if postfix_config is not None:
                with watch.on(f"sendmail {kind}"):
                    sendmail(postfix_config, wire)
                await asyncio.sleep(BREATH)
    await engine.close()
    return watch


async def send_and_undo(engine: Engine, watch: Watch, kind: str, draft: Draft) -> bytes:
    """The bytes that were queued."""
    with watch.on(f"send {kind}"):
        item = await engine.outbox.send(draft)
    wire = (await engine._store.submission(item.id)).wire
    with watch.on(f"undo {kind}"):
        back = await engine.outbox.undo(item.id)
    assert back is not None
    return wire


def engine_on(folder: Path) -> Engine:
    """The engine as the program builds it; nothing leaves within the hour."""
    (folder / "mail").mkdir()
    smtp = Server(host="127.0.0.1", port=9, security="none")
    account = Account(
        name="work", address="me@example.test", auth="none", maildir=str(folder / "mail"), smtp=smtp
    )
    return build(Config(accounts=(account,), outbox=Outbox(undo_seconds=3600)), Paths.under(folder))


def a_draft(kind: str, data: bytes) -> Draft:
    files = (Attachment("report.pdf", "application/pdf", len(data), "/report.pdf", data),) if data else ()
    return Draft(
        id=f"draft {kind}", account="work", to="aiko@example.test", subject=kind, body=TEXT, attachments=files
    )


def sendmail(config: Path, wire: bytes) -> None:
    environment = dict(os.environ, MAIL_CONFIG=str(config))
    command = [SENDMAIL, "-i", "-f", "me@example.test", "aiko@example.test"]
    subprocess.run(command, input=wire.replace(b"\r\n", b"\n"), env=environment, check=True)


def report(watch: Watch, kind: str) -> None:
    """One line per figure, the peer's beside it."""
    peer = watch.times.get(f"sendmail {kind}")
    beside = f" · sendmail {median(peer):6.2f} / {p99(peer):6.2f}" if peer else ""
    for what in ("send", "undo"):
        own = watch.times[f"{what} {kind}"]
        met = p99(own) < TARGET_MS and (not peer or p99(own) < p99(peer))
        figures = f"{median(own):6.2f} / {p99(own):6.2f}"
        target = f"p99 < {TARGET_MS:g} and ahead: {'met' if met else 'MISSED'}"
        print(f"{what}, {kind:18} {figures}{beside} · {target}")


if __name__ == "__main__":
    main()
