"""What came, changed and went, and what is moved: on Dovecot, on Cyrus, and on servers that can less."""

import contextlib
import itertools
import random

import pytest
from servers.dovecot import PASSWORD

from tuimail.backends.imap import look as imap_look
from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.imap.wire import Wire
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.query import Query, Term
from tuimail.mail.folder.sync import LAST, Look, Stretch
from tuimail.mail.letter.envelope import Flag

pytestmark = pytest.mark.servers

NONE: frozenset[str] = frozenset()
SEEN, DELETED = frozenset({Flag.SEEN}), frozenset({Flag.DELETED})
FOLDERS = {"dovecot": '&ZeVnLIqe- "a\\b" R&-D', "cyrus": "&ZeVnLIqe- a(b R&-D"}
HIDDEN = {
    "QRESYNC": frozenset(),
    "CONDSTORE": frozenset({"QRESYNC"}),
    "UIDPLUS": frozenset({"QRESYNC", "CONDSTORE", "MOVE", "ESEARCH", "LIST-STATUS", "LITERAL+", "SASL-IR"}),
    "nothing": frozenset({"QRESYNC", "CONDSTORE", "MOVE", "ESEARCH", "UIDPLUS", "ID", "SPECIAL-USE"}),
}
KINDS = [*(("dovecot", kind) for kind in HIDDEN), ("cyrus", "QRESYNC"), ("cyrus", "CONDSTORE")]


@pytest.fixture(params=KINDS, ids="-".join)
async def sources(request, monkeypatch):
    """Makes sources of one account: `sources()`; `sources.kind` is the best that its server can do."""
    name, kind = request.param
    server = request.getfixturevalue(name)
    hidden = HIDDEN[kind]
    monkeypatch.setattr(Wire, "can", lambda self, word: word not in hidden and word in self._capabilities)
    user = server.user()

    async def secret() -> str:
        return PASSWORD

    async with contextlib.AsyncExitStack() as running:

        def another() -> ImapSource:
            source = ImapSource("work", ImapServer("127.0.0.1", server.imap, user, "none"), secret)
            running.push_async_callback(source.close)
            return source

        another.kind, another.folder = kind, FOLDERS[name]
        yield another


def message(number: int, subject="news") -> bytes:
    return f"From: a@example.jp\r\nSubject: {subject}\r\nMessage-ID: <{number}@x>\r\n\r\nhello\r\n".encode()


async def listing(source: ImapSource, folder: str) -> dict[str, frozenset[str]]:
    found = [stretch async for stretch in source.stretches(folder)]
    return {uid: flags for stretch in reversed(found) for uid, flags in stretch.flags.items()}


async def ask(source: ImapSource, *words: str) -> None:
    await source._pair.now(lambda on: on.do(*words))


async def caught_up(source: ImapSource, folder: str, known, look: Look):
    """What is known after a look."""
    if look.whole:
        return await listing(source, folder)
    return {uid: flags for uid, flags in (known | look.flags).items() if uid not in look.gone}


async def test_looks_add_up_to_what_is_there(sources):
    source, other, folder = sources(), sources(), sources.folder
    await source.create(folder)
    chance, numbers = random.Random(7), itertools.count()
    look = await source.look(folder, None)
    known = await caught_up(source, folder, {}, look)
    for _ in range(12):
        for _ in range(chance.randrange(3)):
            await other.append(folder, message(next(numbers)), NONE)
        there = list(await listing(other, folder))
        for uid in chance.sample(there, min(len(there), chance.randrange(3))):
            await other.flag(folder, [uid], frozenset({chance.choice(list(Flag))}), SEEN)
        if sources.kind != "nothing":
            await other.erase(folder, chance.sample(there, min(len(there), chance.randrange(3))))
        look = await source.look(folder, look.mark)
        known = await caught_up(source, folder, known, look)
        assert known == await listing(other, folder)


async def test_a_look_tells_what_came_changed_and_went_where_the_server_can(sources):
    source, other = sources(), sources()
    uids = [await other.append("Archive", message(n), NONE) for n in range(4)]
    mark = (await source.look("Archive", None)).mark
    assert mark.total == 4
    tells = sources.kind in ("QRESYNC", "CONDSTORE")
    assert await source.look("Archive", mark) == Look(mark, whole=not tells)
    await other.flag("Archive", [uids[1]], SEEN, NONE)
    new = await other.append("Archive", message(9), SEEN)
    look = await source.look("Archive", mark)
    assert (look.whole, look.flags) == ((False, {uids[1]: SEEN, new: SEEN}) if tells else (True, {}))
    if sources.kind == "nothing":
        return
    await other.erase("Archive", [uids[0], uids[3]])
    later = await source.look("Archive", look.mark)
    assert (later.whole, later.gone) == (
        (False, (uids[0], uids[3])) if sources.kind == "QRESYNC" else (True, ())
    )


async def test_a_folder_that_was_made_anew_is_looked_at_as_a_whole(sources, monkeypatch):
    source = sources()
    await source.create("Plans")
    old = await source.append("Plans", message(1), NONE)
    mark = (await source.look("Plans", None)).mark
    walk = source.stretches("Plans")
    monkeypatch.setattr(imap_look, "WINDOW", 1)
    await source.append("Plans", message(2), NONE)
    await anext(walk)
    other = sources()
    await ask(other, "DELETE", "Plans")
    uids = [old]
    while uids[0].split(".")[0] == old.split(".")[0]:
        await ask(other, "CREATE", "Plans")
        uids = [await other.append("Plans", message(3), NONE) or "0.0"]
        if uids[0].split(".")[0] == old.split(".")[0]:
            await ask(other, "DELETE", "Plans")
    look = await source.look("Plans", mark)
    assert look.whole and look.mark.validity != mark.validity
    assert not look.flags and not look.gone
    with pytest.raises(MailboxError, match="anew"):
        [each async for each in walk]


