"""The page of a recall: verdicts first, one question, then what came of it, with the keys it shows."""

import asyncio
import json

import pytest
import recalling
from msgspec.structs import replace

from tuimail.engine.account import Accounts
from tuimail.engine.news import AfterChanged
from tuimail.mail.after.recall import Lost, NotAsked, RecallState
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Kind
from tuimail.mail.hold.item import State
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe
from tuimail.ui.screens import doors
from tuimail.ui.screens.incident import IncidentScreen
from tuimail.ui.screens.recall import RecallScreen
from tuimail.ui.widgets.edge import KeyBar

NOON = 1_795_262_520.0
AIKO, KEN = Address("aiko@home.example.jp", "愛子"), Address("ken@work.example.jp")
ANNA = Address("anna@supplier.example", "Kowalska, Anna")
MAIL = SentMail("work", "<9@x>", Safe("Q3 numbers"), NOON - 600, Address("hanako@example.jp"), (AIKO, KEN))
OUTSIDE = replace(MAIL, message_id="<8@x>", cc=(ANNA,))


@pytest.fixture
def exchange(world):
    return recalling.on(world)


@pytest.fixture
def on_page(open_app, exchange):
    """The page of a mail."""

    async def start(pressed, mail=MAIL, size=(80, 24)):
        pilot = await open_app(size)
        await doors.recall(pilot.app, pilot.app.desk, mail)
        await pressed(pilot)
        return pilot

    return start


async def test_everybody_has_a_verdict_before_anything_is_asked(on_page, press, seen, exchange):
    shown = seen(await on_page(press, OUTSIDE))
    assert "Ask back: Q3 numbers · sent" in shown
    assert "to 3 people" in shown
    assert " aiko@home.example.jp  can be asked    same organisation" in shown
    assert " anna@supplier.example can't           outside: would get a notice instead" in shown
    assert shown.count("draws attention to it") == 1
    assert "A correction reaches everyone." in shown
    assert not exchange.recalled


async def test_it_is_asked_once_after_a_yes_and_called_requested_no_more(on_page, press, seen, exchange):
    pilot = await on_page(press)
    await press(pilot, "a")
    assert "Ask Exchange to delete the copies of 2 recipients?" in seen(pilot)
    await press(pilot, "n")
    assert not exchange.recalled
    await press(pilot, "a", "y")
    assert len(exchange.recalled) == 1
    shown = seen(pilot)
    assert "can be asked    requested" in shown
    assert "Recall requested." in shown
    assert "recalled" not in shown


async def test_whoever_would_get_a_notice_is_named_in_the_question(on_page, press, seen, exchange):
    pilot = await on_page(press, OUTSIDE)
    await press(pilot, "a")
    assert "would be sent a notice that draws attention to it:\n anna@supplier.example" in seen(pilot)
    await press(pilot, "y")
    assert len(exchange.recalled) == 1
    assert "notice probably sent" in seen(pilot)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (None, "It was asked for before (requested)."),
        (Lost("connection reset"), "It may have been requested already: the answer was lost."),
    ],
)
async def test_asking_once_more_takes_a_question_of_its_own(on_page, press, seen, exchange, outcome, words):
    exchange.outcomes = [outcome] if outcome else []
    pilot = await on_page(press, OUTSIDE)
    await press(pilot, "a", "y", "a")
    asked = " ".join(seen(pilot).split())
    assert words in asked
    assert "anna@supplier.example. Ask Exchange once more?" in asked
    await press(pilot, "escape")
    assert len(exchange.recalled) == 1


async def test_a_lost_answer_is_unsure_and_said_so(on_page, press, seen, exchange):
    exchange.outcomes = [Lost("connection reset")]
    pilot = await on_page(press)
    await press(pilot, "a", "y")
    assert "may have been requested" in seen(pilot)
    assert "The answer was lost: a recall may have been requested." in " ".join(seen(pilot).split())


async def test_a_refusal_has_the_servers_words(on_page, press, seen, exchange):
    exchange.outcomes = [NotAsked(403, "Message Recall is disabled for this organization")]
    pilot = await on_page(press)
    await press(pilot, "a", "y")
    shown = " ".join(seen(pilot).split())
    assert "The recall was refused; nothing was asked." in shown
    assert "Exchange says: 403 Message Recall is disabled for this organization" in shown


