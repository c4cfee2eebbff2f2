import json
import re
from pathlib import Path

import pytest

from tuimail.cli.main import main
from tuimail.cli.outbox import VERBS

LETTER = """\
From: 山田花子 <hanako@example.jp>
To: suzuki@client.example
Bcc: tanaka@example.jp
Subject: 見積書送付

本文
""".encode()

ITEM_KEYS = {
    *("id", "account", "state", "why", "subject", "sender", "recipients", "message_id", "size"),
    *("queued", "due", "seconds_left", "tries", "filing", "reasons", "schedule", "batch", "stopped"),
}
CONCERN_KEYS = {"about", "account", "id", "count", "asks", "line"}
NOBODY = "! nobody sends on this computer; one mail waits · open tuimail, or start its agent\n"


@pytest.fixture
def queued(here, capsys):
    """A home with one held mail; its id."""
    file = here.home / "letter.eml"
    file.write_bytes(LETTER)
    assert main(["send", str(file)]) == 0
    return capsys.readouterr().out.strip()


def listed(capsys):
    assert main(["outbox", "list", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_send_prints_the_id_and_says_how_it_comes_back(here, capsys):
    file = here.home / "letter.eml"
    file.write_bytes(LETTER)
    assert main(["send", str(file)]) == 0
    said = capsys.readouterr()
    assert re.fullmatch(r"[0-9a-z]{8}\n", said.out)
    assert f"tuimail undo {said.out.strip()}" in said.err
    assert "it leaves when tuimail or its agent runs" in said.err


def test_the_outbox_is_for_its_owner_only(queued, here):
    folder = here.home / ".local" / "share" / "tuimail"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_list_and_show_print_the_documented_keys(queued, capsys):
    (item,) = listed(capsys)
    assert set(item) == ITEM_KEYS
    assert (item["id"], item["state"], item["subject"]) == (queued, "waiting", "見積書送付")
    assert [r["address"] for r in item["recipients"]] == ["suzuki@client.example", "tanaka@example.jp"]
    assert 0 < item["seconds_left"] <= 60
    assert main(["outbox", "show", queued, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert set(shown) == {*ITEM_KEYS, "trail"}
    assert set(shown["trail"][0]) == {"at", "from", "to", "why", "answer"}


def test_every_json_key_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    keys = {*ITEM_KEYS, *CONCERN_KEYS, "trail", "at", "from", "to", "answer", "draft", "about", "error"}
    keys |= {"zone", "typed", "by_server", "taken_back", "too_late"}
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_every_outbox_command_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    assert [name for name in VERBS if f"`tuimail outbox {name}" not in page] == []


def test_the_list_for_a_person_has_a_line_for_each_item(queued, capsys):
    assert main(["outbox", "list"]) == 0
    row = rf"{queued}  in .*見積書送付.*2 people.*undo window 60 s\n"
    assert re.fullmatch(re.escape(NOBODY) + row, capsys.readouterr().out)


def test_what_rests_can_be_asked_for_alone(queued, capsys):
    assert main(["outbox", "concerns"]) == 0
    assert capsys.readouterr().out == NOBODY.removeprefix("! ")
    assert main(["outbox", "concerns", "--json"]) == 0
    (concern,) = json.loads(capsys.readouterr().out)
    assert set(concern) == CONCERN_KEYS
    assert (concern["about"], concern["asks"], concern["count"]) == ("nobody_sends", False, 1)


def test_undo_takes_the_newest_back(queued, capsys):
    assert main(["undo"]) == 0
    assert capsys.readouterr().out == "taken back to Drafts: 見積書送付\n"
    assert [item["state"] for item in listed(capsys)] == ["undone"]


def test_nothing_to_undo_is_said(here, capsys):
    assert main(["undo"]) == 69
    assert "nothing was taken back" in capsys.readouterr().err


def test_now_ends_the_wait(queued, capsys):
    assert main(["outbox", "now", queued]) == 0
    capsys.readouterr()
    assert listed(capsys)[0]["seconds_left"] == 0


def test_what_is_still_to_leave_is_not_deleted(queued, capsys):
    assert main(["outbox", "delete", queued]) == 69
    assert f"tuimail undo {queued}" in capsys.readouterr().err
    assert main(["undo", queued]) == 0
    assert main(["outbox", "delete", queued]) == 0
    capsys.readouterr()
    assert listed(capsys) == []


def test_an_id_that_nothing_has_is_said(here, capsys):
    assert main(["outbox", "show", "zzz"]) == 66
    assert "there is no item 'zzz'" in capsys.readouterr().err


def test_the_account_is_the_one_of_from_or_the_one_named(here, capsys):
    file = here.home / "letter.eml"
    file.write_bytes(LETTER.replace(b"hanako@example.jp", b"hana@home.example"))
    assert main(["send", str(file)]) == 0
    assert main(["send", str(file), "--account", "work"]) == 0
    capsys.readouterr()
    assert [item["account"] for item in listed(capsys)] == ["work", "home"]


def test_a_message_to_nobody_is_not_queued(here, capsys):
    file = here.home / "letter.eml"
    file.write_bytes(b"From: hanako@example.jp\nSubject: x\n\ntext\n")
    assert main(["send", str(file)]) == 65
    assert capsys.readouterr().err.count("\n") == 1
    assert listed(capsys) == []


def test_sendmail_queues_from_stdin_and_prints_nothing_on_stdout(shell):
    done = shell.run("sendmail", "-t", "-i", stdin=LETTER)
    assert (done.returncode, done.stdout) == (0, b"")
    (item,) = json.loads(shell.run("outbox", "list", "--json").stdout)
    assert [r["address"] for r in item["recipients"]] == ["suzuki@client.example", "tanaka@example.jp"]


def test_sendmail_with_given_recipients_keeps_to_them(shell):
    args = ("-oem", "-oi", "-f", "hana@home.example", "--", "anna@supplier.example")
    assert shell.run("sendmail", *args, stdin=LETTER).returncode == 0
    (item,) = json.loads(shell.run("outbox", "list", "--json").stdout)
    assert [r["address"] for r in item["recipients"]] == ["anna@supplier.example"]
    assert (item["account"], item["sender"]) == ("home", "hana@home.example")


def test_cron_mail_to_root_comes_to_you(shell):
    args = ("-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root")
    assert shell.run("sendmail", *args, stdin=b"Subject: cron\n\nout\n").returncode == 0
    (item,) = json.loads(shell.run("outbox", "list", "--json").stdout)
    assert [r["address"] for r in item["recipients"]] == ["hanako@example.jp"]


def test_a_wrong_configuration_has_its_own_code(here, capsys):
    here.config.write_text("[outbox]\nundo = 3\n")
    assert main(["outbox", "list"]) == 78
    assert "config.toml:2: outbox.undo:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args", [["outbox", "list"], ["show", "letter.eml"], ["doctor", "--offline"], ["send", "letter.eml"]]
)
def test_a_command_without_a_screen_never_loads_textual(here, args):
    import subprocess
    import sys

    (here.home / "letter.eml").write_bytes(LETTER)
    code = (
        "import sys; from tuimail.cli.main import main\n"
        f"assert main({args!r}) == 0\nassert 'textual' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=here.env, cwd=here.home
    )
    assert done.returncode == 0, done.stderr
