"""Incidents over a real store: what is answered is on disk, and the trail fills by itself."""

import asyncio
import json

import pytest
from builders import a_draft
from msgspec.structs import replace

from tuimail.engine.after.practice import Practice
from tuimail.engine.aftercare import Aftercare
from tuimail.engine.news import AfterChanged
from tuimail.engine.writing.contacts import Contacts
from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident_export import Form
from tuimail.mail.after.recall import Recall, RecallState
from tuimail.mail.after.receipt import Fate, Receipt
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import ContactsError
from tuimail.mail.hold.item import Entry, State
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.contact import Contact
from tuimail.mail.letter.safe import Safe

AIKO = Address("aiko@example.jp", "愛子")
MAIL = SentMail(
    "work", "<sent@example.jp>", Safe("prices"), 1_799_999_900.0, Address("me@work.example.jp", "Me"), (AIKO,)
)
HOUSE = Practice("boss@example.jp", "csirt@example.jp", ("gdpr",), None, lambda: "Asia/Tokyo")
ENGLISH = replace(MAIL, to=(Address("aiko@example.jp"),))


@pytest.fixture
def engine(world):
    made = world.engine()
    made._after.care = Aftercare(practice=lambda: HOUSE)
    return made


async def test_a_mail_has_one_incident_however_often_it_is_opened(engine, world):
    first = await engine.incidents.open(MAIL)
    assert (first.mail, first.noticed, first.clocks) == (MAIL, world.clock.now().wall, ("gdpr",))
    await engine.incidents.tick(first.id, "call", "deleted")
    again = await engine.incidents.open(MAIL)
    assert (again.id, again.step("call").note) == (first.id, "deleted")
    assert await engine.incidents.all() == (again,)


async def test_every_move_is_on_disk_and_announced(engine, world):
    incidents = engine.incidents
    made = await incidents.open(MAIL)
    world.clock.advance(60)
    await incidents.tick(made.id, "manager")
    await incidents.untick(made.id, "manager")
    await incidents.note(made.id, "no answer", "call")
    await incidents.meant_for(made.id, "tanaka@example.jp")
    await incidents.clock(made.id, "appi", True)
    await incidents.clock(made.id, "gdpr", False)
    await incidents.close(made.id)
    await incidents.reopen(made.id)
    found = await world.engine("other").incidents.get(made.id)
    assert [entry.after for entry in found.trail] == [
        *("opened", "done", "not done", "note", "meant for", "clock on", "clock off", "closed"),
        "opened again",
    ]
    assert (found.version, found.clocks, found.meant_for) == (9, ("appi",), "tanaka@example.jp")
    assert world.heard(AfterChanged) == [AfterChanged(MAIL.message_id)] * 9


async def test_an_incident_that_is_not_there_is_none(engine):
    incidents = engine.incidents
    assert await incidents.get("x") is None
    assert await incidents.tick("x", "call") is None
    assert await incidents.report("x") is None
    assert await incidents.export("x", Form.JSON) is None


async def test_of_two_processes_that_tick_at_once_neither_is_lost(engine, world):
    made = await engine.incidents.open(MAIL)
    other = world.engine("other").incidents
    await asyncio.gather(
        *(engine.incidents.tick(made.id, step) for step in ("recall", "call")),
        *(other.tick(made.id, step) for step in ("manager", "security")),
    )
    found = await engine.incidents.get(made.id)
    assert found.undone == ("correct", "apologise", "confirm", "prevent")
    assert [entry.after for entry in found.trail].count("done") == 4


