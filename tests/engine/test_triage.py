"""What a person does to messages: at once on the screen, on the server when it can be, and back with undo."""

import pytest
from engine.model_server import FLAGGED, SEEN, Mail
from engine.model_world import ACCOUNT, Killed, ModelWorld
from msgspec.structs import replace

from tuimail.engine.deeds.destinations import destination
from tuimail.mail.errors import MailboxError, OutboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.safe import Safe


@pytest.fixture
async def here(tmp_path):
    """Three messages in the inbox, a server that answers, and nobody else."""
    world = ModelWorld(tmp_path, 1)
    world.quiet = True
    for _ in range(3):
        world.new_mail()
    await world.sync.folders(ACCOUNT)
    await world.refresh("INBOX")
    yield world
    await world.close()


async def refs(world, folder="INBOX"):
    """By key."""
    page = await world.file.page(View(ACCOUNT, folder), 0, 100)
    return {str(envelope.subject): envelope.ref for envelope in page}


async def shown(world):
    return {key: rows[0] for key, rows in (await world.rows()).items()}


def there(world):
    return {key: (places[0][0], places[0][1].flags) for key, places in world.server.where().items()}


async def test_a_deed_is_on_disk_and_on_the_screen_before_the_server_hears_of_it(here):
    here.offline = True
    await here.triage.archive((await refs(here)).values())
    assert {folder for folder, _ in (await shown(here)).values()} == {"Archive"}
    assert len(await here.disk.all()) == 3
    assert {folder for folder, _ in there(here).values()} == {"INBOX"}
    assert here.triage.waiting().deeds == {ACCOUNT: 3}


async def test_then_the_server_hears_and_nothing_waits(here):
    await here.triage.archive((await refs(here)).values())
    await here.catch_up()
    assert {folder for folder, _ in there(here).values()} == {"Archive"}
    assert await here.disk.all() == ()
    assert all("~" not in ref.uid for ref in (await refs(here, "Archive")).values())


async def test_what_is_undone_before_the_server_heard_of_it_it_never_hears(here):
    here.offline = True
    await here.triage.flag((await refs(here)).values(), FLAGGED)
    await here.triage.move((await refs(here)).values(), "Work")
    assert await here.triage.undo() == "Taken back: moving 3 messages to Work."
    assert await here.triage.undo() == "Taken back: flagging 3 messages."
    assert await here.triage.undo() is None
    assert await here.disk.all() == ()
    assert set((await shown(here)).values()) == {("INBOX", frozenset())}
    assert {ref.uid for ref in (await refs(here)).values()} == {"1.1", "1.2", "1.3"}


async def test_what_was_done_is_undone_by_its_inverse_wherever_the_message_is_now(here):
    await here.triage.junk((await refs(here)).values())
    await here.catch_up()
    assert set(there(here).values()) == {("Junk", frozenset({"$Junk"}))}
    assert await here.triage.undo() == "Taken back: marking as junk 3 messages."
    await here.catch_up()
    assert set(there(here).values()) == {("INBOX", frozenset())}


async def test_one_key_on_many_messages_is_one_step(here):
    await here.triage.delete((await refs(here)).values())
    await here.triage.undo()
    assert await here.triage.undo() is None


async def test_what_was_begun_before_a_restart_can_be_undone_as_long_as_it_waits(here):
    here.offline = True
    await here.triage.archive((await refs(here)).values())
    await here.restart()
    assert here.triage.latest() == here.clock.now().wall
    assert await here.triage.undo() == "Taken back: archiving 3 messages."
    assert {folder for folder, _ in (await shown(here)).values()} == {"INBOX"}
    assert await here.disk.all() == ()


async def test_reading_is_no_step(here):
    await here.triage.flag((await refs(here)).values(), SEEN, undoable=False)
    assert here.triage.latest() is None
    assert await here.triage.undo() is None


