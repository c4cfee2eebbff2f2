"""Opening, keys, reading and memory beside the mail clients of the terminal, on one Dovecot, in one run.

python -m bench.peers [--messages 10000,100000] [--peers tuimail,mutt,neomutt,aerc,alpine] [--starts 3]

Mailboxes are made once, under --world. Cold is without the client's cache, warm with it; a start ends when
the list stands on the screen. Keys are timed till their last byte before a silence.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.figures import median, p95
from bench.mails import maildir
from bench.pty_harness import Terminal
from bench.relay import Relay

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers.certificates import Certificates
from servers.dovecot import PASSWORD, Dovecot

SIZE = (120, 40)
DOWNS, PAGES, OPENS = 200, 50, 12
FAR = 0.040
REFERENCE = re.compile(rb"M\d{7}")


class Peer(NamedTuple):
    """A mail client: its program, what shows that its list stands, and its keys.

    `prepare` writes what it needs into its home, for a user and a port, and answers its arguments.
    `asks` are prompts on the way to the list with their answers.
    """

    program: str
    prepare: Callable[[Path, str, int], tuple[str, ...]]
    ready: bytes
    down: bytes
    page: bytes
    open: bytes
    back: bytes
    quit: bytes
    caches: tuple[str, ...]
    asks: tuple[tuple[bytes, bytes], ...] = ()
    top: bytes = b""


def _tuimail(home: Path, user: str, port: int) -> tuple[str, ...]:
    folder = home / "config" / "tuimail"
    folder.mkdir(parents=True, exist_ok=True)
    server = f'{{ host = "127.0.0.1", port = {port}, security = "none" }}'
    config = folder / "config.toml"
    config.write_text(
        f'[[accounts]]\nname = "work"\naddress = "{user}"\npassword_command = "echo {PASSWORD}"\n'
        f"imap = {server}\nsmtp = {server}\n"
    )
    config.chmod(0o600)
    return ("-m", "tuimail")


def _mutt(home: Path, user: str, port: int) -> tuple[str, ...]:
    for name in ("hc", "bodies"):
        (home / name).mkdir(parents=True, exist_ok=True)
    where = f"imap://{user.replace('@', '%40')}@127.0.0.1:{port}/"
    (home / "rc").write_text(
        f'set folder="{where}" spoolfile="+INBOX" imap_user="{user}" imap_pass="{PASSWORD}"\n'
        f'set ssl_force_tls=no ssl_starttls=no header_cache="{home}/hc" message_cachedir="{home}/bodies"\n'
        "set sort=reverse-date mark_old=no quit=yes delete=no move=no wait_key=no pager_stop=yes\n"
        "alternative_order text/plain text/html\n"
    )
    return ("-n", "-F", str(home / "rc"))


def _aerc(home: Path, user: str, port: int) -> tuple[str, ...]:
    folder = home / "config" / "aerc"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("aerc.conf", "binds.conf"):
        shutil.copy(f"/usr/share/aerc/{name}", folder)
    accounts = folder / "accounts.conf"
    accounts.write_text(
        f"[bench]\nsource = imap+insecure://{user.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{port}\n"
        "default = INBOX\nfrom = Me <me@example.com>\ncache-headers = true\n"
    )
    accounts.chmod(0o600)
    return ()


def _alpine(home: Path, user: str, port: int) -> tuple[str, ...]:
    (home / "pinerc").write_text(
        "user-domain=example.test\n"
        f"inbox-path={{127.0.0.1:{port}/user={user}/notls/novalidate-cert}}INBOX\n"
        "feature-list=enable-full-header-cmd,quit-without-confirm,no-auto-view-selected\n"
        "sort-key=date/reverse\nlast-version-used=9.99.999\ndisable-these-authenticators=PLAIN\n"
    )
    return ("-p", str(home / "pinerc"), "-i")


DOWN, PAGE_DOWN = b"\x1b[B", b"\x1b[6~"
_MUTT = Peer("mutt", _mutt, rb"Msgs:\d+", b"j", b"z", b"\r", b"i", b"x", ("hc", "bodies"), top=b"=")
PEERS = {
    "tuimail": Peer(
        sys.executable, _tuimail, rb"unread of", DOWN, PAGE_DOWN, b"\r", b"q", b"\x11", ("cache", "data")
    ),
    "mutt": _MUTT,
    "neomutt": _MUTT._replace(program="neomutt"),
    "aerc": Peer(
        "aerc",
        _aerc,
        rb"2026-09-.*2026-09-",
        b"j",
        b"\x06",
        b"\r",
        b"q",
        b":quit\r",
        ("cache", "data"),
        top=b"g",
    ),
    "alpine": Peer(
        "alpine",
        _alpine,
        rb"Sep \d\d.*Sep \d\d",
        b"n",
        b" ",
        b"\r",
        b"<",
        b"qy",
        (),
        ((b"ENTER PASSWORD", PASSWORD.encode() + b"\r"), (b"Preserve password", b"n")),
    ),
}


class Seat:
    """One peer before one mailbox: its home, and starting it there."""

    def __init__(self, name: str, home: Path, user: str, port: int) -> None:
        self.name, self.peer, self._home = name, PEERS[name], home
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        self._words = self.peer.prepare(home, user, port)
        kinds = ("CONFIG", "DATA", "CACHE", "STATE")
        homes = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in kinds}
        self._env = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "USER": "me", **homes}

    def forget(self) -> None:
        """Delete its cache."""
        for name in self.peer.caches:
            shutil.rmtree(self._home / name, ignore_errors=True)
        for name in ("hc", "bodies") if self.peer.prepare is _mutt else ():
            (self._home / name).mkdir()

    def start(self) -> tuple[Terminal, float]:
        """The program with its list on the screen, and the milliseconds it took."""
        terminal = Terminal((str(shutil.which(self.peer.program)), *self._words), self._env, SIZE)
        ready = re.compile(self.peer.ready, re.DOTALL)
        left = dict(self.peer.asks)
        while left:
            found = re.compile(b"|".join((b"(" + self.peer.ready + b")", *left)), re.DOTALL)
            terminal.wait_until(found, 300)
            if ready.search(terminal.output):
                break
            prompt = next(prompt for prompt in left if prompt in terminal.output)
            terminal.send(left.pop(prompt))
        return terminal, terminal.wait_until(ready, 300) * 1000


@contextmanager
def servers(world: Path, sizes: list[int]) -> Iterator[tuple[Dovecot, dict[int, str]]]:
    """Dovecot with a mailbox of each size, and whose it is. The mail itself stays in `world`."""
    with tempfile.TemporaryDirectory(prefix="tb-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        dovecot = Dovecot(folder / "d", Certificates(folder))
        users = {size: dovecot.user() for size in sizes}
        for size, user in users.items():
            home = world / str(size)
            maildir(home / "Maildir", size)
            shutil.chown(home, "mail", "mail") if os.geteuid() == 0 else None
            own(home)
            dovecot.home(user).symlink_to(home)
        dovecot.start()
        try:
            yield dovecot, users
        finally:
            dovecot.stop()


def own(home: Path) -> None:
    """Everything below belongs to the user whom Dovecot runs as."""
    if os.geteuid() == 0 and (home / "Maildir" / "cur").owner() != "mail":
        for path in (home, *home.rglob("*")):
            shutil.chown(path, "mail", "mail")


def opening(seat: Seat, size: int, starts: int) -> None:
    cold, warm, memory = [], [], []
    for _ in range(starts):
        seat.forget()
        terminal, took = seat.start()
        cold.append(took)
        terminal.close(seat.peer.quit)
    fill(seat)
    for _ in range(starts):
        terminal, took = seat.start()
        warm.append(took)
        terminal.settle(1.0)
        memory.append(terminal.memory())
        terminal.close(seat.peer.quit)
    say(seat, size, "cold open", cold, "ms")
    say(seat, size, "warm open", warm, "ms")
    say(seat, size, "memory", memory, "MB")


def fill(seat: Seat) -> None:
    """Let it fill its cache, unmeasured."""
    terminal, _ = seat.start()
    terminal.settle(3.0)
    terminal.close(seat.peer.quit)


def keys(seat: Seat, size: int) -> None:
    terminal, _ = seat.start()
    terminal.settle(2.0)
    terminal.send(seat.peer.top)
    terminal.settle(1.0)
    for name, key, times in (("down", seat.peer.down, DOWNS), ("page down", seat.peer.page, PAGES)):
        taken = [terminal.press(key) * 1000 for _ in range(times)]
        print(
            f"{seat.name:8} {size:9,} {name:10} median {median(taken):6.1f} p95 {p95(taken):6.1f} ms",
            flush=True,
        )
    reading(terminal, seat, size)
    terminal.close(seat.peer.quit)


def reading(terminal: Terminal, seat: Seat, size: int) -> None:
    """Open a message for the first time, go back, open it again: from the cache."""
    again = []
    for _ in range(OPENS):
        for taken in ([], again):
            before, pressed = len(terminal.output), time.perf_counter()
            terminal.send(seat.peer.open)
            terminal.wait_until(REFERENCE, since=before)
            taken.append((time.perf_counter() - pressed) * 1000)
            terminal.settle(0.2)
            terminal.send(seat.peer.back)
            terminal.settle(0.2)
        terminal.send(seat.peer.down)
        terminal.settle(0.2)
    print(
        f"{seat.name:8} {size:9,} {'open again':10} median {median(again):6.1f} p95 {p95(again):6.1f} ms",
        flush=True,
    )


def far(seat: Seat, size: int, starts: int) -> None:
    taken = []
    for _ in range(starts):
        seat.forget()
        terminal, took = seat.start()
        taken.append(took)
        terminal.close(seat.peer.quit)
    say(seat, size, f"cold, {FAR * 1000:.0f} ms away", taken, "ms")


def say(seat: Seat, size: int, what: str, values: list[float], unit: str) -> None:
    spread = f"[{min(values):.0f}-{max(values):.0f}]"
    print(f"{seat.name:8} {size:9,} {what:10} median {median(values):6.0f} {unit} {spread}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", default="10000,100000")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--world", type=Path, default=Path("/tmp/tuimail-bench"))
    parser.add_argument("--what", default="open,keys,far")
    options = parser.parse_args()
    sizes = [int(size) for size in options.messages.split(",")]
    with (
        servers(options.world, sizes) as (dovecot, users),
        tempfile.TemporaryDirectory(prefix="tp-") as homes,
    ):
        relay = Relay(dovecot.imap, FAR)
        for size in sizes:
            for name in options.peers.split(","):
                if shutil.which(PEERS[name].program) is None:
                    print(f"{name}: not installed")
                    continue
                seat = Seat(name, Path(homes) / f"{name}{size}", users[size], dovecot.imap)
                if "open" in options.what:
                    opening(seat, size, options.starts)
                if "keys" in options.what:
                    keys(seat, size)
                if "far" in options.what:
                    far(
                        Seat(name, Path(homes) / f"{name}{size}far", users[size], relay.port),
                        size,
                        options.starts,
                    )
        relay.close()


if __name__ == "__main__":
    main()
