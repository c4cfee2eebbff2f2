"""The list as conversations, and what keys do to one, several or all of them."""

import pytest
from msgspec.structs import replace

from tuimail.engine.news import AccountOffline, AccountOnline, FolderChanged, Progress
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Flag, Ref
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.screens.reader import ReaderScreen
from tuimail.ui.widgets.message_list import MessageList

SEEN = frozenset({Flag.SEEN})


@pytest.fixture
def talk(world):
    """Ten messages: three conversations of two to four, and one that stands alone; all read but one."""
    rows = []
    for number, key in enumerate((1, 2, 1, 3, 1, 2, 1, 3, 3, 4)):
        one = world.mailbox.envelope(number, f"talk {key} no {number}")
        flags = frozenset() if number == 4 else SEEN
        parent = {1: "<6@x>", 2: "<5@x>", 3: "<8@x>", 4: ""}[key]
        rows.append(
            replace(
                one, thread=key, flags=flags, message_id=f"<{number}@x>", in_reply_to=parent, attached=False
            )
        )
    world.mailbox.rows = rows
    return rows


def shown(text, start=2, stop=12):
    return [row for row in text.split("\n")[start:stop] if row.strip()]


async def test_a_conversation_is_one_row_with_its_number(open_app, seen, talk):
    rows = shown(seen(await open_app(threads=True)))
    assert len(rows) == 4
    assert "talk 1 no 0" in rows[0]
    assert rows[0].startswith(" ●")
    assert [row.split()[-1] for row in rows] == ["4", "2", "3", "9"]


async def test_z_unfolds_in_place_and_folds_again(open_app, press, seen, talk):
    pilot = await open_app(threads=True)
    await press(pilot, "j", "z")
    rows = shown(seen(pilot))
    assert "talk 2 no 5" in rows[1]
    assert "└─ talk 2 no 1" in rows[2]
    assert "talk 3 no 3" in rows[3]
    messages = pilot.app.screen.query_one(MessageList)
    assert messages.cursor == 1
    await press(pilot, "j", "z")
    assert len(shown(seen(pilot))) == 4
    assert messages.cursor == 1


async def test_an_unfolded_conversation_takes_in_what_comes(open_app, press, seen, talk, world):
    pilot = await open_app(threads=True)
    await press(pilot, "z")
    new = replace(world.mailbox.envelope(20, "talk 1 new"), thread=1, in_reply_to="<6@x>", received=2e9)
    world.mailbox.add(new)
    await press(pilot)
    assert "└─ talk 1 new" in seen(pilot)


async def test_shift_z_turns_the_folder_flat_and_back_and_that_is_remembered(open_app, press, seen, talk):
    pilot = await open_app()
    assert len(shown(seen(pilot))) == 10
    await press(pilot, "Z")
    assert len(shown(seen(pilot))) == 4
    assert "threads" in seen(pilot).split("\n")[0]
    await press(pilot, "g", "down", "enter", "g", "up", "enter")
    assert len(shown(seen(pilot))) == 4


async def test_the_cursor_stays_on_its_message_when_the_list_turns(open_app, press, talk):
    pilot = await open_app()
    messages = pilot.app.screen.query_one(MessageList)
    await press(pilot, "j", "j", "j", "Z")
    assert (messages.cursor, messages.current.ref.uid) == (2, "3")
    await press(pilot, "Z")
    assert messages.current.thread == 3


async def test_enter_opens_the_first_unread_of_a_conversation_or_the_newest(open_app, press, seen, talk):
    pilot = await open_app(threads=True)
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, ReaderScreen)
    assert "talk 1 no 4" in seen(pilot)
    await press(pilot, "escape", "j", "enter")
    assert "talk 2 no 1" in seen(pilot)
    await press(pilot, "p")
    assert "talk 2 no 5" in seen(pilot)


async def test_a_folded_conversation_goes_as_a_whole_an_unfolded_one_by_the_message(
    open_app, press, seen, talk, world
):
    pilot = await open_app(threads=True)
    await press(pilot, "j", "e")
    assert world.triage.done == [("Archive", (Ref("work", "INBOX", "5"), Ref("work", "INBOX", "1")))]
    assert "Archived 2 · u takes them back" in seen(pilot)
    await press(pilot, "z", "j", "d")
    assert (
        world.triage.done[1] == ("Trash", (Ref("work", "INBOX", "8"),)) or len(world.triage.done[1][1]) == 1
    )