async def test_what_is_in_the_trash_is_erased_and_that_can_not_be_taken_back(here):
    await here.triage.delete((await refs(here)).values())
    trash = tuple((await refs(here, "Trash")).values())
    assert set(await here.triage.would_erase(trash)) == set(trash)
    await here.triage.delete(trash)
    assert await here.triage.undo() == "Erasing 3 messages can't be taken back."
    await here.catch_up()
    assert not there(here)


async def test_a_message_that_moves_on_before_the_server_knows_takes_the_shortest_way(here):
    here.offline = True
    ref = (await refs(here))["m1"]
    await here.triage.move([ref], "Work")
    await here.triage.flag([ref], FLAGGED)
    await here.triage.archive([ref])
    here.offline = False
    await here.catch_up()
    assert there(here)["m1"] == ("Archive", FLAGGED)


async def test_a_message_that_another_program_took_away_is_told_once_and_left_alone(here):
    here.offline = True
    await here.triage.archive((await refs(here)).values())
    here.server.put("Work", here.server.take("INBOX", "m1"))
    here.server.take("INBOX", "m2")
    here.server.put("Junk", here.server.take("INBOX", "m3"))
    here.offline = False
    await here.catch_up()
    (told,) = here.notices
    gone, elsewhere = told.split("; ")
    assert gone == "work: 2 messages were already gone"
    assert elsewhere == "1 message was moved elsewhere by another program, and stays there."
    assert here.triage.waiting().deeds == {}


async def test_a_renumbered_folder_is_no_reason_to_touch_another_message(here):
    here.offline = True
    await here.triage.delete([(await refs(here))["m2"]])
    here.server.take("INBOX", "m1")
    here.server.renumber("INBOX")
    here.offline = False
    await here.catch_up()
    assert {key: folder for key, (folder, _) in there(here).items()} == {"m2": "Trash", "m3": "INBOX"}


async def test_what_a_server_refuses_for_good_is_told_and_shown_as_the_server_has_it(here):
    here.server.refuses = {"m2"}
    await here.triage.flag((await refs(here)).values(), FLAGGED)
    for _ in range(4):
        await here.catch_up()
    assert {key for key, (_, flags) in there(here).items() if flags} == {"m1", "m3"}
    assert (await shown(here))["m2"] == ("INBOX", frozenset())
    assert "not this one" in here.notices[-1]
    assert here.triage.waiting().deeds == {}
    assert len(here.triage.waiting().troubles) == 1


async def test_labels_are_gmails(here):
    with pytest.raises(MailboxError, match="no labels"):
        await here.triage.label((await refs(here)).values(), {"Work"})


async def test_a_full_disk_changes_nothing(here, monkeypatch):
    async def full(_):
        raise OutboxError("the disk is full")

    monkeypatch.setattr(here.disk, "add", full)
    with pytest.raises(OutboxError):
        await here.triage.archive((await refs(here)).values())
    assert {folder for folder, _ in (await shown(here)).values()} == {"INBOX"}
    assert here.triage.latest() is None


async def test_a_server_that_keeps_no_marks_says_so_once_and_the_junk_is_moved_all_the_same(here):
    here.server.keeps_keywords = False
    for ref in (await refs(here)).values():
        await here.triage.junk([ref])
        await here.catch_up()
    assert set(there(here).values()) == {("Junk", frozenset())}
    assert here.triage.waiting().deeds == {}
    (told,) = here.notices
    assert told == "work: the server keeps no marks such as $Junk (the server said no: no keywords here)."


async def test_a_message_is_seen_in_one_place_though_its_folder_was_renumbered(here):
    here.offline = True
    await here.triage.archive((await refs(here)).values())
    here.server.renumber("INBOX")
    here.offline = False
    await here.refresh("INBOX")
    assert {key: len(rows) for key, rows in (await here.rows()).items()} == {"m1": 1, "m2": 1, "m3": 1}
    await here.catch_up()
    await here.refresh("INBOX")
    await here.refresh("Archive")
    assert {folder for folder, _ in (await shown(here)).values()} == {"Archive"}
    assert here.server.where().keys() == (await shown(here)).keys()


