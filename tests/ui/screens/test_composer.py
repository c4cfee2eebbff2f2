import asyncio

import pytest
from msgspec.structs import replace
from textual.events import Key

from tuimail.mail.hold.keeping import Offer
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.rule.decision import Decision, Delay
from tuimail.mail.when.schedule import Schedule
from tuimail.ui.screens import doors

WRITTEN = Draft(
    id="d9",
    account="work",
    to="鈴木 一郎 <suzuki@client.example>",
    cc="tanaka@example.jp, ",
    bcc="boss@example.jp",
    subject="見積書送付 ",
    body="佐藤様\n\nいつもお世話になっております。\n",
    attachments=(Attachment("見積書.pdf", "application/pdf", 84_000, "/x/見積書.pdf", b"%PDF"),),
    references=("<1@x>",),
    cursor=(2, 5),
)


async def write(pilot, press, to="a@b.example", subject="Hi", body="text"):
    await press(pilot, "c", f"'{to}", "enter", "enter", "enter", f"'{subject}", "enter", f"'{body}")


async def test_a_mail_is_written_sent_counted_down_and_taken_back_as_it_was(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "c", "'a@b.example", "tab", "tab", "'boss@x.example", "tab", "'Hi", "tab", "'one")
    await press(pilot, "enter", "'two", "left", "alt+s")
    assert "Inbox · work" in seen(pilot)
    assert "held 0:10 ■■■■■■■■■■ 「Hi」to 2 people" in seen(pilot)
    world.pass_time(3.2)
    await pilot.pause(0.25)
    assert "held 0:07 ■■■■■■■□□□" in seen(pilot)
    await press(pilot, "u")
    back = pilot.app.screen.draft
    assert (back.to, back.bcc, back.subject, back.body) == ("a@b.example", "boss@x.example", "Hi", "one\ntwo")
    assert back.cursor == (1, 2)
    assert "held" not in seen(pilot)
    assert world.outbox.list["i2"].state == "undone"


async def test_an_undone_draft_is_equal_to_what_was_sent_off(open_app, press, world):
    pilot = await open_app()
    pilot.app.call_later(doors.write, pilot.app, pilot.app.desk, WRITTEN)
    await press(pilot)
    assert pilot.app.screen.draft == WRITTEN
    await press(pilot, "alt+s", "u")
    assert pilot.app.screen.draft == WRITTEN


async def test_alt_u_while_typing_saves_this_draft_and_opens_the_other(open_app, press, seen, world):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "alt+s")
    await write(pilot, press, subject="Second", body="half a sen")
    await press(pilot, "alt+u")
    assert pilot.app.screen.draft.subject == "Hi"
    assert [draft.body for draft in world.drafts.kept.values() if draft.subject == "Second"] == ["half a sen"]
    await press(pilot, "escape")
    assert pilot.app.screen.draft.subject == "Second"


@pytest.mark.parametrize("key", ["alt+s", "ctrl+enter"])
async def test_a_wrong_address_keeps_the_draft_its_text_and_its_cursor(open_app, press, seen, world, key):
    pilot = await open_app()
    await write(pilot, press, to="bob")
    await press(pilot, "left", key)
    assert "“bob” is not an address." in seen(pilot)
    assert pilot.app.screen.draft.body == "text"
    assert pilot.app.screen.draft.cursor == (0, 3)
    assert world.outbox.list == {}
    assert world.drafts.kept


async def test_a_vanished_attachment_keeps_the_draft(open_app, press, seen, world):
    pilot = await open_app()
    gone = replace(WRITTEN, attachments=(Attachment("a.pdf", "application/pdf", 1, "/gone/a.pdf"),))
    pilot.app.call_later(doors.write, pilot.app, pilot.app.desk, gone)
    await press(pilot)
    await press(pilot, "alt+s")
    assert "a.pdf is no longer there" in seen(pilot)
    assert pilot.app.screen.draft == gone


async def test_a_full_disk_keeps_the_draft_on_the_screen(open_app, press, seen, world):
    pilot = await open_app()
    world.outbox.broken = True
    await write(pilot, press)
    await press(pilot, "alt+s")
    assert "The disk is full; nothing was queued." in seen(pilot)
    assert pilot.app.screen.draft.body == "text"


