"""From the command line to a Microsoft 365 stand-in and back: verdicts, one request, its report."""

import asyncio
import json

import pytest
from cli.conftest import Shell

from tuimail import wiring
from tuimail.cli.main import main
from tuimail.cli.opened import settings
from tuimail.demo.exchange import Colleague, Fault, Group, Policy, StandIn, Tenant
from tuimail.mail.after.recall import RecallState
from tuimail.mail.hold.item import State

ME, KEN, OUT, LIST = "aiko@contoso.example", "ken@contoso.example", "bo@other.example", "all@contoso.example"
RECALL = "POST /me/mailFolders/sentitems/messages/*/recall"
CONFIG = """\
[outbox]
undo_seconds = 0

[[accounts]]
name = "work"
address = "{me}"
auth = "none"
graph = {{ url = "{url}" }}
"""


@pytest.fixture
def exchange():
    people = (Colleague("Aiko", ME), Colleague("Ken", KEN, away="back on Monday"))
    groups = (Group("All", LIST, (ME, KEN, OUT)),)
    with StandIn(Tenant(people, groups, policy=Policy(tokens=None)), ME) as running:
        yield running


@pytest.fixture
def run(tmp_path, monkeypatch, exchange, capsys):
    """Runs a command in a home of its own: exit code, what it printed, what it said."""
    shell = Shell(tmp_path)
    shell.config.write_text(CONFIG.format(me=ME, url=exchange.url))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in shell.env.items():
        monkeypatch.setenv(name, value)

    def command(*args):
        code = main(list(args))
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    return command


@pytest.fixture
def sent(run):
    """Sends a mail to these people by way of Graph; the id of its outbox item."""

    def send(*to, subject="Q3 numbers"):
        letter = f"From: {ME}\nTo: {', '.join(to)}\nSubject: {subject}\n\nConfidential.\n"
        return asyncio.run(_sent(letter.encode()))

    return send


async def _sent(letter):
    engine = wiring.build(*settings(None))
    item = await engine.outbox.send_raw("work", letter)
    await engine.start(mail=False)
    async with asyncio.timeout(10):
        while (await engine.outbox.item(item.id)).state is not State.SENT:
            await asyncio.sleep(0.01)
    await engine.close()
    return item.id


def test_a_recall_is_asked_for_and_its_report_is_attached(run, sent, exchange):
    item = sent(KEN)
    code, out, _ = run("recall", item, "--yes", "--wait", "5", "--json")
    page = json.loads(out)
    assert code == 0
    assert page["recall"]["state"] == "report received"
    [ken] = page["recipients"]
    assert (ken["verdict"], ken["reason"]) == ("can be asked", "same organisation, out of office")
    assert [each["what"] for each in ken["history"]] == ["requested", "report received"]
    assert len(exchange.log.recalls) == 1
    trail = json.loads(run("outbox", "show", item, "--json")[1])["trail"]
    assert [entry["why"] for entry in trail][-2:] == ["recall requested", "recall: report received"]


def test_a_dry_run_asks_for_nothing(run, sent, exchange):
    code, out, _ = run("recall", sent(KEN, OUT), "--dry-run")
    assert (code, exchange.log.recalls) == (0, [])
    assert "outside: would get a notice instead" in out
    assert "1 outside recipient cannot be recalled" in out


def test_yes_alone_never_mails_outsiders(run, sent, exchange):
    item = sent(KEN, OUT)
    code, out, said = run("recall", item, "--yes")
    assert (code, out) == (64, "")
    assert f"--notices-to {OUT}" in said
    assert run("recall", item, "--yes", "--notices-to", KEN)[0] == 64
    assert run("recall", item, "--notices-to", OUT)[0] == 64
    assert exchange.log.recalls == []
    code, out, _ = run("recall", item, "--yes", "--notices-to", OUT)
    assert (code, len(exchange.log.recalls)) == (0, 1)
    assert "notice probably sent" in out


def test_a_list_with_members_outside_is_named_too(run, sent, exchange):
    code, _, said = run("recall", sent(LIST), "--yes")
    assert (code, exchange.log.recalls) == (64, [])
    assert LIST in said


def test_mail_to_outsiders_alone_is_for_a_correction(run, sent, exchange):
    code, _, said = run("recall", sent(OUT), "--yes", "--notices-to", OUT)
    assert (code, exchange.log.recalls) == (69, [])
    assert "Recall cannot work outside your organisation" in said


def test_a_lost_answer_is_said_and_not_repeated(run, sent, exchange):
    item = sent(KEN)
    exchange.faults.add(RECALL, Fault.lost(), times=1)
    code, out, _ = run("recall", item, "--yes")
    assert (code, len(exchange.log.recalls)) == (69, 1)
    assert "may have been requested" in out
    code, _, said = run("recall", item, "--yes")
    assert (code, len(exchange.log.recalls)) == (69, 1)
    assert "before" in said
    assert run("recall", item, "--yes", "--again")[0] == 0
    assert len(exchange.log.recalls) == 2


