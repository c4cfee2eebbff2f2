"""An account in a Maildir that other programs write to as well."""

import asyncio
import contextlib
import mailbox
import os
import threading
import time

import pytest

from tuimail.backends.maildir import box as maildir_box
from tuimail.backends.maildir import source as maildir
from tuimail.backends.maildir.source import MaildirSource
from tuimail.mail.errors import MailboxError, MessageGone
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.query import parse
from tuimail.mail.letter.envelope import Flag

SEEN = frozenset({Flag.SEEN})
NONE: frozenset[str] = frozenset()
RAW = (
    b"From: =?utf-8?B?5bGx55Sw?= <y@example.jp>\r\nSubject: =?utf-8?B?5Lya6K2w?=\r\n"
    b"Message-ID: <1@x>\r\n\r\nhi\r\n"
)


def make(folder) -> None:
    for sub in ("cur", "new", "tmp"):
        (folder / sub).mkdir(parents=True)


async def listed(source, folder: str) -> dict[str, frozenset[str]]:
    """The flags of all messages by uid, oldest first."""
    return {uid: flags async for stretch in source.stretches(folder) for uid, flags in stretch.flags.items()}


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture
def source(root):
    return MaildirSource(root, "home")


def put(folder, name: str, raw: bytes = b"Subject: x\n\nhello\n", at: float = 1_700_000_000) -> str:
    path = folder / name
    path.write_bytes(raw)
    os.utime(path, (at, at))
    return path.name.partition(":")[0].partition(",")[0]


async def test_new_mail_is_unread_and_listing_moves_nothing(root, source):
    uid = put(root / "new", "1.a.host")
    assert await listed(source, "INBOX") == {uid: NONE}
    assert (root / "new" / "1.a.host").exists()


async def test_flags_are_the_letters_of_the_name(root, source):
    uid = put(root / "cur", "1.a.host:2,DFPRST")
    every = frozenset({Flag.DRAFT, Flag.FLAGGED, Flag.FORWARDED, Flag.ANSWERED, Flag.SEEN, Flag.DELETED})
    assert await listed(source, "INBOX") == {uid: every}


async def test_letters_of_other_programs_and_keywords_mean_nothing_and_stay(root, source):
    uid = put(root / "cur", "1.a,S=20,W=21:2,Sabz")
    assert await listed(source, "INBOX") == {uid: SEEN}
    await source.flag("INBOX", [uid], frozenset({Flag.FLAGGED}), SEEN)
    assert os.listdir(root / "cur") == ["1.a,S=20,W=21:2,Fabz"]


async def test_a_listing_is_oldest_first_by_the_files_times(root, source):
    uids = [put(root / sub, name, at=at) for sub, name, at in [
        ("cur", "9.a:2,S", 1000), ("new", "8.b", 3000), ("cur", "7.c:2,", 2000)]]  # fmt: skip
    assert list(await listed(source, "INBOX")) == [uids[0], uids[2], uids[1]]


async def test_envelopes_come_as_asked_with_time_and_size(root, source):
    first, second = put(root / "new", "1.a", RAW), put(root / "cur", "2.b:2,S")
    found = await source.envelopes("INBOX", [second, "nobody", first])
    assert [each.ref.uid for each in found] == [second, first]
    assert (found[1].subject, found[1].sender.name) == ("会議", "山田")
    assert (found[1].received, found[1].size) == (1_700_000_000, len(RAW))
    assert found[0].seen


async def test_a_time_that_cannot_be_gives_way_to_the_one_in_the_name(root, source):
    uid = put(root / "cur", "1600000000.M1P2.host:2,", at=time.time() + 10_000_000)
    assert (await source.envelopes("INBOX", [uid]))[0].received == 1_600_000_000


