"""The mailbox over Graph, against the stand-in of a Microsoft 365 organisation."""

import asyncio
from contextlib import aclosing

import pytest

from tuimail.backends.graph import calls, folders, watch
from tuimail.backends.graph.http import IMMUTABLE, Graph
from tuimail.backends.graph.server import GraphServer
from tuimail.backends.graph.source import PREFER, GraphSource
from tuimail.demo.exchange import Colleague, Fault, StandIn, Tenant
from tuimail.mail.errors import LoginError, MailboxError, MailboxRefused, MessageGone
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.sync import Mark
from tuimail.mail.letter.envelope import Flag

ME = "aiko@contoso.example"
SEEN, FLAGGED, NONE = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED}), frozenset()


def letter(number, extra=""):
    return (
        f"From: Ken <ken@contoso.example>\r\nTo: {ME}\r\nSubject: number {number}\r\n"
        f"Message-ID: <{number}@x>\r\n{extra}\r\nbody {number}\r\n"
    ).encode()


async def token(claims="", refused=""):
    return "token"


@pytest.fixture
def office(monkeypatch):
    monkeypatch.setattr(calls, "SHORTEST_PAUSE", 0.01)
    with StandIn(
        Tenant(people=(Colleague("Aiko", ME), Colleague("Ken", "ken@contoso.example"))), me=ME
    ) as here:
        yield here


@pytest.fixture
def box(office):
    """Aiko's mailbox, with five messages in her inbox."""
    mailbox = office.org.mailbox(ME)
    for number in range(5):
        mailbox.add("inbox", letter(number), at=1_700_000_000 + number)
    return mailbox


@pytest.fixture
async def source(office):
    made = GraphSource("work", Graph(GraphServer(office.url, ME), token))
    yield made
    await made.close()


async def subjects(source, folder="INBOX"):
    return [str(row.subject) for row in await source.newest(folder, 100)]


async def uids(source, folder="INBOX"):
    """Oldest first."""
    return [row.ref.uid for row in reversed(await source.newest(folder, 100))]


async def whole(source, folder="INBOX"):
    """Everything and the mark at its end."""
    stretches = [stretch async for stretch in source.stretches(folder)]
    assert [stretch.part for stretch in stretches] == [True] * (len(stretches) - 1) + [False]
    return stretches[-1].flags, stretches[-1].mark


async def test_folders_come_with_their_roles_and_numbers_also_those_below_others(
    office, box, source, monkeypatch
):
    monkeypatch.setattr(folders, "PAGE", 5)
    work = box.create("仕事/Work")
    box.create("2026", work.key)
    for number in range(12):
        box.create(f"Sub {number}", "inbox")
    found = {folder.name: folder for folder in await source.folders()}
    assert [(n, f.role) for n, f in found.items()][:6] == [
        ("INBOX", Role.INBOX),
        ("Drafts", Role.DRAFTS),
        ("Sent Items", Role.SENT),
        ("Archive", Role.ARCHIVE),
        ("Junk Email", Role.JUNK),
        ("Deleted Items", Role.TRASH),
    ]
    assert (found["INBOX"].total, found["INBOX"].unread) == (5, 5)
    assert {"仕事%2FWork", "仕事%2FWork/2026", "INBOX/Sub 0", "INBOX/Sub 11"} <= found.keys()
    assert office.log.most_at_once <= 3


async def test_a_mailbox_without_an_archive_has_the_other_folders(office, box, source):
    office.faults.add("GET */archive", Fault.answer(404, "ErrorFolderNotFound"))
    found = {folder.name: folder.role for folder in await source.folders()}
    assert found["Archive"] is Role.ARCHIVE
    assert len(found) == 7


async def test_a_server_that_does_not_answer_is_asked_again_for_all_folders(office, box, source):
    office.faults.add("GET */drafts", Fault.answer(403))
    with pytest.raises(MailboxRefused):
        await source.folders()
    assert [folder.role for folder in await source.folders()][1] is Role.DRAFTS


async def test_a_folder_is_made_once_with_those_above_it(box, source):
    await source.create("Projects/2026")
    await source.create("Projects/2026")
    assert {"Projects", "Projects/2026"} <= {folder.name for folder in await source.folders()}


async def test_the_newest_come_first_and_read_mail_is_read(box, source):
    box.change(box.messages("inbox")[0], read=True, flag="flagged")
    rows = await source.newest("INBOX", 3)
    assert [str(row.subject) for row in rows] == ["number 4", "number 3", "number 2"]
    assert (rows[0].flags, rows[1].flags) == (SEEN | FLAGGED, NONE)
    assert rows[0].message_id == "<4@x>"
    assert rows[0].size == len(letter(4))


async def test_a_walk_ends_with_the_point_from_which_only_changes_are_told(box, source):
    there, mark = await whole(source)
    assert list(there) == await uids(source)
    newest, *_, oldest = box.messages("inbox")
    box.change(newest, read=True)
    box.move(oldest, "archive")
    box.add("inbox", letter(9))
    look = await source.look("INBOX", mark)
    assert not look.whole
    assert look.gone == (oldest.immutable,)
    assert look.flags == {newest.immutable: SEEN, box.messages("inbox")[0].immutable: NONE}
    assert (await source.look("INBOX", look.mark)).flags == {}


