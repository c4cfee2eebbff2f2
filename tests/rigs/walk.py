"""A random walk: tuimail and a second client on the same mailboxes, cut connections, and kill -9.

    python tests/rigs/walk.py --operations 2000 --seed 1 --server dovecot
    python tests/rigs/walk.py --minutes 60 --server cyrus

The second client is imaplib alone. tuimail works through a proxy that cuts connections, in a process that is
killed at random moments and begun anew on the same files. Every operation is written down with what it was
meant to do. At rest, after each stretch, what tuimail shows and what the server has are compared message by
message: by subject (each is given once), content, flags and folder. Nothing may be lost or doubled, and no
message may be other than somebody asked for.
"""

import argparse
import contextlib
import hashlib
import imaplib
import json
import random
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers.certificates import Certificates
from servers.cyrus import Cyrus
from servers.dovecot import Dovecot
from servers.faultproxy import FaultProxy, Faults

FOLDERS = ("INBOX", "Archive", "Trash", "Junk", "Work")
WATCHED = ("\\Seen", "\\Flagged", "$Junk", "$NotJunk")
STRETCH = 40
MAILS = 30
PATIENCE = 70.0

KILLS, CUTS, OTHERS = 0.04, 0.25, 0.25


class OtherProgram:
    """The second client: simple, and obviously right."""

    def __init__(self, port: int, user: str) -> None:
        self.box = imaplib.IMAP4("127.0.0.1", port)
        self.box.login(user, "pw")
        for folder in FOLDERS:
            self.box.create(folder)

    def append(self, folder: str, raw: bytes) -> None:
        self._ok(self.box.append(folder, None, None, raw))

    def store(self, folder: str, uid: str, sign: str, flag: str) -> None:
        self._enter(folder)
        self._ok(self.box.uid("STORE", uid, f"{sign}FLAGS.SILENT", f"({flag})"))

    def move(self, folder: str, uid: str, to: str) -> None:
        self._enter(folder)
        self._ok(self.box.uid("MOVE", uid, to))

    def erase(self, folder: str, uid: str) -> None:
        self._enter(folder)
        self._ok(self.box.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)"))
        self._ok(self.box.uid("EXPUNGE", uid))

    def messages(self) -> dict[str, list[tuple[str, str, frozenset[str], str]]]:
        """subject -> [(folder, uid, flags, hash of the content)]"""
        found = defaultdict(list)
        for folder in FOLDERS:
            self._enter(folder)
            _, answer = self.box.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
            for head, body in (each for each in answer if isinstance(each, tuple)):
                subject = re.search(rb"^Subject: (.*)\r$", body, re.M)[1].decode()
                uid = re.search(rb"UID (\d+)", head)[1].decode()
                flags = frozenset(re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode().split()) - {"\\Recent"}
                found[subject].append((folder, uid, flags, hashlib.sha256(body).hexdigest()))
        return found

    def _enter(self, folder: str) -> None:
        self._ok(self.box.select(folder))

    def _ok(self, answer) -> None:
        assert answer[0] == "OK", answer


