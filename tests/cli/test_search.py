import asyncio
import json
import subprocess
import sys

import pytest

from tuimail.cli import mail_id
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.gist import gist
from tuimail.mail.letter.safe import line
from tuimail.store.cache import CacheFile

KEYS = [
    *("id", "account", "folder", "date", "from", "to", "cc", "subject", "message_id", "flags", "labels"),
    *("size", "attached"),
]
RAW = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "needle, 会議の日程 \x1b]0;owned\x07\r\n".encode()


def envelope(number: int, subject: str, folder: str = "INBOX") -> Envelope:
    return Envelope(
        ref=Ref("work", folder, f"7.{number}"),
        sender=Address("anna@example.org", "Anna Berg"),
        to=(Address("hanako@example.jp", "山田花子"),),
        cc=(),
        subject=line(subject),
        received=1_790_000_000.0 + number,
        size=1_000,
        flags=frozenset(),
    )


@pytest.fixture
def searched(shell):
    """A cache with three messages, the text of the first among them; nothing is in the Maildir."""

    async def fill() -> None:
        cache = CacheFile(shell.home / ".cache" / "tuimail" / "cache.db")
        await cache.put_folders(
            "work",
            [
                Folder("work", "INBOX", line("Inbox"), Role.INBOX),
                Folder("work", "Old Mail", line("Old Mail")),
            ],
        )
        await cache.put([envelope(1, "見積書"), envelope(2, "Budget"), envelope(3, "Budget", "Old Mail")])
        await cache.put_bodies([(Ref("work", "INBOX", "7.1"), RAW, gist(RAW))])
        await cache.close()

    asyncio.run(fill())
    return shell


def test_a_message_is_one_line_with_a_name_that_show_takes(searched):
    done = searched.run("search", "needle")
    assert done.returncode == 0
    [row] = done.stdout.decode().splitlines()
    assert "* Anna Berg" in row
    assert row.endswith("見積書  mail:work/INBOX/7.1")
    assert b"the text of 2 of 3 messages is not on this computer; --server asks for them" in done.stderr
    shown = searched.run("show", row.split()[-1])
    assert "会議の日程" in shown.stdout.decode()
    assert b"\x1b" not in shown.stdout


def test_json_has_the_keys_that_are_promised(searched):
    found = json.loads(searched.run("search", "--json", "会議").stdout)
    assert [list(each) for each in found] == [KEYS]
    assert found[0]["from"] == {"name": "Anna Berg", "address": "anna@example.org"}
    assert found[0]["id"] == "mail:work/INBOX/7.1"


@pytest.mark.parametrize(
    ("args", "count"),
    [
        (["budget"], 2),
        (["budget", "--folder", "inbox"], 1),
        (["budget", "--folder", "Old Mail"], 1),
        (["budget", "--account", "work"], 2),
        (["budget", "--account", "home"], 0),
        (["budget", "--limit", "1"], 1),
        (["budget", "in:inbox"], 1),
        (["--", "-budget"], 1),
        (["budg"], 0),
        (["budg*"], 2),
        (["from:anna", "is:unread"], 3),
    ],
)
def test_operators_and_options_narrow_it(searched, args, count):
    done = searched.run("search", *args)
    assert len(done.stdout.splitlines()) == count
    assert done.returncode == (0 if count else 1)


def test_conversations_are_one_line_each(searched):
    found = json.loads(searched.run("search", "--json", "--threads", "budget").stdout)
    assert list(found[0]) == [*KEYS, "messages", "unread"]


def test_a_server_is_asked_only_on_demand(searched):
    raw = b"Subject: far away\nFrom: a@example.org\n\nneedle in the box\n"
    (searched.home / "Mail" / "cur" / "99:2,S").write_bytes(raw)
    assert len(searched.run("search", "needle").stdout.splitlines()) == 1
    assert b"far away" in searched.run("search", "--server", "needle").stdout


def test_an_unknown_account_is_a_usage_error(searched):
    done = searched.run("search", "x", "--account", "elsewhere")
    assert done.returncode == 64
    assert done.stderr.count(b"\n") == 1


def test_a_name_of_no_account_is_told_in_one_line(searched):
    done = searched.run("show", "mail:elsewhere/INBOX/1")
    assert done.returncode == 66
    assert done.stderr.count(b"\n") == 1


def test_searching_loads_no_screen(searched):
    code = "import sys; from tuimail.cli import main; main.main(['search', 'x']); print(sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=searched.env, timeout=60)
    assert b"tuimail.cli.search" in done.stdout
    assert b"'textual'" not in done.stdout


@pytest.mark.parametrize("folder", ["INBOX", "Lists/Python", "[Gmail]/すべて", "a b%c~"])
def test_names_lead_back_to_their_messages(folder):
    ref = Ref("work mail", folder, "1699.4~2")
    assert mail_id.parse(mail_id.name(ref)) == ref
    assert " " not in mail_id.name(ref)


@pytest.mark.parametrize("text", ["mail.eml", "mail:", "mail:a/b", "mail:a/b/c/d", "-"])
def test_what_is_no_name_is_a_file(text):
    assert mail_id.parse(text) is None