async def test_a_draft_saves_itself_within_a_second_of_a_change(open_app, press, seen, world):
    pilot = await open_app()
    await write(pilot, press)
    await pilot.pause(1.15)
    await press(pilot)
    assert [draft.body for draft in world.drafts.kept.values()] == ["text"]
    assert "draft saved 1" in seen(pilot)


async def test_steady_typing_is_saved_too(open_app, press, world, monkeypatch):
    monkeypatch.setattr("tuimail.ui.screens.composer.SAVE_AFTER", 0.2)
    pilot = await open_app()
    await write(pilot, press)
    for _ in range(8):
        await press(pilot, "'s")
        await pilot.pause(0.05)
        if world.drafts.kept:
            break
    assert world.drafts.kept


async def test_ctrl_s_saves_and_never_sends(open_app, press, world):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "ctrl+s")
    assert [draft.body for draft in world.drafts.kept.values()] == ["text"]
    assert world.outbox.list == {}


async def test_leaving_saves_what_was_written_and_nothing_where_nothing_was(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "c", "escape")
    assert world.drafts.kept == {}
    await write(pilot, press)
    await press(pilot, "escape")
    assert "Inbox · work" in seen(pilot)
    assert [draft.subject for draft in world.drafts.kept.values()] == ["Hi"]


async def test_known_addresses_are_offered_while_one_types(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "c", "'suz")
    await pilot.pause(0.12)
    await press(pilot)
    assert "> 鈴木 一郎 <suzuki@client.example>" in seen(pilot)
    await press(pilot, "enter", "'da")
    await pilot.pause(0.12)
    await press(pilot)
    await press(pilot, "tab", "tab")
    draft = pilot.app.screen.draft
    assert draft.to == "鈴木 一郎 <suzuki@client.example>, Dana Whitfield <dana@partner.example>, "


async def test_a_file_is_attached_by_its_path_and_taken_off_again(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "c", "alt+a", "'/x/plan.pdf", "enter")
    assert "Files    plan.pdf  84 kB" in seen(pilot)
    await press(pilot, "tab", "tab", "tab", "tab", "delete")
    assert "plan.pdf" not in seen(pilot)
    await press(pilot, "alt+a", "'/missing", "enter")
    assert "There is no file /missing." in seen(pilot)


async def test_tab_goes_on_from_a_known_address_that_was_typed_whole(open_app, press, burst):
    pilot = await open_app()
    await press(pilot, "c")
    await burst(pilot, *"suzuki@client.example", "tab", *"b@c.example", "tab")
    await press(pilot)
    draft = pilot.app.screen.draft
    assert (draft.to, draft.cc) == ("suzuki@client.example", "b@c.example")


async def test_tab_takes_the_path_that_is_offered(open_app, press, seen, tmp_path):
    (tmp_path / "plan.pdf").touch()
    pilot = await open_app((200, 24))
    await press(pilot, "c", "alt+a", f"'{tmp_path}/pl")
    await pilot.pause(0.05)
    await press(pilot, "tab", "enter")
    assert "Files    plan.pdf  84 kB" in seen(pilot)


async def test_discard_asks_first(open_app, press, seen, world):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "ctrl+s", "alt+d", "n")
    assert pilot.app.screen.draft.body == "text"
    await press(pilot, "alt+d", "y")
    assert "Inbox · work" in seen(pilot)
    assert world.drafts.kept == {}


@pytest.mark.parametrize(("key", "title"), [("r", "Reply ·"), ("a", "Reply to all ·"), ("f", "Forward ·")])
async def test_answers_open_the_composer(open_app, press, seen, key, title):
    pilot = await open_app()
    await press(pilot, key)
    assert title in seen(pilot)
    await press(pilot, "escape", "enter", key)
    assert title in seen(pilot)


async def test_a_terminal_that_cannot_run_an_editor_says_so(open_app, press, seen):
    pilot = await open_app(editor="true")
    await write(pilot, press)
    await press(pilot, "alt+e")
    assert "the text is as before" in seen(pilot)
    assert pilot.app.screen.draft.body == "text"


async def test_alt_f_sends_from_the_next_account(open_app, press, seen, world):
    world.accounts = (*world.accounts, replace(world.accounts[0], name="home"))
    pilot = await open_app()
    await press(pilot, "c", "alt+i")
    assert "New mail · home" in seen(pilot)
    assert pilot.app.screen.draft.account == "home"
    await press(pilot, "alt+i")
    assert pilot.app.screen.draft.account == "work"
    await press(pilot, "escape", "g")
    assert " work " in seen(pilot)
    assert " home " in seen(pilot)


