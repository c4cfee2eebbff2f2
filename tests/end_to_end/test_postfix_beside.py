"""The same call and the same stdin for `tuimail sendmail` and for the sendmail of a real Postfix.

Its Postfix puts all mail on hold, so that nothing leaves, and shows what it would send.
"""

import json
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from servers.postfix import Postfix, missing

HEAD = """\
From: hanako@example.jp
To: =?utf-8?B?6Yi05pyo?= <suzuki@client.example>, "Tanaka, T." <tanaka@example.jp>
Cc: list@project.example
Bcc: boss@example.jp,
\tanother@example.jp
Subject: =?utf-8?B?6KaL56mN?=
Message-ID: <1@example.jp>
Date: Mon, 2 Mar 2026 09:00:00 +0900
"""
BODY = "\nfirst\n.\nafter the dot\n..two\n.one\nFrom there\nno newline at the end"
RESENT = """\
Resent-From: hanako@example.jp
Resent-Date: Tue, 3 Mar 2026 09:00:00 +0900
Resent-Message-ID: <2@example.jp>
Resent-To: forward@client.example
"""
GIVEN = ["one@client.example", "two@client.example"]
OWN = ("received:", "x-tuimail-token:", "return-path:")
"""Fields that each adds of its own."""


@dataclass(frozen=True)
class Queued:
    """An envelope, the header without what each adds of its own, and the body; lines end in LF."""

    sender: str
    recipients: frozenset[str]
    head: frozenset[str]
    body: str


def queued(sender: str, recipients: list[str], text: bytes) -> Queued:
    head, _, body = text.replace(b"\r\n", b"\n").decode().partition("\n\n")
    fields = re.split(r"\n(?![ \t])", head)
    kept = frozenset(field for field in fields if not field.lower().startswith(OWN))
    return Queued(sender, frozenset(recipients), kept, body)


class Holding(Postfix):
    """A Postfix that holds all it is given."""

    def __init__(self, folder: Path, certificates) -> None:
        super().__init__(folder, 1, certificates)
        with (folder / "etc" / "main.cf").open("a") as file:
            file.write("header_checks = regexp:{ { /^/ HOLD } }\n")
        self._config = ("-c", str(folder / "etc"))

    def sendmail(self, args: list[str], stdin: bytes) -> Queued:
        """What Postfix makes of it."""
        command = ["/usr/sbin/sendmail", "-C", self._config[1], *args]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        row = self._row()
        wire = self._run("/usr/sbin/postcat", "-qhb", row["queue_id"])
        self._run("/usr/sbin/postsuper", "-d", row["queue_id"])
        return queued(row["sender"], [each["address"] for each in row["recipients"]], wire)

    def _row(self):
        for _ in range(200):
            rows = map(json.loads, self._run("/usr/sbin/postqueue", "-j").splitlines())
            if held := [row for row in rows if row["queue_name"] == "hold"]:
                return held[0]
            time.sleep(0.05)
        raise AssertionError(self.log())

    def _run(self, program: str, *args: str) -> bytes:
        done = subprocess.run([program, *self._config, *args], capture_output=True, check=True, timeout=60)
        return done.stdout


@pytest.fixture(scope="module")
def beside(certificates):
    if reason := missing():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="tm-") as folder:
        Path(folder).chmod(0o755)
        running = Holding(Path(folder) / "p", certificates).start()
        yield running
        running.stop()


async def ours(home, args: list[str], stdin: bytes) -> Queued:
    done = home.run("sendmail", *args, stdin=stdin)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    async with home.engine() as engine:
        (item,) = await engine.outbox.items()
        wire = await engine.outbox.wire(item.id)
    return queued(item.sender, [recipient.spec for recipient in item.recipients], wire)


@pytest.mark.servers
@pytest.mark.parametrize(
    ("args", "head"),
    [
        (["-t"], HEAD),
        (["-t", "-i"], HEAD),
        (["-ti"], HEAD),
        (["-t", "-oi"], HEAD),
        (["-t", "-i", *GIVEN], HEAD),
        (["-i", *GIVEN], HEAD),
        (GIVEN, HEAD),
        (["-oem", "-oi", "-f", "tanaka@example.jp", "--", *GIVEN], HEAD),
        (["-ftanaka@example.jp", "-t"], HEAD),
        (["-t", "-N", "success,failure", "-R", "hdrs", "-V", "envid"], HEAD),
        (["-odb", "-oi", GIVEN[0]], HEAD),
        (["-B8BITMIME", "-oem", "-i", "-G", GIVEN[0]], HEAD),
        (["-t"], RESENT + HEAD),
        (["-ti", *GIVEN], RESENT + HEAD),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else ("resent" if RESENT in value else ""),
)
async def test_what_would_leave_is_what_postfix_would_send(home, beside, args, head):
    await compare(home, beside, args, head + BODY)


@pytest.mark.servers
@pytest.mark.parametrize("args", [["-t"], ["-ti", *GIVEN]], ids=" ".join)
async def test_lines_that_end_in_crlf_mean_the_same(home, beside, args):
    await compare(home, beside, args, (HEAD + BODY).replace("\n", "\r\n"))


async def compare(home, beside, args: list[str], text: str) -> None:
    sender = [] if any(arg.startswith("-f") for arg in args) else ["-f", "hanako@example.jp"]
    theirs = beside.sendmail([*sender, *args], text.encode())
    assert await ours(home, [*sender, *args], text.encode()) == theirs
    assert not any(field.lower().startswith("bcc") for field in theirs.head)
