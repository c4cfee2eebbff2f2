"""`tuimail incident` on a real home: lines for people, documented keys for programs."""

import asyncio
import csv
import io
import json

import pytest

from tuimail import paths
from tuimail.cli.main import main
from tuimail.mail.after.near_miss import Catch, NearMiss
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe
from tuimail.store.after import AfterFile

NOON = 1_795_262_520.0
MAIL = SentMail(
    "work",
    "<9@x>",
    Safe("Prices for spring"),
    NOON,
    Address("hanako@example.jp"),
    (Address("d@p.example", "Dana"),),
)
KEYS = {
    *("id", "zone", "noticed", "closed", "meant_for", "mail", "recipients", "steps", "deadlines", "recalls"),
    "trail",
}


def remember(*deeds):
    """Do something with the home's store."""

    async def go():
        places = paths.find(None)
        places.make()
        store = AfterFile(places.after)
        for deed in deeds:
            await deed(store)
        await store.close()

    asyncio.run(go())


@pytest.fixture
def incident(here, capsys):
    """A home with one incident; its id."""
    remember(lambda store: store.keep_sent(MAIL))
    assert main(["incident", "open", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["id"]


def asked(capsys, *args):
    assert main(["incident", *args]) == 0
    return capsys.readouterr().out


def test_one_is_opened_for_the_last_mail_and_listed(incident, capsys):
    (row,) = json.loads(asked(capsys, "list", "--json"))
    assert set(row) == {"id", "noticed", "closed", "message_id", "subject", "to_do"}
    assert (row["id"], row["message_id"], len(row["to_do"])) == (incident, "<9@x>", 8)
    assert asked(capsys, "list").split()[::2] == [incident, "0", "8", "for"]


@pytest.mark.parametrize("name", ["<9@x>", "9@x"])
def test_a_mail_is_named_by_its_message_id_and_has_one_incident(incident, capsys, name):
    assert json.loads(asked(capsys, "open", name, "--json"))["id"] == incident


def test_show_has_steps_people_and_trail(incident, capsys):
    assert set(json.loads(asked(capsys, "show", incident, "--json"))) == KEYS
    text = asked(capsys, "show", incident)
    assert "Prices for spring" in text
    assert "Dana <d@p.example>" in text
    assert text.count("[ ] ") == 8


def test_a_step_is_ticked_with_a_note_and_unticked(incident, capsys):
    data = json.loads(asked(capsys, "tick", incident, "call", "--note", "deleted", "--json"))
    (step,) = (step for step in data["steps"] if step["step"] == "call")
    assert step["done"]
    assert step["note"] == "deleted"
    assert "[ ] call" in asked(capsys, "tick", incident, "call", "--undo")


def test_a_note_stands_in_the_trail(incident, capsys):
    asked(capsys, "note", incident, "told", "the", "team")
    data = json.loads(asked(capsys, "note", incident, "no answer", "--step", "call", "--json"))
    assert [entry["why"] for entry in data["trail"][-2:]] == ["told the team", "no answer"]


def test_the_record_is_exported_in_each_form(incident, capsys):
    assert asked(capsys, "export", incident).startswith(f"# Misdirected mail: first report · {incident}")
    assert "メール誤送信" in asked(capsys, "export", incident, "--language", "ja")
    assert set(json.loads(asked(capsys, "export", incident, "--form", "json"))) == KEYS
    assert json.loads(asked(capsys, "export", incident, "--json"))["id"] == incident
    (row,) = csv.DictReader(io.StringIO(asked(capsys, "export", incident, "--form", "csv")))
    assert row["what"] == "opened"


def test_the_ledger_counts_and_holds_nothing_of_a_mail(here, capsys):
    assert asked(capsys, "ledger") == "Nothing was caught yet.\n"
    misses = [
        NearMiss("work", Catch.UNDO, NOON, left=4.0),
        NearMiss("work", Catch.RULE, NOON, "outside waits", 30.0),
    ]
    remember(*(lambda store, miss=miss: store.count(miss) for miss in misses))
    data = json.loads(asked(capsys, "ledger", "--json"))
    assert set(data) == {"count", "since", "caught", "cases"}
    assert set(data["cases"][0]) == {"at", "account", "by", "name", "left"}
    assert set(data["caught"][0]) == {"by", "name", "count", "median_left", "last"}
    assert "rule outside waits  median 30 s left" in asked(capsys, "ledger")


def test_an_undo_is_counted_and_a_drill_is_not(here, capsys):
    file = here.home / "letter.eml"
    file.write_bytes(b"From: hanako@example.jp\r\nTo: d@p.example\r\nSubject: x\r\n\r\ntext\r\n")
    assert main(["send", str(file)]) == 0
    assert main(["undo"]) == 0
    main(["drill", "--quick"])
    capsys.readouterr()
    assert json.loads(asked(capsys, "ledger", "--json"))["count"] == 1


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("show", "x"), 66, "there is no incident 'x'; tuimail incident list names them"),
        (("tick", "x", "call"), 66, "there is no incident"),
        (("export", "x"), 66, "there is no incident"),
        (("tick", "x", "dance"), 64, "invalid choice"),
        (("open",), 66, "nothing was sent from here yet"),
        (("open", "nothing"), 66, "names no mail that was sent"),
        (("open", "<nothing@x>"), 66, "names no mail that was sent"),
        ((), 64, "see tuimail incident --help"),
    ],
)
def test_what_can_not_be_done_is_one_line_and_a_code(here, capsys, args, code, said):
    assert main(["incident", *args]) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