async def test_quitting_while_the_composer_opens_is_safe(open_app, world, press):
    pilot = await open_app()
    await pilot.app.run_action("compose")
    await pilot.app.run_action("leave")
    assert world.closed


async def test_once_a_composer_was_asked_for_the_next_key_is_its_own(open_app):
    pilot = await open_app()
    await doors.write(pilot.app, pilot.app.desk, Draft("d1", "work"))
    assert pilot.app.focused is pilot.app.screen.query_one("#to").input


async def test_keys_in_one_burst_land_where_slow_ones_would(open_app, press, burst):
    pilot = await open_app()
    await press(pilot, "c")
    await burst(
        pilot, *"suz", "enter", *"da", "tab", "tab", *"x@y.example", "tab", "tab", *"Hi", "enter", *"text"
    )
    draft = pilot.app.screen.draft
    assert draft.to == "鈴木 一郎 <suzuki@client.example>, Dana Whitfield <dana@partner.example>, "
    assert (draft.cc, draft.bcc, draft.subject, draft.body) == ("x@y.example", "", "Hi", "text")
    await burst(pilot, *" on", "shift+tab", *"gh", "shift+tab", *"b@c.example")
    draft = pilot.app.screen.draft
    assert (draft.bcc, draft.subject, draft.body) == ("b@c.example", "High", "text on")


async def test_letters_typed_just_before_send_are_sent(open_app, press, burst, world):
    pilot = await open_app()
    await press(pilot, "c", "'a@b.example", "tab", "tab", "tab", "tab")
    await burst(pilot, *"the last word", "alt+s")
    assert [draft.body for draft in world.outbox.drafts_of.values()] == ["the last word"]


async def test_letters_typed_just_before_a_take_back_are_saved(open_app, press, burst, world):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "alt+s", "c", "'b@c.example", "tab", "tab", "tab", "tab")
    await burst(pilot, *"half a sen", "alt+u")
    assert "half a sen" in [draft.body for draft in world.drafts.kept.values()]


async def test_ctrl_s_also_keeps_one_copy_on_the_server(open_app, press, seen, world):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "ctrl+s", "'s", "ctrl+s")
    assert [(draft.body, draft.replaces) for draft in world.drafts.filed] == [
        ("text", None),
        ("texts", Ref("work", "Drafts", "1")),
    ]
    (kept,) = world.drafts.kept.values()
    assert kept.replaces == pilot.app.screen.draft.replaces == Ref("work", "Drafts", "2")
    assert "draft saved 1" in seen(pilot)


async def test_a_server_that_takes_no_draft_is_one_calm_line(open_app, press, seen, world):
    world.drafts.offline = True
    pilot = await open_app((120, 36))
    await write(pilot, press)
    await press(pilot, "ctrl+s")
    assert " Saved here; no copy on the server: imap.example.jp can't be reached." in seen(pilot)
    assert [draft.body for draft in world.drafts.kept.values()] == ["text"]
    assert "draft saved 1" in seen(pilot)


async def test_a_slow_server_brings_no_draft_back_that_was_sent_meanwhile(open_app, press, world):
    answer, asked = asyncio.Event(), asyncio.Event()

    async def slow(draft):
        asked.set()
        await answer.wait()
        await world.drafts.save(draft)
        return draft

    world.drafts.file = slow
    pilot = await open_app()
    await press(pilot, "c", "'a@b.example")
    pilot.app.post_message(Key("ctrl+s", None))
    await asked.wait()
    await press(pilot, "alt+s")
    answer.set()
    await press(pilot)
    assert world.drafts.kept == {}


async def test_a_time_is_chosen_in_words_stands_in_the_header_and_goes_with_the_mail(
    open_app, press, seen, world
):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "alt+l", "'tomorrow 9am")
    assert "09:00 JST (in " in seen(pilot)
    await press(pilot, "enter")
    assert " Leaves   " in seen(pilot)
    assert "alt+l change" in seen(pilot)
    assert pilot.app.screen.draft.schedule.typed == "tomorrow 9am"
    await press(pilot, "alt+s")
    (item,) = world.outbox.list.values()
    assert item.schedule.typed == "tomorrow 9am"
    assert item.left(world.now()) > 3600
    await press(pilot, "u")
    assert pilot.app.screen.draft.schedule == item.schedule
    assert " Leaves   " in seen(pilot)


