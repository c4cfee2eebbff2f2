"""The incidents and the page of one: ticked, noted, exported and closed with the keys it shows."""

import asyncio
import json

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tuimail.engine.news import AfterChanged
from tuimail.mail.after.incident import STEPS
from tuimail.mail.after.near_miss import Catch, NearMiss
from tuimail.mail.after.recall import Recall, RecallState
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.hold.item import Entry, State
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.screens.incident import IncidentScreen
from tuimail.ui.screens.incidents import IncidentsScreen

NOON = 1_795_262_520.0
DANA = Address("dana@partner.example", "Dana Whitfield")
MAIL = SentMail("work", "<9@x>", Safe("Prices for spring"), NOON - 600, Address("hanako@example.jp"), (DANA,))
JAPANESE = replace(MAIL, message_id="<8@x>", subject=Safe("見積書の件"), sent=NOON - 900)


@pytest.fixture
async def incident(world):
    """An incident about a mail in English."""
    await world.after.keep_sent(MAIL)
    return await world.incidents.open(MAIL)


@pytest.fixture
def on_page(open_app, press, incident):
    """The page of the incident, opened from the list of messages."""

    async def start(size=(80, 24)):
        pilot = await open_app(size)
        await press(pilot, "I", "enter")
        assert isinstance(pilot.app.screen, IncidentScreen)
        return pilot

    return start


async def found(world):
    (one,) = await world.incidents.all()
    return one


async def test_without_incidents_the_list_says_how_one_begins(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "I")
    assert "No incidents. n opens one for the last mail sent." in seen(pilot)
    assert "Nothing was caught by undo or rules yet." in seen(pilot)
    await press(pilot, "n")
    assert "No mail that was sent is known." in seen(pilot)
    await press(pilot, "q")
    assert "Inbox · work" in seen(pilot)


async def test_one_is_opened_for_the_last_mail_and_stands_in_the_list(open_app, press, seen, world):
    await world.after.keep_sent(MAIL)
    await world.after.keep_sent(JAPANESE)
    pilot = await open_app()
    await press(pilot, "I", "n")
    assert (await found(world)).mail == MAIL
    assert "Prices for spring" in seen(pilot)
    await press(pilot, "escape")
    assert isinstance(pilot.app.screen, IncidentsScreen)
    assert "2026-11-21 21:02  0/8" in seen(pilot)
    assert "Dana Whitfield" in seen(pilot)


async def test_the_list_tells_what_was_caught_before(open_app, press, seen, world):
    for name in ("", "", "outside waits"):
        await world.after.count(NearMiss("work", Catch.RULE if name else Catch.UNDO, NOON, name, 3.0))
    pilot = await open_app()
    await press(pilot, "I")
    assert "3 caught before they left: undo 2 · rule outside waits 1" in seen(pilot)


async def test_the_page_has_all_steps_in_order_and_what_to_mind_about_the_next(on_page, seen):
    shown = seen(await on_page())
    assert [shown.index(f"[ ] {number} ") for number in range(1, 9)] == sorted(
        shown.index(f"[ ] {number} ") for number in range(1, 9)
    )
    assert "It went to Dana Whitfield <dana@partner.example>" in shown
    assert "It was meant for, or about –" in shown
    assert "Ask Exchange to delete the delivered copies" in shown
    assert "2026-11-21 21:02  opened" in shown


@pytest.mark.parametrize("key", ["space", "enter"])
async def test_a_step_is_ticked_and_unticked_where_the_cursor_is(on_page, press, seen, world, key):
    pilot = await on_page()
    world.pass_time(60)
    await press(pilot, "j", key)
    assert (await found(world)).step("call").done == NOON + 60
    assert "[x] 2 Call whoever received it" in seen(pilot)
    assert "1 of 8 done" in seen(pilot)
    await press(pilot, key)
    assert (await found(world)).step("call").done == 0.0


async def test_the_page_begins_at_what_is_to_be_done_next(open_app, press, world, incident):
    await world.incidents.tick(incident.id, "recall")
    await world.incidents.tick(incident.id, "call")
    pilot = await open_app()
    await press(pilot, "I", "enter")
    assert pilot.app.screen.steps.step == "manager"