async def test_of_a_header_without_end_only_64_kb_are_read(root, source):
    uid = put(root / "cur", "1.a:2,", b"Subject: first\n" + b"X: y\n" * 100_000 + b"From: late@example.jp\n")
    (found,) = await source.envelopes("INBOX", [uid])
    assert (found.subject, found.sender.spec) == ("first", "")


async def test_a_body_has_crlf_lines_however_it_lies_on_disk(root, source):
    unix, mixed = (
        put(root / "cur", "1.a:2,", b"A: b\n\nx\ny"),
        put(root / "cur", "2.b:2,", b"A: b\r\n\nx\r\n"),
    )
    assert await source.body("INBOX", unix) == b"A: b\r\n\r\nx\r\ny"
    assert await source.body("INBOX", mixed) == b"A: b\r\n\r\nx\r\n"


async def test_a_message_is_filed_byte_for_byte_with_its_flags(root, source):
    raw = RAW + bytes(range(256))
    uid = await source.append("Sent", raw, SEEN)
    (path,) = (root / ".Sent" / "cur").iterdir()
    assert (path.name, path.read_bytes()) == (f"{uid}:2,S", raw)
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(root / ".Sent" / "tmp") == []
    assert await listed(source, "Sent") == {uid: SEEN}


async def test_a_message_is_on_the_disk_before_its_name_appears(source, monkeypatch):
    steps = []
    monkeypatch.setattr(maildir_box.os, "fsync", lambda fd: steps.append(os.readlink(f"/proc/self/fd/{fd}")))
    await source.append("Sent", RAW, SEEN)
    assert [step.partition("/.Sent/")[2].partition("/")[0] for step in steps] == ["tmp", "cur"]


async def test_a_failed_filing_leaves_nothing_behind(root, source, monkeypatch):
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(maildir_box.os, "fsync", full)
    with pytest.raises(MailboxError, match="no space left on device"):
        await source.append("INBOX", RAW, SEEN)
    assert os.listdir(root / "tmp") + os.listdir(root / "cur") == []


async def test_find_takes_the_exact_value_alone_folded_or_not(root, source):
    put(root / "cur", "1.a:2,", b"Message-ID: <ab@x>\n\n")
    put(root / "cur", "2.a:2,", b"Subject: <b@x>\n\nMessage-ID: <b@x>\n")
    folded = put(root / "cur", "3.a:2,", b"Message-ID:\n <b@x>\n\n")
    assert await source.find("INBOX", "message-id", "<b@x>") == (folded,)
    assert await source.find("INBOX", "Message-ID", "<c@x>") == ()


async def test_find_looks_at_old_mail_only_when_the_newest_has_nothing(root, source, monkeypatch):
    monkeypatch.setattr(maildir_box, "LIKELY", 2)
    old = put(root / "cur", "1.a:2,", b"X-Token: t\n\n", at=1000)
    assert await source.find("INBOX", "X-Token", "t") == (old,)
    put(root / "cur", "2.b:2,", at=2000)
    new = put(root / "cur", "3.c:2,", b"X-Token: t\n\n", at=3000)
    assert await source.find("INBOX", "X-Token", "t") == (new,)


async def test_a_flag_moves_a_message_from_new_to_cur(root, source):
    uid = put(root / "new", "1.a.host")
    await source.flag("INBOX", [uid, "nobody"], SEEN, NONE)
    assert os.listdir(root / "cur") == ["1.a.host:2,S"]
    await source.flag("INBOX", [uid], frozenset({Flag.ANSWERED, "$Custom"}), SEEN)
    assert os.listdir(root / "cur") == ["1.a.host:2,R"]
    assert os.listdir(root / "new") == []


async def test_what_another_program_renamed_is_found_again(root, source):
    uid = put(root / "new", "1.a.host", RAW)
    await listed(source, "INBOX")
    os.rename(root / "new" / "1.a.host", root / "cur" / "1.a.host,U=7:2,RS")
    assert await source.body("INBOX", uid) == RAW
    os.rename(root / "cur" / "1.a.host,U=7:2,RS", root / "cur" / "1.a.host,U=7:2,S")
    await source.flag("INBOX", [uid], frozenset({Flag.FLAGGED}), NONE)
    assert os.listdir(root / "cur") == ["1.a.host,U=7:2,FS"]


