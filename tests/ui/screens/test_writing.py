"""Who writes, to whom, from which template: the composer's helpers as one uses them."""

import asyncio

import pytest
from msgspec.structs import replace

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.contact import choice
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.habits import Habits
from tuimail.mail.letter.identity import Identity
from tuimail.mail.letter.template import template
from tuimail.mail.rule.decision import Decision, Guise
from tuimail.mail.when.schedule import Schedule
from tuimail.ui.screens import doors

DESK = Identity("work", Address("desk@example.jp", "窓口"))


@pytest.fixture
def two(world):
    """A world in which one is two people."""
    world.accounts = (replace(world.accounts[0], aliases=(DESK,)),)
    return world


async def open_draft(pilot, press, draft):
    pilot.app.call_later(doors.write, pilot.app, pilot.app.desk, draft)
    await press(pilot)


async def test_from_stands_above_to_only_where_there_is_a_choice(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "c")
    assert "From" not in seen(pilot)


async def test_alt_f_goes_through_all_identities(open_app, press, seen, two):
    pilot = await open_app()
    await press(pilot, "c")
    assert "From     山田花子 <hanako@example.jp> · work" in seen(pilot)
    await press(pilot, "alt+i")
    assert "From     窓口 <desk@example.jp> · work" in seen(pilot)
    assert pilot.app.screen.draft.sender == DESK.address


async def test_a_rule_says_who_writes_and_a_person_has_the_last_word(open_app, press, seen, two):
    two.outbox.decision = Decision(10.0, guise=Guise("desk@example.jp", None, "rule: clients"))
    pilot = await open_app()
    await press(pilot, "c", "'a@b.example", "alt+s")
    assert two.outbox.list == {}
    assert "You write as 窓口 <desk@example.jp> · rule: clients" in seen(pilot)
    await press(pilot, "alt+i", "alt+s")
    (sent,) = two.outbox.drafts_of.values()
    assert sent.sender == Address("hanako@example.jp", "山田花子")


async def test_a_draft_that_was_kept_is_not_dressed_again(open_app, press, two):
    two.outbox.decision = Decision(10.0, guise=Guise("desk@example.jp", None, "rule: clients"))
    draft = Draft("d1", "work", to="a@b.example")
    await two.drafts.save(draft)
    pilot = await open_app()
    await open_draft(pilot, press, draft)
    await pilot.pause(0.5)
    assert pilot.app.screen.draft == draft


async def test_later_answers_leave_the_choice_where_it_is(open_app, press, seen, world):
    world.contacts.more = asyncio.Event()
    world.contacts.late = (choice(Address("late@card.example", "遅れて 来る"), "cards"),)
    world.contacts.trouble = "khard gave no answer within 2 seconds"
    pilot = await open_app()
    await press(pilot, "c")
    pilot.app.screen.query_one("#to").input.insert_text_at_cursor("example")
    await pilot.pause(0.1)
    offers = pilot.app.screen.query_one("#to").offers
    offers.move(1)
    before = offers.choices[offers.chosen]
    world.contacts.more.set()
    await press(pilot)
    assert "遅れて 来る <late@card.example>" in seen(pilot)
    assert "khard gave no answer" in seen(pilot)
    assert offers.choices[offers.chosen] == before


async def test_who_is_entered_is_not_offered_again(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "c", "'suz", "enter", "'suz")
    assert "> 鈴木" not in seen(pilot)


async def test_a_template_fills_a_new_draft(open_app, press, seen, world):
    world.drafts.shelf = (
        template("report", "Weekly\n"),
        template("見積", "Subject: お見積り\n\n{name}様\n\n{cursor}\n"),
    )
    pilot = await open_app()
    await press(pilot, "c", "alt+t")
    assert "> report" in seen(pilot)
    await press(pilot, "'見", "enter")
    draft = pilot.app.screen.draft
    assert (draft.subject, draft.body, draft.cursor) == ("お見積り", "{name}様\n\n\n", (2, 0))


async def test_without_templates_it_says_where_they_go(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "c", "alt+t")
    assert "put text files into templates/" in seen(pilot)


async def test_a_file_dropped_on_the_text_may_be_attached(open_app, press, seen, tmp_path):
    file = tmp_path / "見積 書.pdf"
    file.touch()
    pilot = await open_app()
    await press(pilot, "c", "tab", "tab", "tab", "tab", f"''{file}'")
    assert "Attach 見積 書.pdf?" in seen(pilot)
    await press(pilot, "enter")
    assert [one.path for one in pilot.app.screen.draft.attachments] == [str(file)]
    await press(pilot, f"'{file}", "t")
    assert str(file) in pilot.app.screen.draft.body


async def test_much_to_carry_is_warned_about(open_app, press, seen):
    pilot = await open_app()
    files = (
        Attachment("a.zip", "application/zip", 15_000_000),
        Attachment("b.zip", "application/zip", 9_000_000),
    )
    await open_draft(pilot, press, Draft("d1", "work", to="a@b.example", attachments=files))
    assert "24.0 MB in all: many servers refuse more than 20.0 MB" in seen(pilot)


@pytest.mark.parametrize(("when", "filed"), [("leave", 1), ("save", 0), ("never", 0)])
async def test_a_draft_goes_to_the_server_when_it_is_left_if_so_wished(open_app, press, world, when, filed):
    world.drafts.habits = Habits(on_server=when)
    pilot = await open_app()
    await press(pilot, "c", "'a@b.example", "escape")
    assert len(world.drafts.filed) == filed
    await press(pilot, "c", "escape")
    assert len(world.drafts.filed) == filed


async def test_a_copy_changed_elsewhere_is_said(open_app, press, seen, world):
    world.drafts.elsewhere = True
    pilot = await open_app()
    await press(pilot, "c", "'a@b.example", "ctrl+s")
    assert "both copies are kept" in seen(pilot)


async def test_one_draft_is_open_once(open_app, press, world):
    pilot = await open_app()
    await press(pilot, "c", "'a@b.example", "ctrl+s", "ctrl+t", "enter")
    assert len(pilot.app.screen_stack) == 2
    assert pilot.app.screen.draft.to == "a@b.example"


async def test_the_list_of_drafts_says_when_one_leaves(open_app, press, seen, world):
    at = world.now().wall + 86_400
    await world.drafts.save(
        Draft("d1", "work", subject="Plan", schedule=Schedule(at, "Asia/Tokyo", "tomorrow"))
    )
    pilot = await open_app()
    await press(pilot, "D")
    assert "leaves tomorrow" in seen(pilot)


async def test_the_program_can_begin_with_a_draft(open_app, press, seen):
    async def begin(engine):
        return Draft("d1", "work", to="a@b.example"), "The link also asked for bcc: left out."

    pilot = await open_app(begin=begin)
    await press(pilot)
    assert pilot.app.screen.draft.to == "a@b.example"
    assert "asked for bcc" in seen(pilot)