async def test_news_of_a_message_may_have_only_what_changed(office, box, source):
    office.org.switch(sparse_delta=True)
    _, mark = await whole(source)
    newest = box.messages("inbox")[0]
    box.change(newest, read=True)
    look = await source.look("INBOX", mark)
    assert look.flags == {newest.immutable: SEEN}
    [row] = await source.envelopes("INBOX", list(look.flags))
    assert row.subject == "number 4"


async def test_a_large_folder_comes_in_parts_with_its_envelopes(office, source):
    mailbox = office.org.mailbox(ME)
    for number in range(2_500):
        mailbox.add("inbox", letter(number), at=1_700_000_000 + number)
    asked = 0
    async with aclosing(source.stretches("INBOX")) as stretches:
        async for stretch in stretches:
            before = len(office.log.requests)
            rows = await source.envelopes("INBOX", list(stretch.flags)[:10])
            asked += len(office.log.requests) - before
            assert len(rows) == 10
            last = stretch
    assert asked <= 10
    assert len(last.flags) == 2_500


async def test_what_comes_and_goes_during_a_walk_is_as_it_is_at_its_end(box, source, monkeypatch):
    monkeypatch.setitem(PREFER, "Prefer", f"{IMMUTABLE}, odata.maxpagesize=2")
    stretches = source.stretches("INBOX")
    first = await anext(stretches)
    went, read = first.flags
    box.move(box.get(went), "archive")
    box.change(box.get(read), read=True)
    box.add("inbox", letter(9))
    *_, last = [stretch async for stretch in stretches]
    look = await source.look("INBOX", last.mark)
    there = (set(last.flags) | set(look.flags)) - set(look.gone)
    assert went in first.flags
    assert there == {one.immutable for one in box.messages("inbox")}
    assert went not in last.flags
    assert (first.flags[read], last.flags[read]) == (NONE, SEEN)


async def test_a_forgotten_sync_state_has_everything_read_anew(box, source):
    _, mark = await whole(source)
    box.forget_sync()
    look = await source.look("INBOX", mark)
    assert (look.whole, look.mark) == (True, Mark(total=5))
    assert len((await whole(source))[0]) == 5


async def test_a_mark_of_another_server_is_not_followed(office, box, source):
    far = Mark(token="https://graph.example/v1.0/me/mailFolders/inbox/messages/delta?$deltatoken=1")
    assert (await source.look("INBOX", far)).whole


async def test_bodies_are_the_bytes_and_what_is_gone_is_left_out(box, source):
    first, second, *_ = await uids(source)
    box.erase(box.get(second))
    assert await source.body("INBOX", first) == letter(0)
    assert await source.bodies("INBOX", [second, first]) == ((first, letter(0)),)
    assert await source.message_ids("INBOX", [second, first]) == {first: "<0@x>"}
    assert [row.ref.uid for row in await source.envelopes("INBOX", [second, first])] == [first]
    with pytest.raises(MessageGone):
        await source.body("INBOX", second)


async def test_a_message_that_another_client_moved_is_left_alone_where_it_is(box, source):
    [uid, *_] = await uids(source)
    box.move(box.get(uid), "archive")
    assert await source.message_ids("INBOX", [uid]) == {}
    assert await source.move("INBOX", [uid], "Deleted Items") == {}
    await source.erase("INBOX", [uid])
    await source.flag("INBOX", [uid], FLAGGED, NONE)
    [there] = box.messages("archive")
    assert (there.immutable, there.flag) == (uid, "notFlagged")


async def test_a_draft_is_filed_and_found_by_our_own_header(box, source):
    extra = "X-Tuimail-Draft: d1\r\nX-Tuimail-Token: o'clock\r\n"
    uid = await source.append("Drafts", letter(7, extra), frozenset({Flag.DRAFT, Flag.SEEN}))
    assert await source.body("Drafts", uid) == letter(7, extra)
    assert (await source.newest("Drafts", 1))[0].flags == {Flag.DRAFT, Flag.SEEN}
    assert await source.find("Drafts", "X-Tuimail-Draft", "d1") == (uid,)
    assert await source.find("Drafts", "X-Tuimail-Token", "o'clock") == (uid,)
    assert await source.find("Drafts", "X-Tuimail-Draft", "d") == ()
    assert await source.find("Drafts", "Message-ID", "<7@x>") == (uid,)
    assert await source.find("INBOX", "Message-ID", "<7@x>") == ()


async def test_what_is_filed_stays_a_draft_and_unread_where_it_is_to_be(source):
    await source.append("New/Place", letter(7), NONE)
    assert (await source.newest("New/Place", 1))[0].flags == {Flag.DRAFT}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("number ", [4, 3, 2, 1, 0]),
        ("subject:3 ", [3]),
        ('"body 2" ', [2]),
        ("number -subject:3 ", [4, 2, 1, 0]),
        ("number is:flagged ", [1]),
        ("number after:2027 ", []),
        ("label:x number ", []),
        ("nowhere ", []),
        ("", [4, 3, 2, 1, 0]),
    ],
)
async def test_the_server_searches_and_its_answers_are_newest_first(box, source, typed, found):
    box.change(box.messages("inbox")[3], flag="flagged")
    keys = await uids(source)
    assert await source.search("INBOX", parse(typed)) == tuple(keys[number] for number in found)


