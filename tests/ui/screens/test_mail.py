import pytest
from msgspec.structs import replace

from tuimail.engine.news import NewMail, Synced
from tuimail.mail.errors import OutboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe
from tuimail.ui.widgets.message_list import MessageList


async def test_the_inbox_stands_there_newest_first(open_app, seen):
    shown = seen(await open_app()).split("\n")
    assert "Inbox · work" in shown[0]
    assert "34 unread of 100" in shown[0]
    assert "● 12:02   鈴木 一郎             見積書の件（至急） 0" in shown[2]
    assert shown[-1].startswith(" c compose  r reply")


async def test_the_cursor_moves_by_letters_arrows_and_screens(open_app, press):
    pilot = await open_app()
    messages = pilot.app.screen.query_one(MessageList)
    places = []
    for key in ("j", "down", "k", "pagedown", "G", "up", "home"):
        await press(pilot, key)
        places.append(messages.cursor)
    assert places == [1, 2, 1, 1 + messages.size.height - 1, 99, 98, 0]


async def test_ten_thousand_messages_are_read_by_the_page(open_app, press, world, seen):
    world.mailbox.rows = [world.mailbox.envelope(n) for n in range(10_000)]
    pilot = await open_app()
    await press(pilot, "G")
    assert "9999" in seen(pilot)
    assert len(world.mailbox.asked) <= 4


async def test_rows_above_leave_the_cursor_on_its_message(open_app, press, world):
    pilot = await open_app()
    messages = pilot.app.screen.query_one(MessageList)
    for _ in range(3):
        await press(pilot, "j")
    here = messages.current.ref
    world.mailbox.add(*(world.mailbox.envelope(n, "new") for n in range(500, 505)))
    await press(pilot)
    assert (messages.cursor, messages.current.ref) == (8, here)


async def test_a_message_that_went_leaves_the_cursor_where_it_was(open_app, press, world):
    pilot = await open_app()
    messages = pilot.app.screen.query_one(MessageList)
    await press(pilot, "j", "j")
    del world.mailbox.rows[2]
    world.mailbox.add()
    await press(pilot)
    assert messages.cursor == 2
    assert messages.current.ref.uid == "3"


async def test_search_narrows_as_one_types_and_escape_shows_all_again(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "slash", "'nigh")
    await pilot.pause(0.1)
    await press(pilot)
    assert "20 with “nigh”" in seen(pilot)
    assert "Contract" not in seen(pilot)
    await press(pilot, "enter")
    assert "c compose" in seen(pilot)
    assert "20 with “nigh”" in seen(pilot)
    await press(pilot, "escape")
    assert "34 unread of 100" in seen(pilot)


async def test_escape_while_typing_a_search_shows_everything(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "slash", "'nothing at all")
    await pilot.pause(0.1)
    await press(pilot)
    assert "Nothing found." in seen(pilot)
    await press(pilot, "escape")
    assert "34 unread of 100" in seen(pilot)
    assert "find" not in seen(pilot).split("\n")[-1].split("g folders")[0].replace("/ find", "")


async def test_folders_come_and_go_where_there_is_little_room(open_app, press, seen, world):
    pilot = await open_app()
    assert "Archive" not in seen(pilot)
    await press(pilot, "g")
    assert "Archive" in seen(pilot)
    assert "enter takes it" in seen(pilot)
    await press(pilot, "down", "down", "enter")
    assert "Archive · work" in seen(pilot)
    assert "No mail here yet." in seen(pilot)
    assert world.mailbox.synced == [("work", "Archive")]
    assert world.follow.shown == [("work", "Archive")]
    assert pilot.app.screen.query_one(MessageList).view == View("work", "Archive")


async def test_the_title_says_when_what_is_shown_was_last_synced(open_app, press, seen, world):
    pilot = await open_app()
    world.newsroom.announce(Synced("work", "Archive"))
    await press(pilot)
    assert "synced" not in seen(pilot)
    world.newsroom.announce(Synced("work", "INBOX"))
    await press(pilot)
    assert "synced " in seen(pilot).split("\n")[0]


async def test_escape_leaves_the_folders_as_they_were(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "g", "down", "escape")
    assert "Inbox · work" in seen(pilot)
    assert "Archive" not in seen(pilot)


