"""What goes wrong in daily use: each gets one line that says what to do, and what was written stays."""

import asyncio
import contextlib
import os
import resource
import sqlite3
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tuimail.engine.engine import Engine
from tuimail.mail.errors import AddressError, AttachmentError, OutboxError, TuimailError
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.draft import Draft

LETTER = b"From: hanako@example.jp\nTo: suzuki@client.example\nSubject: lunch\n\nAt noon?\n"
DRAFT = Draft(
    id="draft",
    account="work",
    to="suzuki@client.example",
    bcc="tanaka@example.jp",
    subject="見積書送付",
    body="鈴木様\n\nお世話になっております。\n",
    cursor=(2, 3),
)


def one_line(done: subprocess.CompletedProcess[bytes], code: int) -> str:
    """The one line a command that failed has said."""
    said = done.stderr.decode()
    assert (done.returncode, done.stdout, said.count("\n")) == (code, b"", 1), said
    assert said.startswith("tuimail: ")
    return said.removeprefix("tuimail: ").rstrip("\n")


def is_one_line(error: TuimailError | str) -> str:
    text = str(error)
    assert text.isprintable(), text
    assert "Traceback" not in text and "Error(" not in text
    return text


async def tried(engine: Engine, draft: Draft = DRAFT) -> tuple[Item, str]:
    """Send, and wait for the end of the first attempt; the item, and its last answer."""
    await engine.start(mail=False)
    item = await engine.outbox.send(draft)
    async with asyncio.timeout(20):
        while not (now := await engine.outbox.item(item.id)).tries or now.state is State.SENDING:
            await asyncio.sleep(0.02)
    return now, is_one_line((await engine.outbox.trail(item.id))[-1].answer)


async def comes_back(engine: Engine, item: Item, draft: Draft = DRAFT) -> None:
    """What was written is in the composer again as it was, and among the drafts."""
    assert await engine.outbox.undo(item.id) == draft
    assert [kept.id for kept, _ in await engine.drafts.all()] == [draft.id]


# The configuration


@pytest.mark.parametrize(
    ("before", "after", "where", "accepted"),
    [
        ("undo_seconds", "undo_second", ":2: outbox.undo_second: ", "did you mean undo_seconds?"),
        ("undo_seconds = 60", "undo_seconds = 9999", ":2: outbox.undo_seconds: 9999 ", "0 to 3600"),
        ("[outbox]", "[outbx]", ":1: outbx: ", "did you mean outbox?"),
        ("display_name", "dispaly_name", ":7: accounts.dispaly_name: ", "did you mean display_name?"),
        ('security = "none"', 'security = "ssl"', ":10: accounts.smtp.security: ", "none | starttls | tls"),
        ("port = 9", "port = 90000", ":10: accounts.smtp.port: 90000 ", "1 to 65535"),
        ('"hanako@example.jp"', '"hanako"', ":6: accounts.address: ", "you@example.jp"),
        ("[[accounts]]", "[[accounts]", ":4:11: not TOML: ", "]]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_key_is_named_with_file_line_and_what_is_accepted(home, before, after, where, accepted):
    home.config.write_text(home.config.read_text().replace(before, after))
    said = one_line(home.run("send", "-", stdin=LETTER), 78)
    assert said.startswith(f"{home.config}{where}")
    assert accepted in said


# The servers


async def test_a_port_that_refuses_is_tried_again_and_the_mail_can_be_taken_back(home):
    home.configure(undo_seconds=0)
    async with home.engine() as engine:
        item, answer = await tried(engine)
        assert (item.state, item.why) == (State.WAITING, "the server can't be reached; trying again")
        assert "refused" in answer
        await comes_back(engine, item)


@pytest.mark.servers
async def test_a_wrong_password_pauses_the_mail_and_says_what_to_do(home, dovecot, certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.folder / "ca.pem"))
    login = f'user = "{dovecot.user()}"\npassword_command = "echo wrong-horse"'
    imap = f'imap = {{ host = "localhost", port = {dovecot.imaps} }}'
    home.configure(port=dovecot.submission, security="starttls", login=login, mailbox=imap, undo_seconds=0)
    async with home.engine() as engine:
        item, answer = await tried(engine)
        assert item.state is State.WAITING
        assert item.why == "the server refused the login; the mail of this account waits"
        assert [stop.account for stop in engine.outbox.stops()] == ["work"]
        assert "wrong-horse" not in answer
        with pytest.raises(TuimailError) as refused:
            await engine.mailbox.refresh_folders("work")
        assert "look at user and password" in is_one_line(refused.value)
        assert "wrong-horse" not in str(refused.value)
        await comes_back(engine, item)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("for_another_name", "is for another name"), ("expired", "expired"), ("by_a_stranger", "trusts")],
)
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_that_does_not_fit_gets_no_mail(
    home, new_sink, certificates, monkeypatch, security, kind, reason
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.folder / "ca.pem"))
    sink = new_sink(security=security, tls=getattr(certificates, kind)())
    home.configure(port=sink.port, security=security, undo_seconds=0)
    async with home.engine() as engine:
        item, answer = await tried(engine)
        assert item.state is State.WAITING
        assert reason in answer
        assert not [line for line in sink.heard if line.startswith(("MAIL", "AUTH"))]
        await comes_back(engine, item)


