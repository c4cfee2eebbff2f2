"""The verbs of `tuimail outbox`: one after the other, on one item or on several."""

import asyncio
import json

import pytest
from builders import NOW

from tuimail import paths
from tuimail.cli.main import main
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import move
from tuimail.store.outbox import OutboxFile

LETTER = (
    b"From: hanako@example.jp\nTo: suzuki@client.example\nBcc: tanaka@example.jp\nSubject: lunch\n\nNoon?\n"
)


@pytest.fixture
def ask(here, capsys):
    """Runs `tuimail outbox …`: the exit code, what it printed, what it said on stderr."""

    def run(*args: str):
        code = main(["outbox", *args])
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    return run


@pytest.fixture
def queue(here, capsys):
    """Queues a mail; its id."""
    file = here.home / "letter.eml"
    file.write_bytes(LETTER)

    def run(*args: str) -> str:
        assert main(["send", str(file), *args]) == 0
        return capsys.readouterr().out.strip()

    return run


@pytest.fixture
def listed(ask):
    """The items by id, as `outbox list --json` has them."""
    return lambda: {item["id"]: item for item in json.loads(ask("list", "--json")[1])}


def become(item_id: str, **changes) -> None:
    """The item as a sender would leave it."""

    async def act() -> None:
        store = OutboxFile(paths.find().outbox)
        item = await store.item(item_id)
        why = changes.pop("why", "as it was left")
        assert await store.move(move(item, item.due or NOW, why, **changes))
        await store.close()

    asyncio.run(act())


def test_now_on_several_says_what_could_not_be_done_and_does_the_rest(ask, queue, listed):
    first, second = queue(), queue()
    code, out, err = ask("now", first, "nothing", second)
    assert code == 66
    assert out == f"{first} leaves now\n{second} leaves now"
    assert "there is no item 'nothing'" in err
    assert {item["seconds_left"] for item in listed().values()} == {0}


def test_several_are_an_array_and_one_is_an_object(ask, queue):
    first, second = queue(), queue()
    assert json.loads(ask("pause", first, "--json")[1]) == {"id": first}
    code, out, _ = ask("pause", first, second, "--json")
    assert code == 69
    failed, done = json.loads(out)
    assert done == {"id": second}
    assert failed["id"] == first
    assert "is paused: it does not wait" in failed["error"]


def test_a_span_makes_it_wait_longer(ask, queue, listed):
    item = queue()
    before = listed()[item]["seconds_left"]
    code, out, _ = ask("later", item, "10m")
    assert code == 0
    assert out.startswith(f"{item} leaves 20")
    assert before + 590 < listed()[item]["seconds_left"] <= 660
    assert listed()[item]["schedule"] is None


def test_words_for_a_time_schedule_it_and_what_was_understood_is_said(ask, queue, listed):
    item = queue()
    code, out, _ = ask("later", item, "in", "3", "hours")
    assert code == 0
    assert out.startswith(f"{item} leaves ")
    assert out.endswith("(in 3 h)")
    schedule = listed()[item]["schedule"]
    assert schedule["typed"] == "in 3 hours"
    assert schedule["by_server"] is False
    assert schedule["at"] == listed()[item]["due"]


def test_japanese_words_are_answered_in_japanese(ask, queue):
    assert ask("later", queue(), "3時間後")[1].endswith("（あと3時間）")


def test_words_that_are_not_understood_change_nothing(ask, queue, listed):
    item = queue()
    code, _, err = ask("later", item, "when", "pigs", "fly")
    assert code == 64
    assert "“when pigs fly” is not understood" in err
    assert listed()[item]["reasons"] == ["undo window 60 s"]


def test_a_paused_one_goes_on_after_the_undo_window(ask, queue, listed):
    item = queue()
    assert ask("release", item)[0] == 69
    assert ask("pause", item)[1] == f"{item} rests until you release it: tuimail outbox release {item}"
    assert (listed()[item]["state"], listed()[item]["due"]) == ("paused", None)
    assert ask("release", item)[0] == 0
    assert 55 < listed()[item]["seconds_left"] <= 60


def test_what_failed_is_tried_again_and_what_waits_is_not(ask, queue, listed):
    item = queue()
    code, _, err = ask("retry", item)
    assert (code, err) == (69, f"tuimail: {item} is waiting: it has not failed; nothing was changed")
    become(item, state=State.FAILED, due=None)
    assert ask("retry", item)[1] == f"{item} is tried again now"
    assert (listed()[item]["state"], listed()[item]["seconds_left"]) == ("waiting", 0)