async def test_what_went_wrong_stays_until_something_else_is_tried(on_page, press, seen, exchange):
    exchange.in_sent = False
    pilot = await on_page(press)
    await press(pilot, "a", "y", "j")
    words = "! It is not in Sent Items, or not yet; nothing was asked. Try again in a minute."
    assert words in " ".join(seen(pilot).split())
    exchange.in_sent = True
    await press(pilot, "a", "y")
    assert words not in " ".join(seen(pilot).split())
    assert len(exchange.recalled) == 1


@pytest.mark.parametrize(
    ("kind", "people", "words"),
    [
        (Kind.WORK, (ANNA,), "Recall cannot work outside your organisation. A correction reaches everyone."),
        (Kind.PERSONAL, (KEN,), "Whether recall works for personal Microsoft accounts is not proven"),
    ],
)
async def test_where_nothing_can_be_asked_the_key_is_not_shown_and_says_why(
    on_page, press, seen, exchange, kind, people, words
):
    exchange.kind = kind
    pilot = await on_page(press, replace(MAIL, to=people))
    shown = " ".join(seen(pilot).split())
    assert words in shown
    assert "a ask Exchange" not in shown
    assert "R replace" not in shown
    assert seen(pilot).splitlines()[-1].startswith(" C correct")
    await press(pilot, "a")
    assert words[:60] in " ".join(seen(pilot).splitlines()[-2:])
    assert not exchange.recalled


async def test_without_graph_signing_in_is_what_is_said(on_page, press, seen, world, exchange):
    bare = Accounts({"work": replace(world.accounts[0], kind=Kind.UNSIGNED)})
    world.recalls._accounts = bare
    pilot = await on_page(press, replace(MAIL, to=(Address("bo@example.jp"),)))
    shown = " ".join(seen(pilot).split())
    assert "Sign in to Microsoft Graph to enable recall (docs/accounts.md)." in shown
    assert "a ask Exchange" not in shown


async def test_while_it_is_asked_it_is_not_asked_again(on_page, press, seen, exchange):
    answered = asyncio.Event()
    exchange.before_answer = answered.wait
    pilot = await on_page(press)
    pilot.app.screen.action_ask()
    await press(pilot)
    pilot.app.screen.dismiss(True)
    for _ in range(20):
        await pilot.pause(0.02)
        if exchange.recalled:
            break
    await pilot.pause(0.05)
    pilot.app.screen.action_ask()
    await pilot.pause(0)
    assert isinstance(pilot.app.screen, RecallScreen)
    answered.set()
    await press(pilot)
    assert len(exchange.recalled) == 1
    assert "requested" in seen(pilot)


async def test_the_report_is_read_and_the_page_is_there_again_after_it(on_page, press, seen, world):
    async def envelope(ref):
        return next(row for row in world.mailbox.rows if row.ref == ref)

    pilot = await on_page(press)
    world.mailbox.envelope = envelope
    assert "r report" not in seen(pilot)
    await press(pilot, "a", "y", "r")
    assert "No report came yet." in seen(pilot)
    (recall,) = await world.recalls.known("<9@x>")
    ref = Ref("work", "INBOX", "3")
    came = replace(
        recall, version=recall.version + 1, state=RecallState.REPORTED, report=ref, reported=NOON + 60
    )
    assert await world.after.put_recall(came)
    world.newsroom.announce(AfterChanged("<9@x>"))
    await asyncio.sleep(0.35)
    await press(pilot)
    assert "report received" in seen(pilot)
    await press(pilot, "r")
    assert "nightly passed 3" in seen(pilot)
    await press(pilot, "escape")
    assert isinstance(pilot.app.screen, RecallScreen)
    pilot.app.screen.query_one(KeyBar).hush()
    await press(pilot)
    assert "r report" in seen(pilot)


@pytest.mark.parametrize(("key", "end"), [("m", "md"), ("c", "csv"), ("j", "json")])
async def test_the_page_is_saved_in_the_download_folder(on_page, press, seen, world, key, end):
    pilot = await on_page(press, OUTSIDE)
    await press(pilot, "E", key)
    path = f"/home/hanako/Downloads/recall Q3 numbers.{end}"
    assert f"Saved as {path}" in seen(pilot)
    text = world.saved[path].decode()
    assert "anna@supplier.example" in text
    if end == "json":
        assert json.loads(text)["course"] == "confirm"
    if end == "csv":
        assert text.startswith("\ufeff")