async def test_the_numbers_to_call_stand_with_that_step(on_page, press, seen, world):
    world.contacts.numbers = {DANA.spec: (Safe("+44 20 7946 0018"),)}
    pilot = await on_page()
    await press(pilot, "j")
    assert "Dana Whitfield" in seen(pilot)
    assert "+44 20 7946 0018" in seen(pilot)


async def test_without_a_number_the_page_says_so(on_page, press, seen):
    pilot = await on_page()
    await press(pilot, "j")
    assert "no number in your address books" in seen(pilot)


async def test_a_note_and_whom_it_was_meant_for_are_kept(on_page, press, seen, world):
    pilot = await on_page()
    await press(pilot, "j", "n", "'deleted unread, says Dana", "enter")
    await press(pilot, "m", "'Dana Wood <wood@partner.example>", "enter")
    one = await found(world)
    assert one.step("call").note == "deleted unread, says Dana"
    assert one.meant_for == "Dana Wood <wood@partner.example>"
    assert "Dana Wood" in seen(pilot)
    await press(pilot, "n", "escape", "m", "escape")
    assert await found(world) == one


async def test_clocks_are_switched_on_and_off_and_tell_their_paragraph(on_page, press, seen, world):
    pilot = await on_page()
    await press(pilot, "K", "g")
    assert (await found(world)).clocks == ("gdpr",)
    assert "GDPR notification (72 hours)" in seen(pilot)
    assert "3 days 0 h left" in seen(pilot)
    await press(pilot, "end")
    assert "GDPR Art. 33 (1)" in seen(pilot)
    assert "This is no legal advice: check with whoever is responsible." in seen(pilot)
    await press(pilot, "space")
    assert "A deadline is not ticked" in seen(pilot)
    await press(pilot, "K", "g")
    assert "GDPR" not in seen(pilot).replace("GDPR clock", "").split("clock off")[-1]
    assert (await found(world)).clocks == ()


async def test_two_clocks_with_a_duty_in_common_show_it_once(on_page, press, seen):
    pilot = await on_page()
    await press(pilot, "K", "a", "K", "w")
    assert seen(pilot).count("APPI prompt report") == 1
    assert seen(pilot).count("APPI final report") == 2


async def test_a_deadline_that_is_over_says_so_without_colour(on_page, press, seen, world):
    pilot = await on_page()
    world.pass_time(80 * 3600)
    await press(pilot, "K", "g")
    assert "! " in next(row for row in seen(pilot).split("\n") if "GDPR notification" in row)
    assert "over since 8 h 0 min" in seen(pilot)


async def test_the_report_opens_in_the_composer(on_page, press, world):
    pilot = await on_page()
    await press(pilot, "p")
    draft = pilot.app.screen.draft
    assert (draft.to, draft.cc) == ("boss@example.jp", "csirt@example.jp")
    assert "[to fill in]" in draft.body


@pytest.mark.parametrize(("key", "form"), [("m", "md"), ("j", "json"), ("c", "csv")])
async def test_the_record_is_saved_in_the_download_folder(on_page, press, seen, world, incident, key, form):
    pilot = await on_page()
    await press(pilot, "E", key)
    path = f"/home/hanako/Downloads/incident-{incident.id}.{form}"
    assert f"Saved as {path}" in seen(pilot)
    data = world.saved[path]
    assert form != "json" or json.loads(data)["mail"]["message_id"] == "<9@x>"


async def test_keys_that_come_at_once_are_all_done(on_page, burst, world, monkeypatch):
    pilot, put = await on_page(), world.after.put_incident

    async def slowly(incident):
        await asyncio.sleep(0.01)
        return await put(incident)

    monkeypatch.setattr(world.after, "put_incident", slowly)
    await burst(pilot, "space", "j", "space", "j", "space", "j", "space", "space", "j", "space")
    assert (await found(world)).undone == ("security", "apologise", "confirm", "prevent")


async def test_closing_asks_when_steps_are_left_and_can_be_reversed(on_page, press, seen, world):
    pilot = await on_page()
    await press(pilot, "c")
    assert "8 steps are not ticked. Close it all the same?" in seen(pilot)
    await press(pilot, "n")
    assert (await found(world)).closed == 0.0
    await press(pilot, "c", "y")
    assert (await found(world)).closed == NOON
    assert "c reopen" in seen(pilot)
    await press(pilot, "c")
    assert (await found(world)).closed == 0.0