@pytest.mark.parametrize(("how", "state"), [("sent", "sent"), ("again", "waiting")])
def test_one_that_was_probably_sent_is_settled_by_its_user(ask, queue, listed, how, state):
    item = queue()
    assert ask("settle", item, how)[0] == 69
    become(item, state=State.UNSURE)
    assert ask("settle", item, how)[0] == 0
    assert listed()[item]["state"] == state


def test_settle_takes_no_other_answer(ask, queue):
    assert ask("settle", queue(), "perhaps")[0] == 64


def test_several_are_taken_back(ask, queue, listed):
    first, second, third = queue(), queue(), queue()
    code, out, _ = ask("undo", first, third)
    assert (code, out) == (0, "taken back to Drafts: lunch\ntaken back to Drafts: lunch")
    assert [listed()[item]["state"] for item in (first, second, third)] == ["undone", "waiting", "undone"]


def test_edit_without_a_terminal_says_where_the_draft_is(ask, queue, listed):
    item = queue()
    assert ask("edit") == (0, "taken back to Drafts: lunch; open it from the drafts of tuimail", "")
    assert listed()[item]["state"] == "undone"
    assert ask("edit", item)[0] == 69


def test_edit_in_a_terminal_opens_the_composer_on_the_draft(ask, queue, monkeypatch):
    from tuimail.cli import screen

    opened = []
    monkeypatch.setattr(screen, "has_terminal", lambda: True)
    monkeypatch.setattr(screen, "write", lambda config, draft: opened.append(draft) or 0)
    queue()
    assert ask("edit") == (0, "", "")
    assert len(opened) == 1


def test_a_batch_is_what_one_program_sent_off(ask, queue, listed, monkeypatch):
    from tuimail.cli import send

    ids = []
    for batch in ("older", "newer", "newer", "newer"):
        monkeypatch.setattr(send, "batch", lambda batch=batch: batch)
        ids.append(queue())
    become(ids[2], state=State.SENT, due=None)
    code, out, _ = ask("undo", "--batch")
    assert (code, out) == (69, "2 taken back to Drafts, 1 too late")
    assert [listed()[item]["state"] for item in ids] == ["waiting", "undone", "sent", "undone"]
    code, out, _ = ask("undo", "--batch", "--json")
    assert (code, json.loads(out)) == (0, {"taken_back": [ids[0]], "too_late": []})
    assert ask("undo", "--batch")[0] == 69


def test_a_batch_and_ids_do_not_go_together(ask, queue):
    code, _, err = ask("undo", "--batch", queue())
    assert code == 64
    assert "leave out the ids" in err


def test_a_mail_to_leave_at_a_time_is_scheduled(queue, listed, here, capsys):
    item = queue("--at", "in 2 hours")
    assert 7_190 < listed()[item]["seconds_left"] <= 7_200
    assert listed()[item]["schedule"]["typed"] == "in 2 hours"
    assert main(["send", str(here.home / "letter.eml"), "--at", "tomorow"]) == 64
    assert "is not understood" in capsys.readouterr().err
    assert len(listed()) == 1


def test_what_a_rule_asks_is_paused_unless_it_is_said_yes_to(here, capsys, queue, listed):
    rule = '\n[[rules]]\nname = "sure?"\nwhen = {}\nconfirm = "To the right person?"\n'
    here.config.write_text(here.config.read_text() + rule)
    assert main(["send", str(here.home / "letter.eml")]) == 0
    said = capsys.readouterr()
    assert "paused, " in said.err
    assert "To the right person?" in said.err
    assert f"tuimail outbox release {said.out.strip()}" in said.err
    assert listed()[said.out.strip()]["state"] == "paused"
    agreed = queue("--yes")
    assert listed()[agreed]["state"] == "waiting"


def test_show_tells_all_that_holds_it(ask, queue):
    item = queue("--at", "in 2 hours")
    out = ask("show", item)[1]
    assert "scheduled: in 2 hours" in out
    assert "also undo window 60 s" in out


def test_what_rests_is_said_before_the_items_with_the_id_to_act_on(ask, queue):
    item = queue()
    become(item, state=State.FAILED, due=None, why="550 no such user")
    first, second = ask("list")[1].splitlines()
    assert first == f"! lunch: 550 no such user · change it, or try again [{item}]"
    assert second.startswith(f"{item}  failed")