# The draft


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
@pytest.mark.parametrize(
    "text", ["suzuki", "suzuki@", "@client.example", "a@b@client.example", "suzuki@client..example"]
)
async def test_an_address_that_is_none_is_named_and_nothing_is_queued(home, field, text):
    draft = replace(DRAFT, **{field: f"ok@client.example, {text}"})
    async with home.engine() as engine:
        await engine.drafts.save(draft)
        with pytest.raises(AddressError) as error:
            await engine.outbox.send(draft)
        assert text in is_one_line(error.value)
        assert await engine.outbox.items() == ()
        assert await engine.drafts.open(draft.id) == draft


def test_an_address_that_is_none_is_said_to_a_program_too(home):
    said = one_line(home.run("send", stdin=LETTER.replace(b"@client", b"@cli ent")), 65)
    assert "suzuki@cli ent.example" in said
    assert home.outbox() == []


def gone(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("vanish", "reason"),
    [(gone, "there is no such file"), (a_folder, "it is a folder"), (a_pipe, "it is not a regular file")],
)
async def test_an_attachment_that_vanished_before_send_is_named_and_the_draft_stays(home, vanish, reason):
    path = home.folder / "見積書.pdf"
    path.write_bytes(b"%PDF-1.4")
    async with home.engine() as engine:
        draft = await engine.drafts.attach(DRAFT, str(path))
        await engine.drafts.save(draft)
        vanish(path)
        with pytest.raises(AttachmentError) as error:
            await engine.outbox.send(draft)
        assert is_one_line(error.value).startswith(f"{path} can't be attached: {reason}")
        assert await engine.outbox.items() == ()
        assert await engine.drafts.open(draft.id) == draft


# The disk


def mounted(where: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(where)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture
def small_disk(home):
    """The outbox on a disk of four megabytes."""
    folder = home.places.data
    folder.mkdir(parents=True)
    if not mounted(folder, "size=4m,mode=0700"):
        pytest.skip("only root can mount a small disk to fill")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Write until there is no room left; the file to delete to have room again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(1024)):
            pass
    return ballast


async def test_on_a_full_disk_nothing_is_queued_the_draft_stays_and_with_room_it_leaves(
    home, sink, small_disk
):
    home.configure(port=sink.port, undo_seconds=0)
    async with home.engine() as engine:
        await engine.drafts.save(DRAFT)
        ballast = fill(small_disk)
        bigger = replace(DRAFT, body="x\n" * 100_000)
        for attempt in (engine.outbox.send, engine.drafts.save):
            with pytest.raises(OutboxError) as error:
                await attempt(bigger)
            assert "the disk is full; free some space" in is_one_line(error.value)
        assert await engine.outbox.items() == ()
        assert await engine.drafts.open(DRAFT.id) == DRAFT
        ballast.unlink()
        item, _ = await tried(engine, bigger)
        assert item.state is State.SENT
    assert len(sink.received) == 1