async def test_a_mark_on_a_message_stays_though_its_folder_was_renumbered(here):
    here.offline = True
    await here.triage.flag((await refs(here)).values(), FLAGGED)
    here.server.renumber("INBOX")
    here.offline = False
    for _ in range(2):
        await here.refresh("INBOX")
        assert set((await shown(here)).values()) == {("INBOX", FLAGGED)}
    await here.catch_up()
    assert set(there(here).values()) == {("INBOX", FLAGGED)}


async def test_a_move_that_was_cut_and_changed_since_is_seen_in_its_last_place_alone(here):
    ref = (await refs(here))["m1"]
    await here.triage.move([ref], "Work")

    async def cut(*_):
        here.server.put("Work", here.server.take("INBOX", "m1"))
        raise MailboxError("cut")

    moving, here.server.move = here.server.move, cut
    await here.catch_up()
    here.server.move = moving
    await here.triage.archive([ref])
    await here.refresh("Work")
    assert (await here.rows())["m1"] == [("Archive", frozenset())]
    await here.catch_up()
    for name in ("Work", "Archive"):
        await here.refresh(name)
    assert (await here.rows())["m1"] == [("Archive", frozenset())] and there(here)["m1"][0] == "Archive"


async def test_a_message_seen_twice_and_moved_to_two_places_goes_where_it_was_last_moved(here):
    await here.triage.junk([(await refs(here))["m1"]])
    here.server.put("INBOX", here.server.take("INBOX", "m1"))
    here.clock.advance(1.0)
    await here.refresh("INBOX")
    await here.triage.archive([(await refs(here))["m1"]])
    await here.catch_up()
    for name in ("INBOX", "Junk", "Archive"):
        await here.refresh(name)
    assert (await here.rows())["m1"] == [there(here)["m1"]]
    assert there(here)["m1"][0] == "Archive"


async def test_what_can_not_be_told_from_others_any_more_is_shown_as_the_server_has_it(here):
    here.offline = True
    for _ in range(2):
        here.server.put("INBOX", Mail("same", "", 50.0))
    here.offline = False
    await here.refresh("INBOX")
    here.offline = True
    page = await here.file.page(View(ACCOUNT, "INBOX"), 0, 100)
    await here.triage.archive([next(each.ref for each in page if each.subject == "same")])
    here.server.renumber("INBOX")
    here.offline = False
    await here.catch_up()
    assert "left alone" in here.notices[-1]
    assert (await here.rows())["same"] == [("INBOX", frozenset())] * 2


async def test_a_missing_folder_is_called_as_its_japanese_siblings_are(here):
    folders = [Folder(ACCOUNT, "INBOX", Safe("INBOX"), Role.INBOX)]
    folders.append(Folder(ACCOUNT, "&kAFP4W4IMH8-", Safe("送信済み"), Role.SENT))
    await here.file.put_folders(ACCOUNT, folders)
    assert await destination(here.file, ACCOUNT, Role.TRASH) == "&MLQw33ux-"
    assert "ゴミ箱" in [folder.title for folder in await here.file.folders(ACCOUNT)]


async def test_what_another_program_took_while_it_was_away_here_does_not_come_back_with_undo(here):
    here.offline = True
    await here.triage.archive([(await refs(here))["m1"]])
    here.server.take("INBOX", "m1")
    here.offline = False
    await here.refresh("INBOX")
    await here.triage.undo()
    await here.refresh("INBOX")
    assert "m1" not in await here.rows()


async def test_what_another_program_marked_meanwhile_is_seen_though_a_mark_was_taken_back(here):
    ref = (await refs(here))["m1"]
    await here.triage.flag([ref], FLAGGED)
    await here.catch_up()
    await here.refresh("INBOX")
    here.server.boxes["INBOX"][1] = replace(here.server.boxes["INBOX"][1], flags=frozenset())
    await here.triage.flag([ref], (), FLAGGED)
    await here.refresh("INBOX")
    await here.triage.flag([ref], FLAGGED)
    await here.catch_up()
    await here.refresh("INBOX")
    assert (await shown(here))["m1"] == there(here)["m1"]


