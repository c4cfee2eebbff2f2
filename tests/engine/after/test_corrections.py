"""Corrections, by the engine: saved, threaded, found again, and through the outbox like any mail."""

from pathlib import Path

import pytest
from msgspec.structs import replace

import tuimail
from tuimail.backends.templates import Shelves
from tuimail.engine.aftercare import Aftercare
from tuimail.mail.after.correction import Audience, Language, Scenario, Wish
from tuimail.mail.errors import AddressError, DraftError, OutboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.hold.item import State
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Attachment
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.safe import Safe

FOLDER = Path(tuimail.__file__).parent / "templates" / "correction"
TEXT = "鈴木様\n\nいつもお世話になっております。\n会議は10月5日（月）です。\n"


@pytest.fixture
async def engine(world):
    engine = await world.sending()
    engine._after.care = Aftercare(corrections=Shelves(FOLDER))
    return engine


async def leave(world, engine, **changes):
    """Sends a mail off and waits until it has left; what is remembered of it."""
    fields = {"to": "鈴木 一郎 <suzuki@client.example>", "subject": "Re: 見積書の件", "body": TEXT}
    item = await engine.outbox.send(replace(engine.drafts.new("work"), **(fields | changes)), confirmed=True)
    await engine.outbox.now(item.id)
    await world.until(lambda: engine.outbox.known()[0].state is State.SENT)
    return await engine.sent.of_item(item.id)


async def test_a_correction_is_a_saved_draft_that_leaves_like_any_mail(world, engine):
    mail = await leave(world, engine)
    (draft,) = await engine.corrections.drafts(mail, Scenario.OTHER)
    assert await engine.drafts.open(draft.id) == draft
    assert [one.id for one in (await engine.corrections.of(mail.message_id)).drafts] == [draft.id]
    item = await engine.outbox.send(draft)
    letter = parse(await engine.outbox.wire(item.id))
    assert (letter.in_reply_to, letter.references[-1]) == (mail.message_id, mail.message_id)
    made = await engine.corrections.of(mail.message_id)
    assert (made.drafts, [one.id for one in made.items]) == ((), [item.id])
    await engine.outbox.undo(item.id)
    made = await engine.corrections.of(mail.message_id)
    assert ([one.id for one in made.drafts], made.items) == ([draft.id], ())


async def test_a_blind_copy_gets_a_mail_that_names_nobody_else(world, engine):
    mail = await leave(world, engine, bcc="secret@boss.example")
    one, blind = await engine.corrections.drafts(mail, Scenario.OTHER)
    assert "secret" not in one.to + one.cc + one.bcc + one.body
    assert blind.to == "secret@boss.example" and "鈴木" not in blind.body


async def test_everybody_apart_gets_the_wording_for_them(world, engine):
    mail = await leave(
        world, engine, to="田中 一 <tanaka@work.example.jp>, 鈴木 一郎 <suzuki@client.example>"
    )
    one, other = await engine.corrections.written(mail, Scenario.OTHER, Wish(each=True))
    assert one.body.startswith("田中さん\n") and other.body.startswith("鈴木 一郎 様\n")
    outlook = await engine.corrections.outlook(mail, Scenario.OTHER, Wish(each=True))
    assert outlook.mixed and not (await engine.corrections.outlook(mail)).mixed


async def test_what_somebody_wishes_counts(world, engine):
    mail = await leave(world, engine)
    wish = Wish(Language.ENGLISH, Audience.INSIDE, ("Suzuki@client.example", "new@client.example"))
    (draft,) = await engine.corrections.written(mail, Scenario.EARLY, wish)
    assert draft.subject == "Correction: 見積書の件 (sent before it was finished)"
    assert draft.to == "鈴木 一郎 <suzuki@client.example>, new@client.example"
    assert await engine.drafts.all() == ()
    outlook = await engine.corrections.outlook(mail, Scenario.EARLY, wish)
    assert (outlook.language, outlook.audience, len(outlook.circles)) == (
        Language.ENGLISH,
        Audience.INSIDE,
        1,
    )


async def test_the_originals_files_go_only_when_wished(world, engine):
    file = Attachment("old.pdf", "application/pdf", 4, data=b"%PDF")
    mail = await leave(world, engine, attachments=(file,))
    (plain,) = await engine.corrections.written(mail, Scenario.CONTENT)
    (whole,) = await engine.corrections.written(mail, Scenario.CONTENT, Wish(keep_files=True))
    assert plain.attachments == () and [one.name for one in whole.attachments] == ["old.pdf"]
    (wrong,) = await engine.corrections.written(mail, Scenario.ATTACHMENT)
    assert wrong.subject == "【訂正】見積書の件（添付差し替え）"
    again = await engine.corrections.resend(mail, "sato@client.example")
    assert [one.data for one in again.attachments] == [b"%PDF"]