async def test_a_wide_screen_has_folders_and_a_preview(open_app, press, seen):
    pilot = await open_app((160, 40))
    await pilot.pause(0.2)
    await press(pilot)
    assert "Archive" in seen(pilot)
    assert "いつもお世話になっております。" in seen(pilot)


async def test_the_first_message_is_previewed_without_a_key(open_app, press, seen):
    pilot = await open_app((120, 36))
    await pilot.pause(0.2)
    await press(pilot)
    preview = seen(pilot).split("From     鈴木 一郎 <suzuki@client.example>")[1]
    assert "Files    見積書.pdf 84 kB, terms.txt 900 B" in preview
    assert "いつもお世話になっております。" in preview
    assert "Cc" not in preview


async def test_a_message_in_drafts_opens_in_the_composer(open_app, press, seen, world):
    drafts = Folder("work", "INBOX", Safe("Drafts"), Role.DRAFTS)

    async def folders(account):
        return (replace(drafts, role=Role.INBOX), drafts)

    world.mailbox.folders = folders
    pilot = await open_app()
    await press(pilot, "g", "down", "enter", "j", "enter")
    assert "New mail · work" in seen(pilot)
    assert pilot.app.screen.draft.replaces == Ref("work", "INBOX", "1")


async def test_m_marks_read_and_unread(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "m")
    assert "33 unread" in seen(pilot)
    await press(pilot, "m")
    assert "34 unread" in seen(pilot)


async def test_the_palette_has_every_action_of_the_place(open_app, press, seen):
    pilot = await open_app((80, 50))
    await press(pilot, "ctrl+p")
    await pilot.pause(0.3)
    from textual.command import CommandList

    found = pilot.app.screen.query_one(CommandList)
    words = [str(found.get_option_at_index(n).prompt) for n in range(found.option_count)]
    assert any("compose" in line for line in words)
    assert any("theme tuimail-dark" in line for line in words)


async def test_an_action_from_the_palette_is_done(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "ctrl+p", "'answer the send")
    await pilot.pause(0.3)
    await press(pilot, "enter", "enter")
    await pilot.pause(0.2)
    await press(pilot)
    assert "Reply · work" in seen(pilot)


async def test_a_key_map_gives_an_action_another_key(open_app, press, seen):
    pilot = await open_app(keymap={"compose": "w"})
    assert "w compose" in seen(pilot)
    await press(pilot, "w")
    assert "New mail" in seen(pilot)


async def test_a_cache_that_fails_is_one_line_and_the_keys_go_on(open_app, press, seen, world):
    async def broken(view):
        raise OutboxError("cache.db can't be read: disk I/O error.")

    pilot = await open_app()
    world.mailbox.count = broken
    world.mailbox.add()
    await press(pilot)
    assert "! cache.db can't be read" in seen(pilot)
    await press(pilot, "j")
    assert pilot.app.screen.query_one(MessageList).cursor == 1


@pytest.mark.parametrize("bell", [True, False])
async def test_new_mail_rings_the_bell_when_it_is_to(open_app, seen, world, monkeypatch, bell):
    pilot = await open_app()
    rung = []
    monkeypatch.setattr(pilot.app, "bell", lambda: rung.append(1))
    world.newsroom.announce(NewMail("work", 2, bell=bell))
    await pilot.pause()
    assert "2 new in work" in seen(pilot)
    assert bool(rung) is bell


async def test_what_was_said_does_not_wait_under_a_screen_that_was_opened_since(open_app, press, seen):
    pilot = await open_app()
    await pilot.pause(0.5)
    await press(pilot, "Z")
    assert "Conversations; z unfolds one." in seen(pilot)
    await press(pilot, "question_mark", "escape")
    assert "Conversations" not in seen(pilot) and "c compose" in seen(pilot)


async def test_a_reader_that_is_made_behind_the_list_takes_no_words_away(open_app, press, seen):
    pilot = await open_app()
    pilot.app.screen.say("Something happened.")
    await pilot.pause(0.6)
    assert pilot.app.is_screen_installed("reader")
    assert "Something happened." in seen(pilot)