def test_a_refusal_is_said_in_the_servers_words(run, sent, exchange):
    item = sent(KEN)
    exchange.faults.add(RECALL, Fault.answer(403), times=1)
    code, out, _ = run("recall", item, "--yes")
    assert code == 69
    assert "refused; nothing was asked" in out


def test_replacing_saves_the_original_as_a_draft(run, sent, tmp_path):
    code, out, _ = run("recall", sent(KEN), "--yes", "--replace", "--json")
    assert code == 0
    assert json.loads(out)["draft"]


def test_several_go_one_by_one_and_one_that_can_not_holds_none_up(run, sent, exchange):
    ids = [sent(KEN, subject="one"), sent(OUT, subject="two"), sent(KEN, subject="three")]
    code, out, said = run("recall", *ids, "--yes", "--json")
    assert (code, len(exchange.log.recalls)) == (69, 2)
    assert ["error" in page for page in json.loads(out)] == [False, True, False]
    assert "3 of 3: requested" in said


def test_the_result_goes_out_as_markdown_and_csv(run, sent):
    item = sent(KEN)
    assert run("recall", item, "--dry-run", "--export", "md")[1].startswith("# Q3 numbers")
    assert '"ken@contoso.example"' in run("recall", item, "--dry-run", "--export", "csv")[1]


def test_an_id_that_names_nothing_is_said(run, exchange):
    assert run("recall", "nothing", "--yes")[0] == 66


def test_switched_off_nothing_is_asked(run, sent, exchange, tmp_path):
    item = sent(KEN)
    config = tmp_path / ".config" / "tuimail" / "config.toml"
    config.write_text("[recall]\nenabled = false\n\n" + config.read_text())
    code, _, said = run("recall", item, "--yes")
    assert (code, exchange.log.recalls) == (69, [])
    assert "switched off" in said


@pytest.mark.parametrize(
    ("people", "typed", "code"),
    [((KEN,), "y", 0), ((KEN,), "", 1), ((KEN, OUT), "y", 1), ((KEN, OUT), "notices", 0)],
)
def test_a_person_at_a_terminal_is_shown_the_verdicts_and_asked(
    run, sent, exchange, monkeypatch, people, typed, code
):
    monkeypatch.setattr("tuimail.cli.screen.has_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: typed)
    said, out, _ = run("recall", sent(*people))
    assert (said, len(exchange.log.recalls)) == (code, 1 - code)
    assert "same organisation" in out
    assert ("would send a notice to bo@other.example" in out) is (OUT in people)


async def _asked_and_reported(letter):
    """A whole engine that reads mail by Graph: sends, asks, and waits until it found the report."""
    engine = wiring.build(*settings(None))
    await engine.start()
    item = await engine.outbox.send_raw("work", letter)
    async with asyncio.timeout(15):
        while (mail := await engine.sent.of_item(item.id)) is None:
            await asyncio.sleep(0.01)
        await engine.recalls.ask(mail, await engine.recalls.foresee(mail))
        while (await engine.recalls.known(mail.message_id))[0].state is not RecallState.REPORTED:
            await engine.mailbox.sync("work", await engine.sync.home("work"))
            await asyncio.sleep(0.02)
    page = await engine.recalls.page(mail)
    await engine.close()
    return mail, page


def test_an_engine_that_reads_mail_finds_the_report_by_itself(run, exchange, monkeypatch):
    monkeypatch.setattr("tuimail.engine.engine.AFTER_STARTS", 0.0)
    letter = f"From: {ME}\nTo: {KEN}\nSubject: Q3\n\nx\n".encode()
    mail, page = asyncio.run(_asked_and_reported(letter))
    assert mail.handle
    assert [row.state for row in page.rows] == ["report received"]
    assert len(exchange.log.recalls) == 1
    assert not exchange.org.mailbox(KEN).messages("inbox")


async def _read(letter, exchange):
    """Sends a mail that asks for receipts, has Ken read it, and looks for what came of it."""
    engine = wiring.build(*settings(None))
    await engine.start(mail=False)
    item = await engine.outbox.send_raw("work", letter)
    async with asyncio.timeout(15):
        while (mail := await engine.sent.of_item(item.id)) is None:
            await asyncio.sleep(0.01)
        exchange.org.run()
        exchange.org.read(KEN, mail.message_id)
        while not await engine.receipts.known(mail.message_id):
            await engine.mailbox.sync("work", await engine.sync.home("work"))
            await engine.receipts.look("work")
            await asyncio.sleep(0.01)
    page = await engine.recalls.page(mail)
    await engine.close()
    return page


def test_a_receipt_of_reading_stands_on_the_page(run, exchange):
    letter = f"From: {ME}\nTo: {KEN}\nDisposition-Notification-To: {ME}\nSubject: Q3\n\nx\n".encode()
    page = asyncio.run(_read(letter, exchange))
    assert [row.state for row in page.rows] == ["receipt said read"]