def test_on_a_full_disk_a_program_is_told_to_try_again(home, small_disk):
    assert home.run("send", stdin=LETTER).returncode == 0
    ballast = fill(small_disk)
    said = one_line(home.run("sendmail", "-t", stdin=LETTER + b"x\n" * 100_000), 75)
    assert "full" in said
    ballast.unlink()
    assert len(home.outbox()) == 1


def test_a_limit_on_file_sizes_is_told_like_a_full_disk(home):
    assert home.run("send", stdin=LETTER).returncode == 0
    limit = (200_000, resource.RLIM_INFINITY)
    cramped = home.run(
        "sendmail",
        "-t",
        stdin=LETTER + b"x\n" * 200_000,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert "full" in one_line(cramped, 75)
    assert len(home.outbox()) == 1


def test_a_first_run_on_a_full_disk_is_one_line(home, small_disk):
    ballast = fill(small_disk)
    assert "full" in one_line(home.run("send", stdin=LETTER), 75)
    ballast.unlink()
    assert home.run("send", stdin=LETTER).returncode == 0


async def test_a_read_only_disk_is_said_and_what_is_there_can_still_be_seen(home, small_disk):
    async with home.engine() as engine:
        await engine.drafts.save(DRAFT)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "read-only" in one_line(home.run("send", stdin=LETTER), 75)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    async with home.engine() as engine:
        assert await engine.drafts.open(DRAFT.id) == DRAFT


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_folder_one_may_not_write_to_is_named(home):
    home.places.data.mkdir(parents=True)
    home.places.data.chmod(0o500)
    assert str(home.places.data) in one_line(home.run("send", stdin=LETTER), 75)


def test_a_file_where_the_folder_should_be_is_named(home):
    home.places.data.parent.mkdir(parents=True)
    home.places.data.write_text("")
    assert str(home.places.data) in one_line(home.run("send", stdin=LETTER), 78)


# The outbox file


def of_a_newer_version(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def another_program_s(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE drafts (something TEXT)")


@pytest.mark.parametrize(
    ("harm", "reason", "to_do"),
    [
        (of_a_newer_version, "newer version of tuimail", "update tuimail"),
        (another_program_s, "belongs to another program", "move it aside"),
    ],
)
def test_an_outbox_of_somebody_else_s_is_left_alone_and_said_in_one_line(home, harm, reason, to_do):
    assert home.run("send", stdin=LETTER).returncode == 0
    path = home.places.outbox
    for leftover in path.parent.glob("outbox.db-*"):
        leftover.unlink()
    harm(path)
    before = path.read_bytes()
    for command in (("send",), ("outbox", "list"), ("undo",)):
        said = one_line(home.run(*command, stdin=LETTER), 75)
        assert "outbox.db" in said
        assert reason in said
        assert to_do in said
    assert path.read_bytes() == before
    said = home.run("doctor", "--offline").stdout.decode()
    assert [line for line in said.splitlines() if line.startswith("wrong  outbox") and to_do in line], said


@pytest.mark.parametrize("harm", [garbage, cut_short])
def test_a_damaged_outbox_is_set_aside_and_told_of_and_a_new_one_goes_on(home, harm):
    assert home.run("send", stdin=LETTER).returncode == 0
    path = home.places.outbox
    for leftover in path.parent.glob("outbox.db-*"):
        leftover.unlink()
    harm(path)
    before = path.read_bytes()
    said = home.run("outbox", "list").stderr.decode()
    (aside,) = path.parent.glob("outbox.damaged-*.db")
    assert aside.read_bytes() == before
    assert aside.name in said
    assert home.run("send", stdin=LETTER).returncode == 0
    assert aside.name in home.run("doctor", "--offline").stdout.decode()


async def test_a_client_with_an_outbox_of_a_newer_version_stays_up_and_says_so(home):
    home.places.data.mkdir(parents=True)
    of_a_newer_version(home.places.outbox)
    async with home.engine() as engine:
        heard: list[str] = []
        engine.listen(lambda news: heard.append(is_one_line(getattr(news, "text", ""))))
        await engine.start(mail=False)
        async with asyncio.timeout(5):
            while not any("outbox.db" in text for text in heard):
                await asyncio.sleep(0.02)
        with pytest.raises(OutboxError) as error:
            await engine.outbox.send(DRAFT)
        is_one_line(error.value)
        assert not engine.outbox.sending_here
