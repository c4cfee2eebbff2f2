"""`tuimail correct`: what puts right a mail that left, from the command line."""

import asyncio
import json
from pathlib import Path

import pytest
from builders import NOW

from tuimail import paths
from tuimail.cli.exits import DATA, NO_INPUT, USAGE
from tuimail.cli.main import main
from tuimail.mail.hold.item import Recipient, Standing, State
from tuimail.mail.hold.move import move
from tuimail.store.outbox import OutboxFile

LETTER = """\
From: 山田花子 <hanako@example.jp>
To: 鈴木 一郎 <suzuki@client.example>, tanaka@example.jp
Bcc: anna@supplier.example
Subject: 見積書の件
Date: Sun, 22 Nov 2026 10:07:00 +0900

鈴木様

お世話になっております。
打ち合わせは10月5日（月）です。
"""


@pytest.fixture
def run(here, capsys):
    """Runs `tuimail …`: the exit code, what it printed, what it said on stderr."""

    def ask(*args: str):
        code = main(list(args))
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    return ask


@pytest.fixture
def left(here, capsys):
    """A mail that has left; the id of its item."""
    file = here.home / "letter.eml"
    file.write_text(LETTER, "utf-8")
    assert main(["send", "--yes", str(file)]) == 0
    item_id = capsys.readouterr().out.strip()

    async def leave() -> None:
        places = paths.find()
        store = OutboxFile(places.outbox, places.outbox_mark)
        item = await store.item(item_id)
        reached = tuple(Recipient(one.spec, Standing.ACCEPTED) for one in item.recipients)
        assert await store.move(move(item, NOW, "250 ok", state=State.SENT, due=None, recipients=reached))
        await store.close()

    asyncio.run(leave())
    return item_id


def drafts_of(run, *args):
    code, out, err = run("correct", *args, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_the_last_mail_sent_is_put_right_in_its_own_language_and_thread(run, left):
    one, blind = drafts_of(run, "--reason", "other")
    assert one["subject"] == "【訂正】見積書の件" and one["corrects"].endswith("@example.jp>")
    assert one["to"] == ["suzuki@client.example", "tanaka@example.jp"]
    assert blind["to"] == ["anna@supplier.example"] and blind["cc"] == blind["bcc"] == []
    assert "-- \n" not in one["body"] and "2026年11月22日（日）10:07" in one["body"]


def test_drafts_are_kept_and_their_ids_printed_but_not_with_print(run, left):
    code, out, _ = run("correct", left, "--reason", "e", "--to", "each")
    assert code == 0 and len(out.split()) == 3
    code, out, _ = run("correct", left, "--reason", "early", "--to", "each", "--print")
    assert code == 0 and out.count("Subject: 【お詫び】見積書の件（作成途中の誤送信）") == 3
    assert len(asyncio.run(kept())) == 3


async def kept():
    places = paths.find()
    store = OutboxFile(places.outbox, places.outbox_mark)
    try:
        return await store.drafts()
    finally:
        await store.close()


def test_an_edited_text_is_a_wrong_content_and_its_differences_are_listed(run, left, here):
    file = here.home / "edited.txt"
    file.write_text(LETTER.partition("\n\n")[2].replace("5日（月）", "6日（火）"), "utf-8")
    (one, _) = drafts_of(run, "--edited", str(file), "--to", "all")
    assert one["reason"] == "content" and "誤：10月5日（月）\n正：10月6日（火）" in one["body"]


def test_a_wrong_person_is_asked_in_english_without_a_word_of_the_mail(run, left):
    code, out, _ = run("correct", "--reason", "wrong-person", "--lang", "en", "--print")
    assert code == 0 and "Apology: email sent to you in error" in out
    assert "tanaka" not in out and "打ち合わせ" not in out
    code, _, err = run("correct", "--reason", "wrong-person")
    assert code == 0 and "--reason resend" in err and "--reason meant-for" in err


def test_blind_copies_for_all_whose_addresses_were_visible(run, left):
    (one,) = drafts_of(run, "--reason", "addresses", "--to", "all")
    assert (one["to"], len(one["bcc"])) == ([], 3) and one["body"].startswith("各位\n")


def test_chosen_people_and_a_file_to_go_along(run, left, here):
    file = here.home / "見積書_v2.pdf"
    file.write_bytes(b"%PDF")
    (one,) = drafts_of(run, "--reason", "attachment", "--attach", str(file), "--to", "tanaka@example.jp")
    assert (one["to"], one["attachments"]) == (["tanaka@example.jp"], ["見積書_v2.pdf"])


def test_the_right_person_and_the_one_it_was_about_get_mail_of_their_own(run, left):
    (again,) = drafts_of(run, "--reason", "resend", "--to", "sato@client.example")
    assert again["subject"] == "見積書の件" and "打ち合わせは10月5日（月）です。" in again["body"]
    (about,) = drafts_of(run, "--reason", "meant-for", "--to", "sato@client.example", "--wording", "inside")
    assert about["to"] == ["sato@client.example"] and "打ち合わせ" not in about["body"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ([], USAGE, "say what was wrong with --reason: wrong-person"),
        (["--reason", "wrong-persn"], USAGE, "did you mean wrong-person?"),
        (["nosuch", "--reason", "other"], NO_INPUT, "names no mail that was sent"),
        (["--reason", "other", "--to", "bob"], DATA, "is not an address"),
        (["--reason", "attachment", "--attach", "/nowhere.pdf"], NO_INPUT, "/nowhere.pdf"),
        (["--edited", "/nowhere.txt"], NO_INPUT, "/nowhere.txt"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_keeps_nothing(run, left, args, code, said):
    got, out, err = run("correct", *args)
    assert (got, out) == (code, "") and said in err and "\n" not in err
    assert asyncio.run(kept()) == ()


def test_a_template_is_copied_edited_and_counts_from_then_on(run, left):
    code, out, _ = run("templates", "copy", "other.ja.outside")
    assert code == 0
    text = Path(out).read_text("utf-8")
    assert "【訂正】{bare_subject}" in text
    Path(out).write_text(text.replace("【訂正】", "【重要】"), "utf-8")
    assert drafts_of(run, "--reason", "other")[0]["subject"] == "【重要】見積書の件"
    assert run("templates", "copy", "other.ja.outside")[0] != 0
    _, out, _ = run("templates", "list", "--json")
    mine = [one["name"] for one in json.loads(out) if one["own"]]
    assert mine == ["correction/other.ja.outside"]
    assert "【重要】" in run("templates", "show", "other.ja.outside")[1]


def test_a_template_that_is_not_there_is_told_with_the_near_one(run):
    code, _, err = run("templates", "show", "othr.ja.outside")
    assert code == NO_INPUT and "did you mean other.ja.outside?" in err


def test_a_new_file_is_a_new_reason(run, left, here):
    folder = here.config.parent / "templates" / "correction"
    folder.mkdir(parents=True)
    (folder / "late-answer.ja.txt").write_text("Subject: 【お詫び】遅延\n\n{addressee}\n", "utf-8")
    assert drafts_of(run, "--reason", "late-answer")[0]["subject"] == "【お詫び】遅延"