async def test_recalls_and_receipts_are_taken_into_the_trail_once(engine):
    made = await engine.incidents.open(MAIL)
    asked = Entry(1_800_000_000.0, "asking", "requested", "asked", Safe("202 Accepted"))
    recall = Recall("r1", "work", MAIL.message_id, RecallState.REQUESTED, 1, asked.at, trail=(asked,))
    await engine._disk.after.put_recall(recall)
    await engine._disk.after.keep_receipt(
        Receipt(MAIL.message_id, AIKO.spec, Fate.READ, asked.at + 9, Safe("shown"))
    )
    for _ in range(2):
        found = await engine.incidents.get(made.id)
        about = [(entry.before, entry.after, entry.answer) for entry in found.trail[1:]]
        assert about == [("recall request", "requested", "202 Accepted"), ("receipt", "read", "shown")]
    data = json.loads(await engine.incidents.export(made.id, Form.JSON))
    assert data["zone"] == "Asia/Tokyo"
    assert len(data["recalls"]) == 1


async def test_the_outbox_trail_of_the_mail_and_of_its_corrections_is_taken_in(world):
    engine = await world.sending()
    draft = a_draft(cc="", attachments=(), answers=None)
    item = await engine.outbox.send(draft)
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    mail = await engine.sent.of_item(item.id)
    made = await engine.incidents.open(mail)
    assert ("outbox", "sent") in {(entry.before, entry.after) for entry in made.trail}
    await engine.outbox.send(replace(draft, id="d2", corrects=mail.message_id))
    found = await engine.incidents.get(made.id)
    assert [entry.before for entry in found.trail][-1] == "correction"


@pytest.mark.parametrize(
    ("mail", "language", "subject"),
    [(MAIL, None, "【至急・報告】"), (ENGLISH, None, "Report:"), (MAIL, Language.ENGLISH, "Report:")],
)
async def test_the_report_is_a_draft_like_any_other(engine, mail, language, subject):
    made = await engine.incidents.open(mail)
    draft = await engine.incidents.report(made.id, language)
    assert (draft.to, draft.cc, draft.account) == ("boss@example.jp", "csirt@example.jp", "work")
    assert draft.subject.startswith(subject)
    assert "of work" in draft.body.split("\n-- ")[-1]
    assert (await engine.drafts.open(draft.id)).body == draft.body
    assert (await engine.incidents.get(made.id)).trail[-1].after == "report drafted"
    item = await engine.outbox.send(draft)
    assert [one.spec for one in item.recipients] == ["boss@example.jp", "csirt@example.jp"]


@pytest.mark.parametrize(
    ("manager", "security", "to", "cc"),
    [("", "", "", ""), ("", "s@x.example", "s@x.example", ""), ("m@x.example", "", "m@x.example", "")],
)
async def test_where_nobody_is_named_the_report_is_addressed_by_hand(engine, manager, security, to, cc):
    engine._after.care = Aftercare(practice=lambda: Practice(manager, security))
    made = await engine.incidents.open(MAIL)
    draft = await engine.incidents.report(made.id)
    assert (draft.to, draft.cc) == (to, cc)


@pytest.mark.parametrize("form", list(Form))
async def test_a_record_is_saved_as_a_file(engine, world, form):
    made = await engine.incidents.open(MAIL)
    path = await engine.incidents.save(made.id, form, "/downloads")
    assert path == f"/downloads/incident-{made.id}.{form.value}"
    assert world.files[path]


class Book:
    def __init__(self, *contacts, broken=False):
        self.contacts, self.broken = contacts, broken

    async def find(self, typed, limit):
        if self.broken:
            raise ContactsError("contacts.vcf can't be read")
        return self.contacts


async def test_numbers_come_from_every_address_book_that_can_be_read(engine):
    twice = Contact("愛子", (AIKO,), "book", phones=(Safe("03-1234-5678"), Safe("090-1111-2222")))
    group = Contact("team", (AIKO,), "book", group=True, phones=(Safe("0"),))
    other = Contact("Aiko B", (Address("aiko@example.jp.evil.example"),), "book", phones=(Safe("1"),))
    books = (Book(broken=True), Book(twice, group, other), Book(twice))
    engine.incidents._contacts = Contacts(engine._disk.cache, books)
    (numbers,) = await engine.incidents.numbers(MAIL)
    assert numbers.phones == ("03-1234-5678", "090-1111-2222")