async def test_what_another_program_removed_is_simply_gone(root, source):
    uid = put(root / "cur", "1.a:2,S")
    await listed(source, "INBOX")
    (root / "cur" / "1.a:2,S").unlink()
    assert await source.envelopes("INBOX", [uid]) == ()
    await source.flag("INBOX", [uid], SEEN, NONE)
    await source.erase("INBOX", (uid,))
    with pytest.raises(MessageGone):
        await source.body("INBOX", uid)


async def test_only_the_message_named_is_removed(root, source):
    first, second = put(root / "cur", "1.a:2,DT"), put(root / "cur", "2.b:2,D")
    await source.erase("INBOX", (second,))
    assert list(await listed(source, "INBOX")) == [first]


@pytest.mark.parametrize("uid", ["../secret", "/etc/passwd", "..", "", "cur/1.a"])
async def test_a_key_is_never_a_path(root, source, uid):
    (root / "secret").write_bytes(b"keep out")
    with pytest.raises(MessageGone):
        await source.body("INBOX", uid)
    await source.erase("INBOX", (uid,))
    assert (root / "secret").exists()


@pytest.mark.parametrize(
    "name", ["../x", "/tmp/x", "..", ".", "", ".x", "a/../b", "a\0b", "cur", "a..b", "x/y", "a.cur", "new"]
)
async def test_a_folder_that_is_made_stays_in_the_maildir(root, source, name):
    before = sorted(root.parent.rglob("*"))
    with pytest.raises(MailboxError):
        await source.append(name, RAW, NONE)
    assert sorted(root.parent.rglob("*")) == before


async def test_folders_of_maildir_plus_plus_are_decoded_and_have_roles(root, source):
    for name in (".Sent", ".&Tgtm+DBN-", ".Archive.2024", ".&MLQw33ux-", "notes"):
        make(root / name) if name != "notes" else (root / name).mkdir()
    put(root / ".Sent" / "cur", "1.a:2,S")
    put(root / ".Sent" / "new", "2.b")
    folders = {each.title: each for each in await source.folders()}
    assert list(folders) == ["INBOX", "下書き", "Sent", "ゴミ箱", "Archive/2024"]
    assert [each.role for each in folders.values()] == [
        Role.INBOX, Role.DRAFTS, Role.SENT, Role.TRASH, Role.NONE]  # fmt: skip
    assert (folders["Sent"].total, folders["Sent"].unread) == (2, 1)
    assert folders["Archive/2024"].name == "Archive.2024"


async def test_folders_in_folders_are_found_as_mbsync_lays_them_out(tmp_path):
    for name in ("Inbox", "Sent Items", "Archive/2024", "Archive"):
        make(tmp_path / name)
    source = MaildirSource(tmp_path, "home")
    folders = {each.name: each.role for each in await source.folders()}
    assert folders == {
        "INBOX": Role.INBOX, "Sent Items": Role.SENT, "Archive": Role.ARCHIVE, "Archive/2024": Role.NONE,
    }  # fmt: skip
    await source.append("Drafts", RAW, frozenset({Flag.DRAFT}))
    assert len(list((tmp_path / "Drafts" / "cur").iterdir())) == 1


async def test_a_maildir_that_is_not_there_is_one_line(tmp_path):
    for ask in (lambda s: s.folders(), lambda s: listed(s, "INBOX"), lambda s: s.check()):
        with pytest.raises(MailboxError, match="no such file") as caught:
            await ask(MaildirSource(tmp_path / "nowhere", "home"))
        assert "\n" not in str(caught.value)


