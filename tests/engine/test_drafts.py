"""Drafts: on disk before `save` answers, with files that are read again at Send."""

import pytest
from msgspec.structs import replace

from tuimail.mail.errors import AttachmentError, MailboxError
from tuimail.mail.hold.item import State
from tuimail.mail.letter.compose import draft_of
from tuimail.mail.letter.envelope import Ref


async def test_a_new_draft_has_an_id_and_the_signature_of_its_account(world):
    engine = world.engine()
    assert engine.drafts.new().account == "work"
    draft = engine.drafts.new("home")
    assert draft.body == "\n\n-- \nof home\n"
    assert draft.id != engine.drafts.new("home").id


async def test_a_saved_draft_is_there_for_the_next_process(world):
    one, other = world.engine("one"), world.engine("other")
    draft = one.drafts.new()
    await one.drafts.save(draft)
    assert await other.drafts.open(draft.id) == draft
    assert [(d.id, saved) for d, saved in await other.drafts.all()] == [(draft.id, world.clock.now().wall)]
    await other.drafts.drop(draft.id)
    assert await one.drafts.open(draft.id) is None


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/home/a/見積書.pdf", "見積書.pdf", "application/pdf"),
        ("/home/a/no ending", "no ending", "application/octet-stream"),
    ],
)
async def test_an_attached_file_is_looked_at_and_not_carried(world, path, name, kind):
    engine = world.engine()
    world.files[path] = b"12345"
    draft = await engine.drafts.attach(engine.drafts.new(), path)
    (attachment,) = draft.attachments
    assert (attachment.name, attachment.type, attachment.size) == (name, kind, 5)
    assert (attachment.path, attachment.data) == (path, None)


async def test_a_file_that_is_not_there_is_not_attached(world):
    engine = world.engine()
    with pytest.raises(AttachmentError, match="/nowhere"):
        await engine.drafts.attach(engine.drafts.new(), "/nowhere")


def copies(world):
    return [wire for wire, _ in world.source.boxes["Drafts"].values()]


async def filed_draft(engine, draft):
    await engine.drafts.save(draft)
    return (await engine.drafts.file(draft)).draft


async def test_a_filed_draft_stands_once_in_drafts_whatever_is_typed_in_it(world):
    engine = world.engine()
    draft = replace(engine.drafts.new(), to="aiko@", bcc="boss@example.jp", subject="見積書")
    first = await filed_draft(engine, draft)
    second = await filed_draft(engine, replace(first, body="two\n"))
    assert len(copies(world)) == 1
    assert second.replaces == Ref("work", "Drafts", next(iter(world.source.boxes["Drafts"])))
    taken = draft_of(copies(world)[0], "x", "work")
    assert (taken.to, taken.bcc, taken.subject, taken.body) == ("aiko@", "boss@example.jp", "見積書", "two")


async def test_a_draft_that_cannot_be_filed_stays_where_it_was_saved(world):
    engine = world.engine()
    draft = engine.drafts.new()
    await engine.drafts.save(draft)
    world.source.failures["append"] = 1
    with pytest.raises(MailboxError):
        await engine.drafts.file(draft)
    assert await engine.drafts.open(draft.id) == draft


async def test_a_copy_taken_up_is_the_draft_it_came_from(world):
    engine = world.engine()
    filed = await filed_draft(engine, replace(engine.drafts.new(), body="one\n"))
    assert await engine.drafts.take_up(filed.replaces) == filed


async def test_a_draft_of_another_client_is_taken_up_and_its_copy_goes_when_it_is_sent(world):
    engine = await world.sending()
    wire = b"To: aiko@example.jp\r\nSubject: begun elsewhere\r\n\r\nhello\r\n"
    uid = await world.source.append("Drafts", wire, frozenset())
    draft = await engine.drafts.take_up(Ref("work", "Drafts", uid))
    assert (draft.to, draft.subject, draft.body) == ("aiko@example.jp", "begun elsewhere", "hello")
    item = await engine.outbox.send(draft)
    assert len(copies(world)) == 1
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    await world.until(lambda: world.clock.advance(1) or not copies(world))


async def test_a_draft_thrown_away_takes_its_copy_along(world):
    engine = world.engine()
    filed = await filed_draft(engine, engine.drafts.new())
    await engine.drafts.drop(filed.id)
    assert not copies(world)
    assert await engine.drafts.open(filed.id) is None


async def test_what_is_typed_while_a_copy_is_filed_stays_and_a_draft_sent_meanwhile_gets_none(world):
    engine = world.engine()
    draft = replace(engine.drafts.new(), to="aiko@example.jp")
    await engine.drafts.save(replace(draft, body="newer"))
    filed = (await engine.drafts.file(draft)).draft
    kept = await engine.drafts.open(draft.id)
    assert (kept.body, kept.replaces) == ("newer", filed.replaces)
    await engine.outbox.send(kept)
    await engine.drafts.file(kept)
    assert len(copies(world)) == 1


@pytest.fixture
def filing(world):
    """An engine whose server has a Drafts folder."""
    world.source.drafts_folder = "Drafts"
    return world.engine()


async def test_a_copy_left_by_a_crash_goes_with_the_next_one(world, filing):
    draft = replace(filing.drafts.new(), body="one")
    await filed_draft(filing, draft)
    await filing.drafts.save(draft)
    await filing.drafts.file(replace(draft, body="two"))
    assert len(copies(world)) == 1
    assert b"two" in copies(world)[0]


@pytest.mark.parametrize("step", ["after append", "erase"])
async def test_a_break_while_filing_leaves_no_second_copy_after_the_next_start(world, filing, step):
    draft = await filed_draft(filing, replace(filing.drafts.new(), body="one"))
    world.source.failures[step] = 1
    with pytest.raises(MailboxError):
        await filing.drafts.file(replace(draft, body="two"))
    other = world.engine("next")
    await other.drafts.copies.tidy(other.accounts[0])
    (uid,) = world.source.boxes["Drafts"]
    assert b"two" in copies(world)[0]
    assert (await other.drafts.open(draft.id)).replaces == Ref("work", "Drafts", uid)
    assert (await other.drafts.take_up(Ref("work", "Drafts", uid))).id == draft.id


async def test_a_copy_that_another_program_replaced_is_kept_beside_ones_own(world, filing):
    draft = await filed_draft(filing, replace(filing.drafts.new(), body="mine"))
    world.source.boxes["Drafts"].clear()
    await world.source.append("Drafts", b"Subject: mine\r\n\r\ntheirs\r\n", frozenset())
    filed = await filing.drafts.file(replace(draft, body="mine again"))
    assert filed.elsewhere
    assert len(copies(world)) == 2
    assert not (await filing.drafts.file(filed.draft)).elsewhere


async def test_a_server_that_searches_no_headers_of_ours_gets_one_copy_too(world, filing, monkeypatch):
    async def finds_nothing(folder, header, value):
        return ()

    monkeypatch.setattr(world.source, "find", finds_nothing)
    draft = await filed_draft(filing, replace(filing.drafts.new(), body="one"))
    filed = await filing.drafts.file(replace(draft, body="two"))
    assert not filed.elsewhere
    assert len(copies(world)) == 1