async def test_a_suggestion_is_taken_with_the_arrow_keys(open_app, press, seen):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "alt+l")
    assert "> in 1 hour" in seen(pilot)
    await press(pilot, "down", "enter")
    assert pilot.app.screen.draft.schedule.typed == "tomorrow morning"


async def test_backspace_takes_the_time_away_again(open_app, press, seen, world):
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "alt+l", "enter", "shift+tab")
    assert "backspace clears" in seen(pilot)
    await press(pilot, "backspace")
    assert pilot.app.screen.draft.schedule is None
    assert " Leaves " not in seen(pilot)
    await press(pilot, "ctrl+s")
    assert [draft.schedule for draft in world.drafts.kept.values()] == [None]


async def test_a_time_that_has_passed_is_asked_about_at_send(open_app, press, seen, world):
    late = replace(WRITTEN, schedule=Schedule(world.now().wall - 60, "Asia/Tokyo", "9:00"))
    pilot = await open_app()
    pilot.app.call_later(doors.write, pilot.app, pilot.app.desk, late)
    await press(pilot)
    assert "has passed" in seen(pilot)
    await press(pilot, "alt+s")
    assert "The time it was to leave has passed." in seen(pilot)
    await press(pilot, "escape")
    assert world.outbox.list == {}
    await press(pilot, "alt+s", "l")
    assert "Leave when?" in seen(pilot)
    await press(pilot, "escape", "alt+s", "n")
    (item,) = world.outbox.list.values()
    assert item.schedule is None


async def test_what_a_rule_asks_is_a_question_that_enter_agrees_to(open_app, press, seen, world):
    world.outbox.decision = Decision(10.0, confirms=("rule: outside: Is this for the client?",))
    pilot = await open_app()
    await write(pilot, press)
    await press(pilot, "alt+s")
    assert "rule: outside: Is this for the client?" in seen(pilot)
    await press(pilot, "x", "escape")
    assert world.outbox.list == {}
    assert pilot.app.screen.draft.body == "text"
    await press(pilot, "alt+s", "enter")
    assert len(world.outbox.list) == 1
    assert "Inbox · work" in seen(pilot)


async def test_what_rules_would_do_is_one_line_before_send(open_app, press, seen, world):
    world.outbox.decision = Decision(10.0, delays=(Delay(60.0, "rule: outside mail"),))
    pilot = await open_app()
    await write(pilot, press)
    await pilot.pause(0.6)
    await press(pilot)
    assert " On Send  leaves after 1:00: hold 10 s + rule: outside mail" in seen(pilot)
    world.outbox.decision = Decision(10.0)
    await press(pilot, "'more")
    await pilot.pause(0.5)
    await press(pilot)
    assert "On Send" not in seen(pilot)


@pytest.mark.parametrize(
    ("cancellable", "words"),
    [(True, "it can still be taken back there"), (False, "it can NOT be taken back")],
)
async def test_a_server_keeps_it_only_after_it_was_said_what_that_means(
    open_app, press, seen, world, cancellable, words
):
    class Keeper:
        async def offer(self):
            return Offer(86_400.0, cancellable)

    world.accounts = (replace(world.accounts[0], keeper=Keeper()),)
    pilot = await open_app((100, 30))
    await write(pilot, press)
    await press(pilot, "alt+l")
    assert f"[ ] the server keeps it, this computer may be off; {words}" in seen(pilot)
    await press(pilot, "alt+k")
    assert "[x] the server keeps it" in seen(pilot)
    await press(pilot, "enter")
    assert pilot.app.screen.draft.schedule.by_server
    assert "the server keeps it" in seen(pilot)
    await press(pilot, "alt+l", "enter")
    assert not pilot.app.screen.draft.schedule.by_server


async def test_receipts_are_asked_for_by_a_switch_that_the_draft_keeps(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "c", "alt+r")
    assert "Receipts asked for: of delivery, and of reading where they agree" in seen(pilot)
    assert pilot.app.screen.draft.receipts
    await press(pilot, "'bob@example.jp", "alt+s")
    (draft,) = world.outbox.drafts_of.values()
    assert draft.receipts
    await press(pilot, "u")
    assert "Receipts asked for" in seen(pilot)
    await press(pilot, "alt+r")
    assert "Receipts" not in seen(pilot)
    assert not pilot.app.screen.draft.receipts