async def test_what_is_archived_goes_at_once_and_the_cursor_stays_at_the_place(open_app, press, seen, world):
    pilot = await open_app()
    messages = pilot.app.screen.query_one(MessageList)
    await press(pilot, "j", "e", "e")
    assert [refs[0].uid for _, refs in world.triage.done] == ["1", "2"]
    assert (messages.cursor, messages.current.ref.uid) == (1, "3")
    assert "Archived · u takes it back" in seen(pilot)


async def test_keys_sent_at_once_each_find_the_list_as_the_one_before_left_it(open_app, burst, world):
    pilot = await open_app()
    await burst(pilot, "e", "j", "e", "e")
    assert [refs[0].uid for _, refs in world.triage.done] == ["0", "2", "3"]


async def test_marked_messages_are_what_keys_act_on(open_app, press, seen, world):
    pilot = await open_app()
    messages = pilot.app.screen.query_one(MessageList)
    await press(pilot, "t", "j", "t", "k")
    assert "2 marked of 100" in seen(pilot)
    assert shown(seen(pilot))[0].startswith("+●")
    world.mailbox.add(world.mailbox.envelope(500, "new"))
    await press(pilot)
    assert "2 marked of 101" in seen(pilot)
    here = messages.current.ref
    await press(pilot, "e")
    assert sorted(ref.uid for ref in world.triage.done[0][1]) == ["0", "2"]
    assert "Archived 2 · u takes them back" in seen(pilot)
    assert messages.current.ref.uid == "3" if here.uid == "2" else messages.current.ref == here
    assert "marked" not in seen(pilot)


async def test_all_of_the_view_are_marked_also_those_not_loaded(open_app, press, seen, world):
    world.mailbox.rows = [world.mailbox.envelope(n) for n in range(1_000)]
    pilot = await open_app()
    await press(pilot, "T")
    assert "1,000 marked of 1,000" in seen(pilot)
    await press(pilot, "m")
    assert all(row.seen for row in world.mailbox.rows)
    assert "1,000 marked" in seen(pilot)
    await press(pilot, "T")
    assert "0 unread of 1,000" in seen(pilot)


async def test_escape_lets_go_of_the_marks(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "t", "escape")
    assert "34 unread of 100" in seen(pilot)


async def test_deleting_asks_only_where_it_would_erase(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "d")
    assert world.triage.done[-1][0] == "Trash"
    world.mailbox.rows = [
        replace(row, ref=Ref("work", "INBOX" if n else "Trash", str(n)))
        for n, row in enumerate(world.mailbox.rows)
    ]
    pilot.app.screen.query_one(MessageList).show(View("", ""))
    await press(pilot, "d")
    assert "Erase this message for good?" in seen(pilot)
    await press(pilot, "n")
    assert len(world.triage.done) == 1
    await press(pilot, "d", "y")
    assert len(world.triage.done) == 2
    assert "Erased" in seen(pilot)


async def test_a_question_says_its_keys_below_it(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "y")
    assert [row.strip() for row in seen(pilot).splitlines()[-2:]] == [
        "Label (-name takes it off):",
        "enter go on  esc leave it",
    ]


async def test_moving_asks_where_and_offers_the_last_place_first(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "M")
    assert "move to" in seen(pilot)
    await press(pilot, "'arch", "enter")
    assert world.triage.done[-1] == ("Archive", (Ref("work", "INBOX", "0"),))
    assert "Moved to Archive · u takes it back" in seen(pilot)
    await press(pilot, "M", "enter")
    assert world.triage.done[-1] == ("Archive", (Ref("work", "INBOX", "1"),))
    await press(pilot, "M", "escape")
    assert len(world.triage.done) == 2


async def test_in_the_reader_the_next_message_takes_the_place_of_one_that_went(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "enter", "e", "n", "e", "n")
    assert [refs[0].uid for _, refs in world.triage.done] == ["0", "2"]
    assert pilot.app.screen.envelope().ref.uid == "4"
    await press(pilot, "escape")
    assert pilot.app.screen.query_one(MessageList).current.ref.uid == "4"


