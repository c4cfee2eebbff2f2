"""What others take for the same: mbsync pulling a mailbox, notmuch indexing and searching it.

python -m bench.pull [--messages 10000] [--world /tmp/tuimail-bench]

Run beside bench.sync and bench.search, on the same mailboxes.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench.figures import median
from bench.mails import COMMON, JAPANESE, RARE
from bench.peers import PASSWORD, Dovecot, servers

STARTS = 7
MBSYNC = """
IMAPAccount bench
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None

IMAPStore far
Account bench

MaildirStore near
Path {folder}/near/
Inbox {folder}/near/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
SyncState {folder}/state/
"""
NOTMUCH = """
[database]
path={mail}
[user]
name=Me
primary_email=me@example.test
[new]
tags=inbox
ignore=/dovecot.*/;subscriptions;maildirfolder
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--world", type=Path, default=Path("/tmp/tuimail-bench"))
    options = parser.parse_args()
    size = options.messages
    with (
        servers(options.world, [size]) as (dovecot, users),
        tempfile.TemporaryDirectory(prefix="tm-") as name,
    ):
        mbsync(dovecot, users[size], size, Path(name))
        index(Path(name) / "near" / "INBOX", size, Path(name))


def mbsync(dovecot: Dovecot, user: str, size: int, folder: Path) -> None:
    for name in ("near", "state"):
        (folder / name).mkdir()
    config = folder / "mbsyncrc"
    config.write_text(MBSYNC.format(port=dovecot.imap, user=user, password=PASSWORD, folder=folder))
    command = ("mbsync", "-q", "-c", str(config), "all")
    took = timed(command, folder)
    again = [timed(command, folder) for _ in range(STARTS)]
    rate, quiet = size / took, median(again) * 1000
    print(f"mbsync  {size:9,} pulled {took:6.1f} s ({rate:,.0f}/s) · nothing new {quiet:.0f} ms")


def index(mail: Path, size: int, folder: Path) -> None:
    config = folder / "notmuchrc"
    config.write_text(NOTMUCH.format(mail=mail))
    env = {"NOTMUCH_CONFIG": str(config)}
    took = timed(("notmuch", "new", "--no-hooks", "--quiet"), folder, env)
    print(f"notmuch {size:9,} indexed {took:5.1f} s ({size / took:,.0f}/s)")
    for word in (RARE, COMMON, JAPANESE):
        command = ("notmuch", "search", "--limit=50", word)
        found = subprocess.run(command, env=environment(folder, env), capture_output=True, text=True).stdout
        taken = [timed(command, folder, env) * 1000 for _ in range(STARTS)]
        print(f"notmuch {size:9,} {word}: {median(taken):5.1f} ms, {len(found.splitlines())} threads")


def timed(command: tuple[str, ...], folder: Path, env: dict[str, str] | None = None) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=environment(folder, env or {}), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def environment(folder: Path, more: dict[str, str]) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **more}


if __name__ == "__main__":
    missing = [name for name in ("mbsync", "notmuch") if shutil.which(name) is None]
    if missing:
        raise SystemExit(f"not installed: {', '.join(missing)}")
    main()