async def test_what_another_program_brought_where_it_was_to_go_stands_there_once(here, monkeypatch):
    here.server.put("Archive", here.server.take("INBOX", "m1"))
    await here.refresh("Archive")
    await here.triage.archive([(await refs(here))["m1"]])
    monkeypatch.setattr(here.server, "message_ids", _cut_in("Archive", here.server.message_ids))
    await here.catch_up()
    assert (await here.rows())["m1"] == [("Archive", frozenset())]
    await here.triage.move([(await refs(here, "Archive"))["m1"]], "Work")
    monkeypatch.undo()
    await here.catch_up()
    assert (await here.rows())["m1"] == [("Work", frozenset())] and there(here)["m1"][0] == "Work"


def _cut_in(folder, ask):
    async def cut(name, uids):
        if name == folder:
            raise MailboxError("cut")
        return await ask(name, uids)

    return cut


async def test_a_mark_stays_though_a_folder_was_renumbered_that_is_compared_as_a_whole(here):
    await here.triage.flag([(await refs(here))["m1"]], FLAGGED)
    await here.file.reach(ACCOUNT, "INBOX", None)
    here.server.renumber("INBOX")
    await here.refresh("INBOX")
    assert (await here.rows())["m1"] == [("INBOX", FLAGGED)]
    await here.catch_up()
    assert there(here)["m1"] == ("INBOX", FLAGGED)


async def test_a_deed_that_a_kill_kept_from_the_screen_is_shown_where_the_message_stands_by_now(
    here, monkeypatch
):
    await here.triage.archive([(await refs(here))["m1"]])
    here.offline = True
    await here.catch_up()
    here.offline = False
    here.server.put("Archive", here.server.take("INBOX", "m1"))
    await here.refresh("Archive")
    monkeypatch.setattr(here.file, "mark", _killed_once(here.file.mark))
    await here.live([here.triage.flag([(await refs(here, "Archive"))["m1"]], FLAGGED)])
    assert (await here.rows())["m1"] == [("Archive", FLAGGED)]


def _killed_once(mark):
    ends = iter((Killed,))

    async def killed(*arguments):
        for end in ends:
            raise end
        return await mark(*arguments)

    return killed


async def test_what_another_program_marked_while_it_was_away_here_is_seen_when_it_is_back(here):
    ref = (await refs(here))["m1"]
    await here.triage.archive([ref])
    here.offline = True
    await here.catch_up()
    here.offline = False
    here.server.boxes["INBOX"][1] = replace(here.server.boxes["INBOX"][1], flags=FLAGGED)
    await here.refresh("INBOX")
    await here.triage.move([ref], "INBOX")
    await here.catch_up()
    await here.refresh("INBOX")
    assert (await here.rows())["m1"] == [there(here)["m1"]] == [("INBOX", FLAGGED)]


async def test_a_round_does_not_vouch_for_what_was_doubted_while_it_looked(here):
    look = here.server.look

    async def doubted(folder, since):
        here.pending.doubt(ACCOUNT, folder)
        return await look(folder, since)

    here.server.look = doubted
    here.new_mail()
    await here.refresh("INBOX")
    assert await here.file.reached(ACCOUNT, "INBOX") is None
    here.server.look = look
    await here.refresh("INBOX")
    assert await here.file.reached(ACCOUNT, "INBOX") is not None


async def test_what_was_erased_before_a_kill_is_off_the_screen_though_it_stands_elsewhere_by_now(
    here, monkeypatch
):
    await here.triage.delete([(await refs(here))["m1"]])
    here.offline = True
    await here.catch_up()
    here.offline = False
    here.server.put("Trash", here.server.take("INBOX", "m1"))
    await here.refresh("Trash")
    monkeypatch.setattr(here.file, "drop", _killed_once(here.file.drop))
    await here.live([here.triage.delete([(await refs(here, "Trash"))["m1"]])])
    assert "m1" not in await here.rows()
