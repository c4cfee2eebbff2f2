"""The programs that hand mail to sendmail(1) hand it to the outbox, each in its own words."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import until

SEND_EMAIL = Path("/usr/lib/git-core/git-send-email")
FROM_MUTT = """\
Date: Mon, 2 Mar 2026 09:00:00 +0900
From: 山田花子 <hanako@example.jp>
To: suzuki@client.example
Subject: lunch
Message-ID: <mutt.1@example.jp>
User-Agent: Mutt/2.2.9

At noon?
.
From there we walk.
""".encode()
FROM_CRON = b"""\
From: "(Cron Daemon)" <root>
To: hanako
Subject: Cron <hanako@box> backup
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Auto-Submitted: auto-generated
X-Cron-Env: <HOME=/home/hanako>

backup: no space left
"""


def specs(item) -> list[str]:
    return [recipient["address"] for recipient in item["recipients"]]


async def wires(home) -> list[bytes]:
    """The frozen bytes of every item, oldest first."""
    async with home.engine() as engine:
        return [await engine.outbox.wire(item.id) for item in reversed(await engine.outbox.items())]


def git(folder: Path, home, *args: str) -> subprocess.CompletedProcess[str]:
    who = ("-c", "user.name=Hanako", "-c", "user.email=hanako@example.jp")
    return subprocess.run(
        ["git", *who, *args], cwd=folder, env=home.env, capture_output=True, text=True, timeout=60
    )


def send_email(folder: Path, home, *args: str, way: str = "") -> subprocess.CompletedProcess[str]:
    if not SEND_EMAIL.exists():
        pytest.skip("git send-email is not installed (package git-email)")
    git(folder, home, "config", "user.email", "hanako@example.jp")
    way = way or f"--sendmail-cmd={home.env['TUIMAIL']} sendmail"
    quiet = ("--from=hanako@example.jp", "--suppress-cc=all", "--confirm=never")
    return git(folder, home, "send-email", way, *quiet, *args)


def link(home, name: str) -> Path:
    """A link of that name to the program, which finds the configuration where it looks by itself."""
    place = home.folder / ".config" / "tuimail"
    place.mkdir(parents=True)
    (place / "config.toml").symlink_to(home.config)
    made = home.folder / name
    made.symlink_to(Path(sys.executable).with_name("tuimail"))
    return made


@pytest.fixture
def repository(home) -> Path:
    """Two commits on top of a first one, with a line that only holds a dot and letters that are no ASCII."""
    folder = home.folder / "project"
    folder.mkdir()
    git(folder, home, "init", "-q", "-b", "main")
    for subject, text in (("begin", "one\n"), ("A dot", "one\n.\nFrom two\n"), ("見積を足す", "見積書\n")):
        (folder / "file").write_text(text)
        git(folder, home, "add", "file")
        git(folder, home, "commit", "-q", "-m", subject)
    return folder


async def test_git_send_email_queues_an_item_for_each_patch_that_applies_as_it_was(home, repository: Path):
    to = ("--to=list@project.example", "--cc=suzuki@client.example", "--bcc=hanako@example.jp")
    done = send_email(repository, home, *to, "-2")
    assert done.returncode == 0, done.stderr
    items = home.outbox()
    assert ["dot" in item["subject"] for item in items] == [True, False]
    assert "見積を足す" in items[1]["subject"]
    for item in items:
        assert specs(item) == ["list@project.example", "suzuki@client.example", "hanako@example.jp"]
        assert (item["state"], item["sender"]) == ("waiting", "hanako@example.jp")

    other = home.folder / "other"
    git(home.folder, home, "clone", "-q", str(repository), str(other))
    git(other, home, "reset", "-q", "--hard", "HEAD~2")
    for number, wire in enumerate(await wires(home)):
        assert not re.search(rb"^bcc:", wire, re.IGNORECASE | re.MULTILINE)
        (home.folder / f"{number}.patch").write_bytes(wire.replace(b"\r\n", b"\n"))
        git(other, home, "am", "-q", str(home.folder / f"{number}.patch"))
    assert git(other, home, "diff", "origin/main").stdout == ""
    subjects = ("log", "--format=%s")
    assert git(other, home, *subjects).stdout == git(repository, home, *subjects).stdout


def test_git_send_email_takes_a_link_named_sendmail_for_one(home, repository: Path):
    way = f"--smtp-server={link(home, 'sendmail')}"
    done = send_email(repository, home, "--to=list@project.example", "-1", way=way)
    assert done.returncode == 0, done.stderr
    (item,) = home.outbox()
    assert (specs(item), item["sender"]) == (["list@project.example"], "hanako@example.jp")
    assert item["batch"]


def test_a_link_named_mailq_lists_the_outbox(home):
    home.run("sendmail", "-ti", stdin=FROM_MUTT)
    (item,) = home.outbox()
    done = subprocess.run([link(home, "mailq")], capture_output=True, env=home.env, timeout=60)
    assert done.returncode == 0
    assert item["id"].encode() in done.stdout


def test_a_patch_series_is_one_undo_and_the_series_before_is_another(home, repository: Path):
    for number in range(12):
        (repository / "file").write_text(f"{number}\n")
        git(repository, home, "commit", "-q", "-a", "-m", f"step {number}")
    assert send_email(repository, home, "--to=list@project.example", "-2").returncode == 0
    assert send_email(repository, home, "--to=list@project.example", "-12").returncode == 0
    before, batches = home.outbox(), {item["batch"] for item in home.outbox()}
    assert len(before) == 14
    assert len(batches) == 2
    assert home.run("undo", "--batch").stdout == b"12 taken back to Drafts\n"
    assert [item["state"] for item in home.outbox()] == ["waiting"] * 2 + ["undone"] * 12
    assert home.run("undo", "--batch").stdout == b"2 taken back to Drafts\n"
    assert home.run("undo", "--batch").returncode == 69


def test_git_send_email_hears_of_it_when_nothing_could_be_queued(home, repository: Path):
    home.config.write_text("[outbox]\nundo_second = 3\n")
    done = send_email(repository, home, "--to=list@project.example", "-1")
    assert done.returncode != 0
    assert "config.toml:2: outbox.undo_second" in done.stderr


async def test_mutt_s_words_keep_the_message_as_mutt_wrote_it(home):
    args = ("-oem", "-oi", "-f", "hanako@example.jp", "--", "suzuki@client.example", "tanaka@example.jp")
    done = home.run("sendmail", *args, stdin=FROM_MUTT)
    assert (done.returncode, done.stdout) == (0, b"")
    (item,) = home.outbox()
    assert specs(item) == ["suzuki@client.example", "tanaka@example.jp"]
    assert item["message_id"] == "<mutt.1@example.jp>"
    head, _, body = FROM_MUTT.replace(b"\n", b"\r\n").partition(b"\r\n\r\n")
    (wire,) = await wires(home)
    assert wire.startswith(head + b"\r\n")
    assert wire.endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    "args",
    [
        ("-FCronDaemon", "-i", "-B8BITMIME", "-oem", "hanako"),
        ("-i", "-t"),
        ("-FCronDaemon", "-odi", "-oem", "-oi", "-t"),
    ],
    ids=" ".join,
)
def test_what_cron_says_comes_to_you(home, args):
    done = home.run("sendmail", *args, stdin=FROM_CRON)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    (item,) = home.outbox()
    assert specs(item) == ["hanako@example.jp"]
    assert item["sender"] == "hanako@example.jp"


def test_a_file_is_sent_listed_taken_back_and_another_one_leaves_now(home):
    letter = home.folder / "letter.eml"
    letter.write_bytes(FROM_MUTT.replace(b"Message-ID: <mutt.1@example.jp>\n", b"Bcc: tanaka@example.jp\n"))
    first, second = (home.run("send", str(letter)).stdout.decode().strip() for _ in range(2))
    assert [item["id"] for item in home.outbox()] == [first, second]
    assert home.outbox()[0]["message_id"] != home.outbox()[1]["message_id"]
    assert home.run("undo").stdout == b"taken back to Drafts: lunch\n"
    said = json.loads(home.run("outbox", "now", first, "--json").stdout)
    assert said == {"id": first}
    before, after = home.outbox()
    assert (before["state"], before["seconds_left"]) == ("waiting", 0)
    assert specs(before) == ["suzuki@client.example", "tanaka@example.jp"]
    assert after["state"] == "undone"


def test_edit_opens_the_composer_on_the_mail_that_was_taken_back(home, client):
    home.run("sendmail", "-ti", stdin=FROM_MUTT)
    terminal = client("outbox", "edit")
    until(lambda: b"lunch" in terminal.shown and b"suzuki@client.example" in terminal.shown)
    until(lambda: b"At noon?" in terminal.shown)
    terminal.type(b"\x11")
    terminal.process.wait(20)
    (item,) = home.outbox()
    assert item["state"] == "undone"


async def test_mail_from_a_user_of_this_computer_leaves_in_your_name(home):
    """A From without a domain is refused by many a server; cron writes one."""
    home.run("sendmail", "-FCronDaemon", "-i", "-oem", "-t", stdin=FROM_CRON)
    (wire,) = await wires(home)
    assert re.findall(rb"^From:.*$", wire, re.MULTILINE) == [b"From: CronDaemon <hanako@example.jp>\r"]
    assert wire.endswith(b"\r\n\r\nbackup: no space left\r\n")


async def test_smtp_on_stdin_queues_each_message_as_it_was_sent(home):
    """Alpine's way: `sendmail -bs`, a conversation for each message."""
    letter = FROM_MUTT.replace(b"\n.\n", b"\n..\n").replace(b"\n", b"\r\n")
    envelope = b"MAIL FROM:<hanako@example.jp>\r\nRCPT TO:<%s>\r\nDATA\r\n"
    said = b"EHLO localhost\r\n" + b"".join(
        envelope % to + letter + b".\r\n" for to in (b"suzuki@client.example", b"tanaka@example.jp")
    )
    done = home.run("sendmail", "-bs", "-odb", "-oem", stdin=said + b"RSET\r\nQUIT\r\n")
    assert done.returncode == 0
    replies = [row for row in done.stdout.decode().split("\r\n") if row[3:4] == " "]
    assert "".join(row[0] for row in replies) == "222232223222"
    assert [specs(item) for item in home.outbox()] == [["suzuki@client.example"], ["tanaka@example.jp"]]
    head, _, body = FROM_MUTT.replace(b"\n", b"\r\n").partition(b"\r\n\r\n")
    assert all(wire.startswith(head) and wire.endswith(b"\r\n\r\n" + body) for wire in await wires(home))


async def test_what_was_queued_leaves_when_the_client_runs_byte_for_byte(home, sink):
    home.configure(port=sink.port, undo_seconds=0)
    home.run("sendmail", "-ti", stdin=FROM_MUTT)
    (wire,) = await wires(home)
    async with home.engine() as engine:
        await engine.start(mail=False)
        (item,) = await engine.outbox.items()
        while not sink.received:
            assert (await engine.outbox.item(item.id)).tries < 2
            await asyncio.sleep(0.02)
    assert [message.wire for message in sink.received] == [wire]