async def test_junk_and_labels(open_app, press, world):
    pilot = await open_app()
    await press(pilot, "exclamation_mark", "y", "'-偶数", "enter")
    assert world.triage.done[0][0] == "Junk"
    assert world.triage.done[1] == ("label", (Ref("work", "INBOX", "1"),), frozenset(), {"偶数"})


async def test_next_unread_goes_on_through_the_folders(open_app, press, seen, world):
    world.mailbox.rows = [
        replace(row, flags=frozenset() if n in (2, 50) else SEEN) for n, row in enumerate(world.mailbox.rows)
    ]
    folders = (
        Folder("work", "INBOX", Safe("Inbox"), Role.INBOX, 100, 2),
        Folder("work", "Projects", Safe("Projects"), Role.NONE, 5, 4),
    )

    async def known(account):
        return folders

    world.mailbox.folders = known
    pilot = await open_app()
    messages = pilot.app.screen.query_one(MessageList)
    await press(pilot, "N")
    assert messages.cursor == 2
    await press(pilot, "N")
    assert messages.cursor == 50
    await press(pilot, "P")
    assert messages.cursor == 2
    await press(pilot, "N", "N")
    assert "No more unread here · again: 4 in Projects · work" in seen(pilot)
    await press(pilot, "N")
    assert "Projects · work" in seen(pilot).split("\n")[0]


async def test_the_order_is_asked_for_and_stands_in_the_title(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "S", "o")
    assert "oldest first" in seen(pilot).split("\n")[0]
    assert "99" in shown(seen(pilot))[0]


async def test_typing_narrows_the_folders(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "g", "'sen")
    assert "Archive" not in seen(pilot)
    await press(pilot, "enter")
    assert "Sent · work" in seen(pilot)


async def test_reading_is_told_and_can_be_stopped(open_app, press, seen, world):
    pilot = await open_app()
    world.newsroom.announce(Progress("work", "INBOX", 12_400, 100_000))
    await press(pilot)
    assert "reading 12,400 of 100,000 · esc stops" in seen(pilot)
    await press(pilot, "escape")
    assert world.sync.stopped == [("work", "INBOX")]


async def test_an_account_whose_server_does_not_answer_is_said_to_be_offline(open_app, press, seen, world):
    pilot = await open_app()
    world.newsroom.announce(AccountOffline("work", world.now().wall, line("no route")))
    await press(pilot)
    assert "offline since" in seen(pilot).split("\n")[0]
    world.newsroom.announce(AccountOnline("work"))
    await press(pilot)
    assert "offline" not in seen(pilot)


async def test_a_flood_of_news_is_a_few_looks(open_app, press, world):
    pilot = await open_app()
    asked = len(world.mailbox.asked)
    for _ in range(200):
        world.newsroom.announce(FolderChanged("work", "INBOX"))
        await pilot.pause(0)
    assert len(world.mailbox.asked) - asked <= 6


async def test_rows_are_there_before_the_cursor_is(open_app, press, world, burst, seen):
    world.mailbox.rows = [world.mailbox.envelope(n) for n in range(5_000)]
    pilot = await open_app()
    await burst(pilot, "end", "home", "end")
    assert "4999" in seen(pilot)
    assert pilot.app.screen.query_one(MessageList).current is not None


async def test_a_preview_that_can_not_be_had_shows_no_other_message(open_app, press, seen, world):
    pilot = await open_app((160, 40))
    await pilot.pause(0.2)
    letter = world.mailbox.letter

    async def unreachable(ref):
        raise MailboxError("The server can't be reached; of this message only the header is kept here.")

    world.mailbox.letter = unreachable
    await press(pilot, "j")
    await pilot.pause(0.2)
    await press(pilot)
    assert "The server can't be reached" in seen(pilot)
    assert "いつもお世話に" not in seen(pilot)
    world.mailbox.letter = letter


async def test_what_was_done_to_several_says_how_many_behind_the_verb(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "t", "t", "exclamation_mark")
    assert "Marked 2 as junk · u takes them back" in seen(pilot)