async def test_the_mail_is_put_right_from_its_page(on_page, press, monkeypatch):
    asked = []

    async def correct(app, desk, mail):
        asked.append(mail)

    monkeypatch.setattr("tuimail.ui.screens.incident.correct", correct)
    await press(await on_page(), "C")
    assert asked == [MAIL]


async def test_a_slow_address_book_is_waited_for_beside_the_news(
    open_app, burst, press, seen, world, incident
):
    async def phones(spec):
        await asyncio.sleep(0.2)
        return ("+44 20 7946 0018",)

    world.contacts.phones = phones
    pilot = await open_app()
    await press(pilot, "I")
    await burst(pilot, "enter", "j", "space")
    assert (await found(world)).step("call").done
    assert "+44 20 7946 0018" in seen(pilot)


async def test_closing_asks_nothing_when_every_step_is_ticked(open_app, press, world, incident):
    for step in STEPS:
        await world.incidents.tick(incident.id, step)
    pilot = await open_app()
    await press(pilot, "I", "enter", "c")
    assert (await found(world)).closed == NOON


async def test_what_a_server_says_meanwhile_comes_into_the_trail(on_page, press, seen, world):
    pilot = await on_page()
    said = Entry(NOON + 5, "asking", "requested", "asked for", Safe("202 Accepted"))
    await world.after.put_recall(
        Recall("r1", "work", MAIL.message_id, RecallState.REQUESTED, 1, NOON + 5, trail=(said,))
    )
    world.newsroom.announce(AfterChanged(MAIL.message_id))
    await asyncio.sleep(0.6)
    await press(pilot)
    assert "recall request · requested · asked for · 202 Accepted" in seen(pilot)
    (step,) = (row for row in seen(pilot).splitlines() if "[ ] 1 " in row)
    assert step.rstrip().endswith("requested 21:02") and "0 of 8 done" in seen(pilot)


async def test_where_there_is_little_room_the_trail_tells_what_says_something(
    on_page, seen, world, monkeypatch
):
    begun = (Entry(NOON, "sent", "sent", "filing the copy"),) * 20
    left = Entry(NOON, "sending", "sent", "accepted", Safe("250 OK"))
    item = replace(world.item("x", ("dana@partner.example",), 0), corrects=MAIL.message_id)
    world.outbox.put(replace(item, state=State.SENT))
    monkeypatch.setattr(world.outbox, "trail", lambda _: told((left, *begun)))
    shown = seen(await on_page())
    assert "correction · sent · accepted · 250 OK" in shown and "filing the copy" not in shown
    assert "sent 21:02" in shown
    assert "filing the copy" in seen(await on_page((80, 50)))


async def told(trail):
    return [replace(entry, at=NOON + number) for number, entry in enumerate(trail)]


async def test_about_a_japanese_mail_the_page_speaks_japanese(open_app, press, seen, world):
    await world.incidents.open(JAPANESE)
    pilot = await open_app()
    await press(pilot, "I", "enter", "K", "a")
    shown = seen(pilot)
    assert "受信者に電話する" in shown
    assert "個人情報保護法 速報 (おおむね3〜5日以内)" in shown
    assert "本来の宛先" in shown


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (60, 16), (20, 5)], ids=str)
async def test_every_line_has_its_width_and_the_steps_are_in_sight(on_page, press, world, size):
    hostile = replace(MAIL, message_id="<7@x>", subject=line("[/]\x1b[31m\u202ex" * 9), to=(DANA,) * 3)
    await world.incidents.open(hostile)
    pilot = await on_page(size)
    await press(pilot, "K", "a", "K", "g", "end", "home")
    screen = pilot.app.screen
    strips = screen._compositor.render_strips(screen.size)
    assert {cell_len(strip.text) for strip in strips} == {size[0]}
    if size[1] >= 24:
        text = "\n".join(strip.text for strip in strips)
        assert all(f"[ ] {number} " in text for number in range(1, 9))
        assert text.count("GDPR notification") == 1