async def test_flags_go_on_and_off_and_unknown_ones_are_refused_before_anything_is_done(box, source):
    some = (await uids(source))[:2]
    await source.flag("INBOX", some, SEEN | FLAGGED | {Flag.ANSWERED}, NONE)
    rows = {row.ref.uid: row.flags for row in await source.newest("INBOX", 9)}
    assert [rows[uid] for uid in some] == [SEEN | FLAGGED | {Flag.ANSWERED}] * 2
    await source.flag("INBOX", some, NONE, FLAGGED)
    with pytest.raises(MailboxRefused, match="keeps no mark"):
        await source.flag("INBOX", some, frozenset({Flag.FLAGGED, "$Junk"}), NONE)
    assert {row.flags for row in await source.newest("INBOX", 9) if row.ref.uid in some} == {
        SEEN | {Flag.ANSWERED}
    }
    with pytest.raises(MailboxError):
        await source.label("INBOX", some, frozenset({"x"}), NONE)


async def test_a_moved_message_keeps_its_key(office, box, source):
    some = (await uids(source))[:3]
    assert await source.move("INBOX", some, "Archive") == {uid: uid for uid in some}
    assert await uids(source, "Archive") == some
    assert await subjects(source) == ["number 4", "number 3"]
    assert await source.move("Archive", some, "Archive") == {}
    with pytest.raises(MailboxRefused, match="no folder Nowhere"):
        await source.move("Archive", some, "Nowhere")
    assert office.log.most_at_once <= 3


async def test_erasing_is_for_good(office, box, source):
    [uid, *rest] = await uids(source)
    await source.erase("INBOX", [uid])
    assert len(box.messages()) == 4
    assert office.log.count("POST", "/permanentDelete") == 1
    office.faults.add("POST */permanentDelete", Fault.answer(400, "BadRequest"), times=9)
    await source.erase("INBOX", rest[:2])
    assert len(box.messages()) == 2
    assert office.log.count("DELETE") == 2


async def test_a_no_to_erasing_is_no_reason_to_do_it_otherwise(office, box, source):
    office.faults.add("POST */permanentDelete", Fault.answer(403, "ErrorAccessDenied"))
    with pytest.raises(MailboxRefused):
        await source.erase("INBOX", [(await uids(source))[0]])
    assert len(box.messages("inbox")) == 5


async def test_429_in_the_middle_is_waited_out(office, box, source):
    office.faults.add("GET */delta", Fault.answer(429, retry_after=0.05), times=2)
    office.faults.add("POST */move", Fault.answer(429, retry_after=0.05), after=1)
    there, _ = await whole(source)
    assert len(await source.move("INBOX", list(there), "Archive")) == 5
    assert len(box.messages("archive")) == 5


async def test_a_long_pause_is_an_error_at_once(office, box, source):
    office.faults.add("GET */delta", Fault.answer(429, retry_after=600))
    with pytest.raises(MailboxError, match="429"):
        await whole(source)


@pytest.mark.parametrize("fault", [Fault.cut(), Fault.middle(), Fault.garbage(), Fault.answer(503)])
async def test_a_broken_answer_is_an_error_and_the_next_try_goes_on(office, box, source, fault):
    office.faults.add("GET */delta", fault)
    with pytest.raises(MailboxError):
        await whole(source)
    assert len((await whole(source))[0]) == 5


async def test_a_watch_rings_for_what_happens_heals_itself_and_ends_with_the_source(
    office, box, source, monkeypatch
):
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.02)
    await whole(source)
    async with aclosing(source.watch("INBOX")) as news, asyncio.timeout(5):
        await anext(news)
        ring = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0.15)
        assert not ring.done()
        box.add("inbox", letter(9))
        await ring
        await whole(source)
        office.faults.add("GET */delta", Fault.cut())
        await anext(news)
        ring = asyncio.ensure_future(anext(news, "over"))
        await asyncio.sleep(0.1)
        assert not ring.done()
        await source.close()
        assert await ring == "over"


async def test_a_refused_token_ends_the_watch(office, box, source, monkeypatch):
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.02)
    await whole(source)
    async with aclosing(source.watch("INBOX")) as news:
        await anext(news)
        office.org.switch(tokens=("another",))
        with pytest.raises(LoginError):
            await anext(news)


async def test_the_check_says_who_was_let_in(source, box):
    assert await source.check() == f"127.0.0.1 let {ME} in: 5 messages in the inbox, 5 unread"


async def test_what_a_server_says_in_an_error_can_do_nothing_to_a_terminal(office, box, source):
    office.faults.add(
        "GET */inbox", Fault.garbage(b'{"error":{"code":"\x1b[31m","message":"\\u202eevil"}}', 403)
    )
    with pytest.raises(MailboxError) as caught:
        await source.check()
    assert str(caught.value).isprintable()