async def test_a_folder_that_is_not_there_is_named(source):
    with pytest.raises(MailboxError, match="no folder Nowhere"):
        await listed(source, "Nowhere")


async def test_check_counts_the_inbox(root, source):
    put(root / "new", "1.a")
    assert (await source.check()).endswith("mail: 1 messages in the inbox, 1 unread")


@pytest.fixture
async def watch(source, monkeypatch):
    monkeypatch.setattr(maildir, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(maildir_box, "RECENT_SECONDS", 0.05)
    async with contextlib.aclosing(source.watch("INBOX")) as watching:
        yield watching


async def news(watch, seconds: float = 2) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await anext(watch)
    except TimeoutError:
        return False
    return True


async def quiet(root) -> None:
    for sub in ("new", "cur"):
        os.utime(root / sub, (1000, 1000))


async def test_a_watch_sees_what_others_do(root, watch):
    await quiet(root)
    assert await news(watch)
    put(root / "new", "1.a")
    assert await news(watch)
    os.rename(root / "new" / "1.a", root / "cur" / "1.a:2,S")
    assert await news(watch)


async def test_a_watch_speaks_once_more_when_a_change_has_come_to_rest(root, watch):
    put(root / "new", "1.a")
    assert await news(watch)
    assert await news(watch)


async def test_a_watch_of_a_quiet_folder_is_quiet(root, watch):
    await quiet(root)
    assert await news(watch)
    assert not await news(watch, 0.1)


async def test_closing_ends_a_watch(root, source, watch):
    await quiet(root)
    await anext(watch)
    await source.close()
    assert await anext(watch, "ended") == "ended"


async def test_nothing_is_lost_while_another_program_writes_and_flags(root, source):
    """The standard library adds 200 messages and we flag them; a third program renames them all the time."""
    other = mailbox.Maildir(root, create=False)
    keys: list[str] = []

    def write() -> None:
        for number in range(200):
            keys.append(other.add(f"Subject: {number}\n\nbody {number}\n"))
            for path in [*(root / "new").iterdir(), *(root / "cur").iterdir()][:20]:
                unique, _, letters = path.name.partition(":2,")
                with contextlib.suppress(FileNotFoundError):
                    path.rename(root / "cur" / f"{unique}:2,{''.join(sorted(set(letters) ^ {'F'}))}")

    writer = threading.Thread(target=write)
    writer.start()
    seen: set[str] = set()
    while writer.is_alive():
        listing = await listed(source, "INBOX")
        for uid in set(listing) - seen:
            with contextlib.suppress(MessageGone):
                assert b"body" in await source.body("INBOX", uid)
        await source.flag("INBOX", list(listing)[-5:], SEEN, NONE)
        seen |= set(listing)
    writer.join()
    listing = await listed(source, "INBOX")
    assert set(keys) <= set(listing)
    assert len(listing) == 200
    assert {each.subject for each in await source.envelopes("INBOX", list(listing))} == set(
        map(str, range(200))
    )


async def test_a_look_says_whether_anything_happened_since(root, source, monkeypatch):
    put(root / "cur", "1.a:2,")
    await quiet(root)
    first = await source.look("INBOX", None)
    assert first.whole
    assert first.mark.total == 1
    assert not (await source.look("INBOX", first.mark)).whole
    os.rename(root / "cur" / "1.a:2,", root / "cur" / "1.a:2,S")
    young = await source.look("INBOX", first.mark)
    assert young.whole
    assert (await source.look("INBOX", young.mark)).whole


@pytest.mark.parametrize("named_at", [(10, 20, 30), (5, 5, 5)])
async def test_the_newest_are_those_whose_files_are_whatever_their_names_say(root, source, named_at):
    day = 86_400 * 100
    for number, at in enumerate(named_at):
        put(root / "cur", f"{at * day}.{number}:2,", b"Subject: %d\n\n" % number, at=(number + 1) * 10 * day)
    assert [each.subject for each in await source.newest("INBOX", 2)] == ["2", "1"]


async def test_the_newest_of_a_large_folder_are_found_without_asking_for_every_file(
    root, source, monkeypatch
):
    for number in range(50):
        put(root / "cur", f"{1_700_000_000 + number}.a:2,", at=1_700_000_000 + number)
    asked = []
    monkeypatch.setattr(
        maildir_box,
        "_file",
        lambda sub, entry, file=maildir_box._file: asked.append(entry) or file(sub, entry),
    )
    newest = await source.newest("INBOX", 5)
    assert [each.received - 1_700_000_000 for each in newest] == [49, 48, 47, 46, 45]
    assert len(asked) == 5


async def test_bodies_and_message_ids_are_of_what_is_there(root, source):
    with_id, without = put(root / "cur", "1.a:2,", RAW), put(root / "cur", "2.b:2,")
    assert dict(await source.bodies("INBOX", [with_id, "gone"])) == {with_id: RAW}
    assert await source.message_ids("INBOX", [with_id, without, "gone"]) == {with_id: "<1@x>", without: ""}


async def test_a_folder_is_made_once(root, source):
    for _ in range(2):
        await source.create("Archive")
    assert [each.name for each in await source.folders()] == ["INBOX", "Archive"]


async def test_a_move_keeps_flags_and_time_and_leaves_what_is_another_folder_s(root, source):
    make(root / ".Archive")
    uid = put(root / "cur", "1.a,U=7:2,FS", RAW)
    moved = await source.move("INBOX", [uid, "gone"], "Archive")
    assert list(moved) == [uid]
    assert await listed(source, "INBOX") == {}
    assert await listed(source, "Archive") == {moved[uid]: SEEN | {Flag.FLAGGED}}
    [path] = (root / ".Archive" / "cur").iterdir()
    assert "U=7" not in path.name
    assert (path.read_bytes(), path.stat().st_mtime) == (RAW, 1_700_000_000)


async def test_a_move_to_a_folder_that_is_not_there_moves_nothing(root, source):
    uid = put(root / "cur", "1.a:2,", RAW)
    with pytest.raises(MailboxError, match="no folder Nowhere"):
        await source.move("INBOX", [uid], "Nowhere")
    assert list(await listed(source, "INBOX")) == [uid]


async def test_what_is_erased_is_gone_and_nothing_else(root, source):
    uids = [put(root / "cur", f"{n}.a:2,T") for n in range(3)]
    await source.erase("INBOX", [uids[0], uids[2], "../../x"])
    assert list(await listed(source, "INBOX")) == [uids[1]]


async def test_there_are_no_labels(source):
    with pytest.raises(MailboxError, match="no labels"):
        await source.label("INBOX", ["1"], SEEN, NONE)


@pytest.mark.parametrize(("typed", "found"), [
    ("会議 ", "a"), ("subject:invoice ", "b"), ("from:yamada ", "ab"), ("-subject:invoice ", "a"),
    ("is:read ", "b"), ("is:unread ", "a"), ("due ", "b"), ("body:due tomorrow ", "b"), ("larger:1k ", "b"),
    ("nobody ", ""), ("before:2001-01-01 ", ""), ("after:2001-01-01 ", "ba"),
])  # fmt: skip
async def test_mail_is_found_by_reading_it(root, source, typed, found):
    first = b"From: yamada@example.jp\nSubject: =?utf-8?B?5Lya6K2w?=\n\nhi\n"
    second = b"From: Y <yamada@example.jp>\nSubject: Invoice 7\n\ndue tomorrow\n" + b"x" * 2000
    names = {
        put(root / "cur", "1.a:2,", first): "a",
        put(root / "cur", "2.b:2,S", second, at=1_700_000_001): "b",
    }
    uids = await source.search("INBOX", parse(typed, now=1_800_000_000))
    assert sorted(names[uid] for uid in uids) == sorted(found)