async def test_files_that_went_to_the_wrong_people_are_not_sent_to_them_again(world, engine):
    file = Attachment("old.pdf", "application/pdf", 4, data=b"%PDF")
    mail = await leave(world, engine, attachments=(file,))
    with pytest.raises(DraftError, match="wrong people"):
        await engine.corrections.drafts(mail, Scenario.PERSON, Wish(keep_files=True))
    assert await engine.drafts.all() == ()
    for scenario in (Scenario.PERSON, Scenario.ADDRESSES, Scenario.EARLY, Scenario.OTHER):
        for draft in await engine.corrections.written(mail, scenario):
            assert draft.attachments == ()
            assert "old.pdf" not in f"{draft.subject}{draft.body}"


async def test_the_right_file_is_attached_and_named(world, engine):
    world.files["/home/a/見積書_v2.pdf"] = b"%PDF-2"
    mail = await leave(world, engine)
    wish = Wish(files=("/home/a/見積書_v2.pdf",))
    (draft,) = await engine.corrections.drafts(mail, Scenario.ATTACHMENT, wish)
    assert "・見積書_v2.pdf" in draft.body and draft.attachments[0].path == "/home/a/見積書_v2.pdf"


async def test_the_apology_and_the_mail_for_the_right_person_stand_outside_the_thread(world, engine):
    mail = await leave(world, engine)
    about = await engine.corrections.meant_for(mail, "佐藤 花子 <sato@client.example>")
    assert "佐藤 花子 様に関する情報" in about.body and "会議は" not in about.body
    again = await engine.corrections.resend(mail)
    assert (again.to, again.subject, again.in_reply_to) == ("", "Re: 見積書の件", "")
    assert again.body.startswith(TEXT)
    assert {one.id for one in (await engine.corrections.of(mail.message_id)).drafts} == {about.id, again.id}


async def test_without_the_text_there_still_is_a_correction_but_nothing_to_resend(world, engine):
    mail = replace(await leave(world, engine), item="", ref=None)
    (draft,) = await engine.corrections.drafts(mail, Scenario.OTHER)
    assert draft.references == (mail.message_id,) and draft.subject == "【訂正】見積書の件"
    for act in (engine.corrections.resend, engine.corrections.text):
        with pytest.raises(DraftError, match="not at hand"):
            await act(mail)


async def test_nothing_is_kept_when_something_is_wrong(world, engine):
    mail = await leave(world, engine)
    for wish, error in ((Wish(to=("bob",)), AddressError), (Wish(to=()), DraftError)):
        with pytest.raises(error):
            await engine.corrections.drafts(mail, Scenario.OTHER, wish)
    with pytest.raises(DraftError, match="too many at once"):
        await engine.corrections.drafts(
            mail, Scenario.OTHER, Wish(to=tuple(f"n{n}@x.example" for n in range(201)), each=True)
        )
    with pytest.raises(DraftError, match="no template"):
        await engine.corrections.drafts(mail, "nothing-of-the-kind")
    assert await engine.drafts.all() == ()


async def test_a_disk_that_fails_half_way_keeps_none_of_them(world, engine, monkeypatch):
    mail = await leave(world, engine, to="a@client.example, b@client.example, c@client.example")
    save, saved = engine.drafts.save, []

    async def save_one(draft):
        if saved:
            raise OutboxError("the disk is full")
        saved.append(draft)
        await save(draft)

    monkeypatch.setattr(engine.drafts, "save", save_one)
    with pytest.raises(OutboxError):
        await engine.corrections.drafts(mail, Scenario.OTHER, Wish(each=True))
    assert await engine.drafts.all() == ()


async def test_a_mail_of_another_identity_is_put_right_by_it(world, engine):
    mail = await leave(world, engine)
    mail = replace(mail, account="home")
    (draft,) = await engine.corrections.written(mail, Scenario.OTHER)
    assert draft.account == "home" and draft.body.endswith("\n-- \nof home\n")


async def test_the_last_mail_is_the_newest_wherever_it_was_sent_but_no_correction(world, engine):
    assert await engine.corrections.last() is None
    mail = await leave(world, engine)
    (draft,) = await engine.corrections.drafts(mail, Scenario.OTHER)
    await leave(world, engine, corrects=draft.corrects)
    assert (await engine.corrections.last()).message_id == mail.message_id
    wire = b"From: me@work.example.jp\r\nTo: a@b.example\r\nMessage-ID: <x@y>\r\n\r\nHi\r\n"
    world.source.boxes["Gesendet"]["u1"] = (wire, frozenset())
    ref, me = Ref("work", "Gesendet", "u1"), Address("me@work.example.jp")
    row = Envelope(ref, me, (), (), Safe("from a telephone"), mail.sent + 1_000, 9, frozenset())
    await engine._disk.cache.put_folders("work", [Folder("work", "Gesendet", Safe("Sent"), Role.SENT, 1, 0)])
    await engine._disk.cache.put([row])
    assert (await engine.corrections.last()).message_id == "<x@y>"


async def test_ones_own_templates_add_scenarios(world, engine, tmp_path):
    (tmp_path / "late-answer.en.txt").write_text("Subject: Correction: late\n\n{addressee}\n")
    engine._after.care = Aftercare(corrections=Shelves(FOLDER, tmp_path))
    assert await engine.corrections.added() == ("late-answer",)
