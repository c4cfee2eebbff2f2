import json
import os
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from tuimail.cli.main import main

RULES = """
[[rules]]
name = "outside mail waits a minute"
when = { external = true }
delay = "5m"

[[rules]]
name = "初めての相手"
when = { first_time = true, external = true }
until = "next working day 09:00"

[[rules]]
name = "quotes"
when = { attachment_names = "*見積*" }
add_bcc = "boss@example.jp"
"""

LETTER = """\
From: hanako@example.jp
To: suzuki@client.example
Subject: hello

text
"""


@pytest.fixture
def ruled(here):
    """A home with rules; `letter` is a mail to send."""
    with here.config.open("a") as config:
        config.write(RULES)
    (here.home / "letter").write_text(LETTER)
    return here


def said(capsys, *args, code=0):
    assert main([*args]) == code
    return capsys.readouterr()


def queued(capsys, letter):
    item_id = said(capsys, "send", str(letter)).out.strip()
    return json.loads(said(capsys, "outbox", "show", item_id, "--json").out)


def test_check_prints_the_rules_in_words(ruled, capsys):
    assert said(capsys, "rules", "check").out == (
        "  1  outside mail waits a minute\n     when somebody is outside\n     wait 5m\n"
        "  2  初めての相手\n     when somebody is outside and somebody was never written to\n"
        "     wait until next working day 09:00\n"
        "  3  quotes\n     when a file is called *見積*\n     blind copy to boss@example.jp\n"
    )


def test_check_without_rules_says_what_happens_then(here, capsys):
    assert "every mail waits for the undo window" in said(capsys, "rules", "check").out
    assert json.loads(said(capsys, "rules", "check", "--json").out) == []


def test_check_of_a_wrong_rule_names_file_line_and_key(ruled, capsys):
    ruled.config.write_text(ruled.config.read_text().replace('"5m"', '"soon"'))
    told = said(capsys, "rules", "check", code=78).err
    assert re.search(
        r'config\.toml:\d+: rules\.delay: "soon" is not accepted; accepted: a number and s', told
    )
    assert told.count("\n") == 1


def test_check_looks_at_a_file_that_is_not_in_use(here, capsys):
    (here.home / "more.toml").write_text(RULES.replace("external", "exterior"))
    told = said(capsys, "rules", "check", str(here.home / "more.toml"), code=78).err
    assert "more.toml:4: rules.when.exterior: there is no such key" in told
    assert said(capsys, "rules", "check", str(here.home / "nothing"), code=66).err.count("\n") == 1


def test_explain_tells_of_each_rule_and_of_what_follows(ruled, capsys):
    args = "rules", "explain", str(ruled.home / "letter"), "--at", "2030-11-22 18:30"
    out = said(capsys, *args).out
    assert (
        "  1  outside mail waits a minute: holds: wait 5m\n     yes external         outside: suzuki@c" in out
    )
    assert "     no  attachment_names no file has such a name\n" in out
    assert "leaves Mon 25 Nov 09:00:00, after 2d 14h 30m: rule: 初めての相手 · rule: outside mail" in out
    data = json.loads(said(capsys, *args, "--json").out)
    assert data["seconds"] == 2 * 86_400 + 14.5 * 3_600
    assert [rule["holds"] for rule in data["rules"]] == [True, True, False]


def test_explain_of_a_time_nobody_understands_is_wrong_usage(ruled, capsys):
    args = "rules", "explain", str(ruled.home / "letter"), "--at", "someday"
    assert said(capsys, *args, code=64).err.startswith("tuimail: --at: ")


def test_what_a_rule_delays_says_so_in_its_reasons_and_its_trail(ruled, capsys):
    ruled.config.write_text(ruled.config.read_text().replace("first_time = true", "recipients_over = 9"))
    item = queued(capsys, ruled.home / "letter")
    assert item["state"] == "waiting"
    assert 290 < item["seconds_left"] <= 300
    assert "rule: outside mail waits a minute" in item["why"]
    assert "rule: outside mail waits a minute · undo window 60 s" in item["trail"][0]["why"]


def test_a_rule_looks_at_whom_it_really_goes_to_and_not_at_the_header(ruled):
    done = ruled.run(
        "sendmail", "-i", "suzuki@client.example", stdin=b"To: hanako@example.jp\nSubject: x\n\nx\n"
    )
    assert done.returncode == 0
    (item,) = json.loads(ruled.run("outbox", "list", "--json").stdout)
    assert "rule: " in item["why"]


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda text: text.replace('"5m"', '"soon"'), r"config\.toml:\d+: rules\.delay: "),
        (lambda text: text.replace("[[rules]]", "[rules]", 1).split("[[rules]]")[0], "rules: "),
        (lambda text: 'rules_file = "gone.toml"\n' + text, r"gone\.toml: No such file"),
        (lambda text: text.replace("first_time", "findings"), "guards are not part of this version"),
    ],
)
def test_with_broken_rules_the_rest_works_and_what_is_sent_is_paused(ruled, capsys, break_it, reason):
    ruled.config.write_text(break_it(ruled.config.read_text()))
    item = queued(capsys, ruled.home / "letter")
    assert (item["state"], item["due"]) == ("paused", None)
    assert re.search(reason, item["why"])
    assert re.search(reason, item["trail"][0]["why"])
    assert said(capsys, "outbox", "now", item["id"]).out.endswith("leaves now\n")


