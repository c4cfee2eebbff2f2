"""The drill: what it says when all is well, and that it says so when it is not."""

import json

import pytest

from tuimail.cli.main import main
from tuimail.engine.sending.outbox import Outbox
from tuimail.engine.writing.drafts import Drafts

STEPS = ["rules", "queued", "on disk", "held", "undone", "draft", "stayed", "tidied"]


def drilled(capsys, *args):
    code = main(["drill", "--quick", "--json", *args])
    return code, {step["about"]: (step["ok"], step["line"]) for step in json.loads(capsys.readouterr().out)}


def nothing_is_left(capsys) -> bool:
    assert main(["outbox", "list", "--json"]) == 0
    return json.loads(capsys.readouterr().out) == []


def add(here, text: str) -> None:
    here.config.write_text(here.config.read_text() + text)


def test_all_steps_hold_and_nothing_is_left(here, capsys):
    code, steps = drilled(capsys)
    assert (code, list(steps)) == (0, STEPS)
    assert all(ok for ok, _ in steps.values()), steps
    assert steps["queued"][1].startswith(tuple("0123456789abcdefghjkmnpqrstvwxyz"))
    assert nothing_is_left(capsys)


def test_it_is_done_in_the_account_named(here, capsys):
    _, steps = drilled(capsys, "--account", "home")
    assert "to hana@home.example" in steps["queued"][1]


def test_a_person_gets_a_line_for_each_step(here, capsys):
    assert main(["drill", "--quick"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["ok"] * len(STEPS)


def test_where_there_is_no_undo_window_it_is_scheduled_instead(here, capsys):
    here.config.write_text(here.config.read_text().replace("undo_seconds = 60", "undo_seconds = 0"))
    code, steps = drilled(capsys)
    assert (code, list(steps)) == (0, STEPS)
    assert "too short" in steps["rules"][1]
    assert "scheduled" in steps["held"][1]


def test_rules_that_pause_or_ask_are_told_of(here, capsys):
    add(here, '\n[[rules]]\nname = "drills rest"\nwhen = { subject = "drill" }\npause = true\n')
    add(here, '\n[[rules]]\nname = "sure?"\nwhen = { subject = "drill" }\nconfirm = "Is this a drill?"\n')
    code, steps = drilled(capsys)
    assert (code, list(steps)) == (0, STEPS), steps
    assert "2 were asked" in steps["rules"][1]
    assert "drills rest" in steps["held"][1]


def test_a_rule_that_refuses_is_a_wrong_step_and_nothing_is_left(here, capsys):
    add(here, '\n[[rules]]\nname = "no drills"\nwhen = { subject = "drill" }\nblock = "not today"\n')
    code, steps = drilled(capsys)
    assert (code, list(steps)) == (1, ["rules", "tidied"])
    assert not steps["rules"][0]
    assert nothing_is_left(capsys)


def test_an_undo_that_does_not_work_is_found_and_the_mail_is_paused(here, capsys, monkeypatch):
    async def useless(self, item_id=None):
        return None

    with monkeypatch.context() as broken:
        broken.setattr(Outbox, "undo", useless)
        code, steps = drilled(capsys)
    assert code == 1
    assert not steps["undone"][0]
    assert main(["outbox", "list", "--json"]) == 0
    assert [item["state"] for item in json.loads(capsys.readouterr().out)] == ["paused"]


@pytest.mark.parametrize("lost", ["bcc", "body", "cursor", "attachments"])
def test_a_draft_that_came_back_otherwise_is_found(here, capsys, monkeypatch, lost):
    from msgspec.structs import replace

    open_ = Drafts.open

    async def forgetful(self, draft_id):
        draft = await open_(self, draft_id)
        return draft and replace(draft, **{lost: type(getattr(draft, lost))()})

    monkeypatch.setattr(Drafts, "open", forgetful)
    code, steps = drilled(capsys)
    assert code == 1
    assert steps["draft"] == (False, f"differs in {lost}")


def test_an_outbox_that_can_t_be_written_is_a_wrong_step(here, capsys):
    folder = here.home / ".local/share/tuimail"
    (folder / "outbox.db").mkdir(parents=True)
    code, steps = drilled(capsys)
    assert code == 1
    assert not steps["error"][0]