class Tuimail:
    """The walker, begun again after each kill."""

    def __init__(self, folder: Path, port: int, user: str) -> None:
        self.words = [
            sys.executable,
            str(Path(__file__).with_name("walker.py")),
            str(folder),
            str(port),
            user,
        ]
        self.errors = (folder / "stderr").open("ab")
        self.begin()

    def begin(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(self.words, stdin=pipe, stdout=pipe, stderr=self.errors)
        assert self.hear() == "ready"

    def tell(self, verb: str, **told) -> None:
        self.process.stdin.write(json.dumps({"verb": verb, **told}).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self, within: float = PATIENCE):
        ready, _, _ = select.select([self.process.stdout], [], [], within)
        line = self.process.stdout.readline() if ready else b""
        assert line, f"tuimail does not answer: {Path(self.errors.name).read_text()[-2000:]}"
        return json.loads(line)

    def ask(self, verb: str, **told):
        self.tell(verb, **told)
        return self.hear()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.kill()
        self.errors.close()


class Walk:
    """`wanted` is what the person saw last of each message tuimail worked on: [folder, flags]."""

    def __init__(self, tuimail: Tuimail, other: OtherProgram, proxy: FaultProxy, seed: int) -> None:
        self.tuimail, self.other, self.proxy = tuimail, other, proxy
        self.random = random.Random(seed)
        self.hashes: dict[str, str] = {}
        self.homes: dict[str, str] = {}
        self.wanted: dict[str, list] = {}
        self.shared: set[str] = set()
        self.may_go: set[str] = set()
        self.touched: set[str] = set()
        self.must_go: set[str] = set()
        self.done: Counter[str] = Counter()
        self.log: list[str] = []
        self.rows: dict[str, list] = {}

    def begin(self) -> None:
        for _ in range(MAILS):
            self.new_mail("INBOX")
        self.rows = self.tuimail.ask("rest")

    def new_mail(self, folder: str) -> None:
        name = f"n{len(self.hashes) + 1}"
        words = " ".join(str(self.random.random()) for _ in range(self.random.randrange(3, 60)))
        head = f"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: {name}"
        raw = f"{head}\r\nMessage-ID: <{name}@walk.example>\r\n\r\n{words}\r\n".encode()
        self.hashes[name] = hashlib.sha256(raw).hexdigest()
        self.homes[name] = folder
        self.other.append(folder, raw)

    def stretch(self) -> None:
        """Some operations with faults, then rest, and a look at everything."""
        self.touched.clear()
        for _ in range(STRETCH):
            self.proxy.faults = self.faults() if self.random.random() < CUTS else Faults()
            if self.random.random() < OTHERS:
                self.other_acts()
            self.person_acts()
        self.proxy.faults = Faults()
        self.rows = self.tuimail.ask("rest")
        self.check(self.rows)

    def faults(self) -> Faults:
        """Connections from now on are cut; so that there are some, the one there is ends too."""
        self.done["cuts"] += 1
        self.proxy.cut_all()
        return self.random.choice(
            (
                Faults(cut_after_sent=self.random.randrange(50, 3_000)),
                Faults(cut_after_answered=self.random.randrange(200, 20_000)),
                Faults(swallow_after=self.random.choice((b"MOVE", b"STORE", b"EXPUNGE", b"SELECT"))),
                Faults(cut_on=self.random.choice((b"MOVE", b"STORE", b"FETCH", b"SEARCH")), rst=True),
            )
        )

    def person_acts(self) -> None:
        shown = [(name, rows[0][0]) for name, rows in self.rows.items() if len(rows) == 1]
        folder = self.random.choice(sorted({folder for _, folder in shown}))
        here = sorted(name for name, its in shown if its == folder)
        names = self.random.sample(here, min(len(here), self.random.choice((1, 1, 2, 5))))
        verb, told = self.verb(folder, names)
        self.done[verb] += 1
        self.log.append(f"person {verb} {told}")
        self.tuimail.tell(verb, **told)
        names = list(self.rows) if verb == "undo" else names
        self.touched |= set(names)
        if self.random.random() < KILLS:
            time.sleep(self.random.random() * 0.02)
            self.kill(names, verb)
        else:
            self.tuimail.hear()
            self.rows = self.tuimail.ask("rows")
            self.note(names, verb, folder, killed=False)

    def verb(self, folder: str, names: list[str]) -> tuple[str, dict]:
        told = {"folder": folder, "names": names}
        match self.random.choice(
            ("flag", "flag", "flag", "move", "move", "archive", "delete", "junk", "undo")
        ):
            case "flag":
                flag, on = self.random.choice(("\\Seen", "\\Flagged")), self.random.random() < 0.5
                return "flag", told | {"add": [flag] if on else [], "drop": [] if on else [flag]}
            case "move":
                return "move", told | {"to": self.random.choice(FOLDERS)}
            case "undo":
                return "undo", {}
            case verb:
                return verb, told

    def kill(self, names: list[str], verb: str) -> None:
        """What was asked of these came true or not; what the next process shows is what counts."""
        self.tuimail.kill()
        self.done["kills"] += 1
        self.log.append("killed")
        if self.random.random() < 0.5:
            self.touched.clear()
            self.other_acts()
        self.tuimail.begin()
        self.rows = self.tuimail.ask("rows")
        self.note(names, verb, "", killed=True)

    def note(self, names: list[str], verb: str, folder: str, killed: bool) -> None:
        for name in names:
            rows = self.rows.get(name, [])
            if len(rows) == 1:
                self.wanted[name] = rows[0]
            elif not rows and verb == "delete" and folder == "Trash":
                self.must_go.add(name)
            elif not rows and verb == "delete":
                self.may_go.add(name)
                self.shared.add(name)
            else:
                self.shared.add(name)

    def other_acts(self) -> None:
        """Two programs that move one message in the same instant have it twice on many a server, whoever they
        are; so what is on its way is moved and erased by the other only while tuimail is dead.
        """
        there = [(name, *places[0]) for name, places in self.other.messages().items()]
        name, folder, uid, flags, _ = self.random.choice(there)
        deed = self.random.choice(("new", "new", "flag", "flag", "move", "erase"))
        if deed in ("move", "erase") and name in self.touched:
            return
        self.done[f"other {deed}"] += 1
        self.log.append(f"other {deed} {name} in {folder}")
        if deed == "new":
            self.new_mail(self.random.choice(FOLDERS))
            return
        self.shared.add(name)
        with contextlib.suppress(AssertionError):
            match deed:
                case "flag":
                    self.other.store(folder, uid, "-" if "\\Flagged" in flags else "+", "\\Flagged")
                case "move":
                    self.other.move(folder, uid, self.random.choice([f for f in FOLDERS if f != folder]))
                case "erase":
                    self.may_go.add(name)
                    self.other.erase(folder, uid)

    def check(self, rows: dict[str, list]) -> None:
        there = self.other.messages()
        for name, digest in self.hashes.items():
            places = there.get(name, [])
            shown = sorted((folder, sorted(flags)) for folder, _, flags, _ in places)
            seen = sorted((folder, flags) for folder, flags in rows.get(name, []))
            told = f"{name}: server {shown}, shown {seen}, wanted {self.wanted.get(name)}"
            assert len(places) <= 1, f"doubled: {told}"
            assert places or name in self.must_go | self.may_go, f"lost: {told}"
            assert all(place[3] == digest for place in places), f"other content: {told}"
            assert shown == seen, f"not as the server has it: {told}"
            self.check_wish(name, places, told)
        assert there.keys() <= self.hashes.keys(), "something nobody wrote"

    def check_wish(self, name: str, places: list, told: str) -> None:
        if name in self.shared:
            return
        if name in self.must_go:
            assert not places, f"still there: {told}"
        else:
            wanted = self.wanted.get(name, [self.homes[name], []])
            mine = [places[0][0], sorted(places[0][2])]
            assert mine == wanted, f"touched: {told}"


class CuttingProxy(FaultProxy):
    """Also ends the connections that there are."""

    def __init__(self, target: int) -> None:
        super().__init__(target)
        self._open = set()

    async def serve(self, reader, writer) -> None:
        self._open.add(writer)
        try:
            await super().serve(reader, writer)
        finally:
            self._open.discard(writer)

    def cut_all(self) -> None:
        self._loop.call_soon_threadsafe(lambda: [each.transport.abort() for each in tuple(self._open)])


@contextlib.contextmanager
def server(kind: str):
    """A server of this kind, and a mailbox on it."""
    folder = Path(tempfile.mkdtemp(prefix="tm-"))
    folder.chmod(0o755)
    certificates = Certificates(folder / "tls")
    it = Dovecot(folder / "d", certificates) if kind == "dovecot" else Cyrus(folder / "c", certificates, 1)
    it.start()
    try:
        yield it
    finally:
        it.stop()
        shutil.rmtree(folder, ignore_errors=True)


def walk(it, seed: int, operations: int, minutes: float = 0.0) -> Walk:
    """Until so many operations of the person's, or so many minutes."""
    user = it.user()
    with tempfile.TemporaryDirectory() as folder, CuttingProxy(it.imap) as proxy:
        other = OtherProgram(it.imap, user)
        tuimail = Tuimail(Path(folder), proxy.port, user)
        its = Walk(tuimail, other, proxy, seed)
        try:
            its.begin()
            until, steps = time.monotonic() + minutes * 60, 0
            while steps < operations or time.monotonic() < until:
                its.stretch()
                steps += STRETCH
        except AssertionError as error:
            raise AssertionError("\n".join([*its.log[-200:], str(error)])) from None
        finally:
            tuimail.close()
    return its


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", choices=("dovecot", "cyrus"), default="dovecot")
    options = parser.parse_args()
    begun = time.monotonic()
    with server(options.server) as it:
        its = walk(it, options.seed, options.operations, options.minutes)
    spent = time.monotonic() - begun
    print(f"{options.server}: {len(its.hashes)} messages, nothing lost, doubled or wrong, {spent:.0f} s")
    print(dict(sorted(its.done.items())))


if __name__ == "__main__":
    main()