def test_a_rule_that_blocks_queues_nothing(ruled, capsys):
    ruled.config.write_text(ruled.config.read_text().replace('delay = "5m"', 'block = "not from here"'))
    told = said(capsys, "send", str(ruled.home / "letter"), code=65)
    assert "rule: outside mail waits a minute: not from here" in told.err
    assert json.loads(said(capsys, "outbox", "list", "--json").out) == []


def test_a_blind_copy_is_in_the_envelope_and_not_in_the_bytes(ruled, capsys):
    ruled.config.write_text(ruled.config.read_text().replace('attachment_names = "*見積*"', ""))
    item = queued(capsys, ruled.home / "letter")
    assert [each["address"] for each in item["recipients"]] == ["suzuki@client.example", "boss@example.jp"]
    assert "rule: quotes: blind copy to boss@example.jp" in item["trail"][0]["why"]


def sent_mails(home):
    """Ten mails in Sent, an hour apart, to two people in turn; every fifth has a file."""
    folder = home / "Mail" / ".Sent" / "cur"
    for part in ("new", "cur", "tmp"):
        (folder.parent / part).mkdir(parents=True)
    for number in range(10):
        mail, at = EmailMessage(), 1_795_000_000 + 3_600 * number
        mail["From"], mail["Subject"] = "hanako@example.jp", f"mail {number}"
        mail["To"] = ["suzuki@client.example", "tanaka@example.jp"][number % 2]
        mail.set_content("text")
        if number % 5 == 0:
            mail.add_attachment(b"x", maintype="application", subtype="pdf", filename="見積書.pdf")
        path = folder / f"{at}.{number}.host:2,S"
        path.write_bytes(mail.as_bytes())
        os.utime(path, (at, at))


def test_try_tells_what_each_rule_would_have_held(ruled, capsys):
    sent_mails(ruled.home)
    files = sorted((ruled.home / "Mail").rglob("*:2,S"))
    out = said(capsys, "rules", "try").out
    assert "outside mail waits a minute: 5 of 10, held 5m\n" in out
    assert "in all 5 of 10 would have waited longer than the undo window\n" in out
    assert out.count("mail 8, to suzuki@client.example") == 1
    data = json.loads(said(capsys, "rules", "try", "--json", "--last", "4").out)
    assert (data["mails"], data["held"]) == (4, 2)
    assert [rule["mails"] for rule in data["rules"]] == [2, 0, 0]
    assert sorted((ruled.home / "Mail").rglob("*:2,S")) == files


def test_in_a_trial_a_first_time_is_one_as_of_the_date_of_the_mail(ruled, capsys):
    sent_mails(ruled.home)
    data = json.loads(said(capsys, "rules", "try", "--json").out)
    first = data["rules"][1]
    assert (first["mails"], first["examples"][0]["subject"]) == (1, "mail 0")
    assert data["rules"][2]["mails"] == 2


def test_try_without_a_sent_folder_says_so(ruled, capsys):
    assert "has no Sent folder" in said(capsys, "rules", "try", code=69).err
    assert said(capsys, "rules", "try", "--last", "0", code=64).err.count("\n") == 1


def keys(value):
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(inner)


def test_every_json_key_is_documented(ruled, capsys):
    sent_mails(ruled.home)
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    for args in (["check"], ["explain", str(ruled.home / "letter")], ["try"]):
        data = json.loads(said(capsys, "rules", *args, "--json").out)
        assert [key for key in keys(data) if f"`{key}`" not in page] == []


def test_a_start_loads_nothing_of_what_rules_are_made_of(ruled):
    code = (
        "import sys, asyncio\nfrom tuimail.cli.opened import opened\n"
        "async def start():\n    async with opened(None):\n        pass\n"
        "asyncio.run(start())\n"
        "names = ['rule_keys', 'rule_values', 'mail.rule.rule', 'mail.rule.rules', 'mail.when.understood']\n"
        "sys.exit(' '.join(name for name in names if f'tuimail.{name}' in sys.modules) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ruled.env)
    assert done.returncode == 0, done.stderr


def test_doctor_tells_of_the_rules(ruled, capsys):
    assert "3 in force" in said(capsys, "doctor", "--offline").out
    ruled.config.write_text(ruled.config.read_text().replace('"5m"', '"soon"'))
    told = said(capsys, "doctor", "--offline", code=1).out
    assert re.search(r"wrong  rules +.*config\.toml:\d+: rules\.delay: .*What you send is paused", told)