async def test_all_that_is_known_of_one_recipient_stands_below(on_page, press, seen):
    pilot = await on_page(press, OUTSIDE)
    await press(pilot, "a", "y", "j", "j")
    shown = seen(pilot)
    assert " Kowalska, Anna <anna@supplier.example>" in shown
    assert " can't: outside: would get a notice instead" in shown


async def test_the_incident_of_the_mail_is_one_key_away(on_page, press, world):
    pilot = await on_page(press)
    await press(pilot, "i")
    assert isinstance(pilot.app.screen, IncidentScreen)


async def test_on_a_tiny_terminal_the_question_still_says_all(on_page, press, seen):
    pilot = await on_page(press, OUTSIDE, (40, 12))
    await press(pilot, "a")
    shown = " ".join(seen(pilot).split())
    assert "anna@supplier.example" in shown
    assert "y yes" in shown


async def test_the_reader_says_what_was_asked_of_a_mail_of_ones_own(open_app, press, seen, world, exchange):
    raw = b"From: hanako@example.jp\nMessage-ID: <9@x>\nSubject: Q3 numbers\n\nhello\n"
    world.opening.raws["0"] = raw
    world.sent.mails["0"] = MAIL
    world.mailbox.rows[0] = replace(world.mailbox.rows[0], sender=MAIL.sender)
    pilot = await open_app()
    await press(pilot, "enter")
    assert "Recall" not in seen(pilot)
    await press(pilot, "B", "a", "y", "escape")
    assert " Recall   requested " in seen(pilot)
    assert "· B shows each recipient" in seen(pilot)


async def test_the_reader_asks_nothing_about_mail_of_others(open_app, press, seen, world, exchange):
    world.recalls = None
    pilot = await open_app()
    await press(pilot, "enter", "n", "n")
    assert "Recall " not in seen(pilot)


async def test_on_a_mail_of_somebody_else_the_last_one_sent_is_taken_and_named(
    open_app, press, seen, world, exchange
):
    pilot = await open_app()
    await press(pilot, "B")
    assert "No mail that was sent is known" in seen(pilot)
    await world.after.keep_sent(MAIL)
    await press(pilot, "B")
    assert "Ask back: Q3 numbers" in seen(pilot) and "the last mail sent" in seen(pilot)


async def test_among_sent_mail_the_key_bar_offers_what_can_still_be_done(
    open_app, press, seen, world, exchange
):
    world.accounts = (replace(world.accounts[0], exchange=exchange),)
    mine = world.mailbox.envelope(500, "mine", MAIL.sender)
    world.mailbox.rows = [replace(mine, ref=Ref("work", "Sent", "0")), *world.mailbox.rows]
    pilot = await open_app()
    assert "r reply" in keys_of(seen, pilot) and "B ask back" not in keys_of(seen, pilot)
    await press(pilot, "g", "'sent", "enter")
    assert keys_of(seen, pilot).startswith(" C correct  B ask back  c compose  e archive")
    await press(pilot, "enter")
    assert " C correct  B ask back " in keys_of(seen, pilot)
    assert "r reply" not in keys_of(seen, pilot)
    await press(pilot, "escape", "g", "'inbox", "enter")
    assert "B ask back" not in keys_of(seen, pilot)
    await press(pilot, "enter")
    assert "r reply" in keys_of(seen, pilot)


def keys_of(seen, pilot):
    return seen(pilot).splitlines()[-1]


async def test_a_correction_that_has_not_left_is_told_of(on_page, press, seen, world):
    pilot = await on_page(press)
    assert "orrection is" not in seen(pilot)
    item = replace(world.item("x", (AIKO.spec,), 600), corrects=MAIL.message_id)
    world.outbox.put(item)
    await asyncio.sleep(0.4)
    await press(pilot)
    assert "A correction is held." in seen(pilot)
    world.drafts.kept["d"] = Draft("d", "work", corrects=MAIL.message_id)
    world.outbox.put(replace(item, state=State.UNDONE, due=None, version=2))
    await asyncio.sleep(0.4)
    await press(pilot)
    assert "A correction is in Drafts." in seen(pilot)
    world.outbox.put(replace(item, id="i9", version=3))
    await press(pilot, "i", "escape")
    assert "Corrections: 1 held, 1 in Drafts." in seen(pilot)


async def test_once_it_was_asked_the_key_says_that_this_is_once_more(on_page, press, seen):
    pilot = await on_page(press)
    assert " a ask Exchange " in keys_of(seen, pilot)
    await press(pilot, "a", "y")
    assert " a ask once more " in keys_of(seen, pilot)