async def test_stretches_are_whole_while_mail_comes_and_goes(sources, monkeypatch):
    monkeypatch.setattr(imap_look, "WINDOW", 4)
    source, other = sources(), sources()
    uids = [await other.append("Archive", message(n), NONE) for n in range(20)]
    if sources.kind == "nothing":
        return
    doomed = iter([[uids[2]], uids[4:6] + uids[12:14], uids[7:9], [uids[0]]])
    found: list[Stretch] = []
    async for stretch in source.stretches("Archive"):
        found.append(stretch)
        await other.erase("Archive", next(doomed, []))
        await other.append("Archive", message(99), NONE)
    seen = [uid for stretch in reversed(found) for uid in stretch.flags]
    assert (found[0].last, found[-1].first) == (LAST, 0)
    assert all(upper.first - 1 == lower.last for upper, lower in itertools.pairwise(found))
    assert len(set(seen)) == len(seen)
    assert seen == sorted(seen, key=uids.index)
    assert set(await listing(other, "Archive")) & set(uids) <= set(seen)


async def test_moved_messages_are_there_and_not_here(sources):
    source = sources()
    uids = [await source.append("INBOX", message(n), SEEN) for n in range(5)]
    await source.flag("INBOX", [uids[4]], DELETED, NONE)
    new = await source.move("INBOX", [uids[0], uids[2], "1.1", uids[2].replace(".", ".9")], "New folder")
    assert list(new) == [uids[0], uids[2]]
    there = await source.newest("New folder", 9)
    assert [each.message_id for each in there] == ["<2@x>", "<0@x>"]
    here = await listing(source, "INBOX")
    if sources.kind == "nothing":
        assert [Flag.DELETED in flags for flags in here.values()] == [True, False, True, False, True]
        return
    assert list(here) == [uids[1], uids[3], uids[4]]
    assert [each.ref.uid for each in reversed(there)] == list(new.values())


async def test_only_what_is_named_is_erased(sources):
    source = sources()
    uids = [await source.append("INBOX", message(n), NONE) for n in range(4)]
    await source.flag("INBOX", [uids[3]], DELETED, NONE)
    await source.erase("INBOX", [uids[1], uids[2], "7.1"])
    here = await listing(source, "INBOX")
    assert list(here) == (uids if sources.kind == "nothing" else [uids[0], uids[3]])
    assert await source.message_ids("INBOX", [*uids[:1], uids[3], "7.1"]) == {
        uids[0]: "<0@x>",
        uids[3]: "<3@x>",
    }


async def test_a_query_is_answered_newest_first(sources):
    source = sources()
    uids = [
        await source.append("INBOX", message(n, subject), SEEN if n % 2 else NONE)
        for n, subject in enumerate(
            ["lunch", "lunch on Friday", "=?utf-8?B?5Lya6K2w44Gu5Lu2?=", 'a "quoted\\" one']
        )
    ]

    async def found(*terms: Term) -> list[int]:
        return [uids.index(uid) for uid in await source.search("INBOX", Query("", terms))]

    assert await found() == [3, 2, 1, 0]
    assert await found(Term("subject", "lunch")) == [1, 0]
    assert await found(Term("subject", "lunch"), Term("", "Friday", unwanted=True)) == [0]
    assert await found(Term("subject", "会議")) == [2]
    assert await found(Term("subject", 'quoted\\" o')) == [3]
    assert await found(Term("is", Flag.SEEN), Term("from", "A@EXAMPLE")) == [3, 1]
    assert await found(Term("is", Flag.SEEN, unwanted=True), Term("larger", "", number=10)) == [2, 0]
    assert await found(Term("after", "", number=0), Term("smaller", "", number=10)) == []
    assert await found(Term("before", "", number=86_400)) == []
    assert await found(Term("is", Flag.FORWARDED)) == []
    assert await found(Term("label", "x")) == []


async def test_folders_are_made_once_and_found_again(sources):
    source = sources()
    for name in ("買い物", "R&D", "買い物", "Plain"):
        await source.create(name)
    folders = {each.title: each for each in await source.folders()}
    assert folders.keys() >= {"買い物", "R&D", "Plain"}
    await source.append(folders["買い物"].name, message(1), NONE)
    assert len(await source.newest(folders["買い物"].name, 9)) == 1


async def test_bodies_come_whole_in_the_order_asked_for_and_without_those_gone(sources):
    source = sources()
    texts = [message(n) + b"x" * n * 1000 + b"\r\n" for n in range(5)]
    uids = [await source.append("INBOX", text, NONE) for text in texts]
    found = await source.bodies("INBOX", [uids[3], "1.7", uids[0], uids[4]])
    assert found == tuple((uids[n], texts[n]) for n in (3, 0, 4))


async def test_what_another_connection_has_heard_of_can_be_used_at_once(sources):
    source, other = sources(), sources()
    assert await source.newest("Archive", 1) == ()
    for number, use in enumerate(USES):
        uid = await other.append("Archive", message(number), NONE)
        assert await use(source, uid), number
        if sources.kind == "nothing":
            continue
        await other.erase("Archive", [uid])


async def _flagged(source, uid):
    await source.flag("Archive", [uid], SEEN, NONE)
    return (await listing(source, "Archive"))[uid] == SEEN


USES = (
    lambda source, uid: source.body("Archive", uid),
    lambda source, uid: source.message_ids("Archive", [uid]),
    _flagged,
    lambda source, uid: source.bodies("Archive", [uid]),
    lambda source, uid: source.envelopes("Archive", [uid]),
    lambda source, uid: source.move("Archive", [uid], "Trash"),
)
