"""Several mails are asked for together: looked at first, one question, those with outsiders left out."""

import asyncio

import pytest
import recalling
from msgspec.structs import replace

from tuimail.mail.after.recall import Asked, Lost, NotAsked
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.screens.recall import RecallScreen
from tuimail.ui.screens.recalls import AT_ONCE, RecallsScreen

NOON = 1_795_262_520.0
AIKO, KEN = Address("aiko@home.example.jp", "愛子"), Address("ken@work.example.jp")
ANNA = Address("anna@supplier.example", "Kowalska, Anna")
MAIL = SentMail("work", "<0@x>", Safe("mail 0"), NOON - 600, Address("hanako@example.jp"), (AIKO, KEN))


def mail(number, *others):
    return replace(MAIL, message_id=f"<{number}@x>", subject=Safe(f"mail {number}"), cc=others)


@pytest.fixture
def exchange(world):
    exchange = recalling.on(world)
    world.sent.mails = {str(number): mail(number, *((ANNA,) if number == 2 else ())) for number in range(5)}
    return exchange


@pytest.fixture
def marked(open_app, press, exchange):
    """So many messages are marked, and asked back."""

    async def start(count, size=(80, 24)):
        pilot = await open_app(size)
        await press(pilot, *["t"] * count, "B")
        return pilot

    return start


async def test_each_has_its_course_before_anything_is_asked(marked, seen, exchange):
    pilot = await marked(4)
    assert isinstance(pilot.app.screen, RecallsScreen)
    shown = " ".join(seen(pilot).split())
    assert "Ask back: 4 mails" in shown
    assert shown.count("2 people can be asked") == 3
    assert "3 people left out: anna@supplier.ex" in shown
    assert "3 of 4 can be asked for." in shown
    assert "1 is left out, since these would be sent a notice: anna@supplier.example." in shown
    assert not exchange.recalled


async def test_one_yes_asks_for_all_but_those_with_outsiders(marked, press, seen, exchange, world):
    pilot = await marked(4)
    await press(pilot, "a")
    assert "Ask Exchange to delete 3 mails of 6 recipients? Nobody outside is sent a notice." in " ".join(
        seen(pilot).split()
    )
    await press(pilot, "y")
    assert {one.message_id for one in await world.recalls.known()} == {"<0@x>", "<1@x>", "<3@x>"}
    assert len(exchange.recalled) == 3
    assert "3 requested." in seen(pilot)
    await press(pilot, "a")
    assert "There is nothing to ask for here." in seen(pilot)
    assert len(exchange.recalled) == 3


async def test_without_a_yes_nothing_is_asked(marked, press, exchange):
    pilot = await marked(2)
    await press(pilot, "a", "n")
    assert not exchange.recalled
    await press(pilot, "escape")
    assert isinstance(pilot.app.screen, MailScreen)


async def test_esc_stops_after_the_one_under_way(marked, press, seen, exchange):
    under_way, answered = asyncio.Event(), asyncio.Event()

    async def wait():
        under_way.set()
        await answered.wait()

    pilot = await marked(2)
    exchange.before_answer = wait
    screen = pilot.app.screen
    screen.action_ask_all()
    await pilot.pause(0)
    pilot.app.screen.dismiss(True)
    await asyncio.wait_for(under_way.wait(), 2)
    assert "Asked for 0 of 2 · esc stops" in seen(pilot)
    pilot.app.screen.action_leave()
    assert isinstance(pilot.app.screen, RecallsScreen)
    answered.set()
    await press(pilot)
    assert len(exchange.recalled) == 1
    assert "1 requested, 1 not asked for." in seen(pilot)
    await press(pilot, "escape")
    assert isinstance(pilot.app.screen, MailScreen)


async def test_what_came_of_each_is_told(marked, press, seen, exchange):
    exchange.outcomes = [Asked("", "yes"), NotAsked(403, "disabled"), Lost("reset")]
    pilot = await marked(4)
    await press(pilot, "a", "y")
    assert "1 requested, 1 refused, 1 may have been requested." in seen(pilot)
    shown = seen(pilot)
    assert "refused, nothing was asked" in shown
    assert "may have been requested" in shown


async def test_one_that_cannot_be_looked_at_does_not_hold_up_the_others(marked, press, seen, world, exchange):
    async def envelope(ref):
        return next(row for row in world.mailbox.rows if row.ref == ref)

    world.mailbox.envelope = envelope
    world.sent.mails["1"] = MailboxError("That message is not from you; nothing was done about it.")
    pilot = await marked(2)
    shown = seen(pilot)
    assert "Re: Contract draft" in shown
    assert "! That message is not from you" in shown
    assert "1 of 2 can be asked for." in shown
    await press(pilot, "a", "y")
    assert len(exchange.recalled) == 1


async def test_the_same_mail_marked_twice_is_asked_for_once(marked, press, world, exchange):
    world.sent.mails["1"] = world.sent.mails["0"]
    pilot = await marked(2)
    await press(pilot, "a", "y")
    assert len(exchange.recalled) == 1


async def test_a_few_are_looked_at_at_a_time(marked, exchange):
    most = now = 0
    tips = exchange.tips

    async def slow(specs):
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return await tips(specs)

    exchange.tips = slow
    await marked(5)
    assert most == AT_ONCE


async def test_one_of_them_opens_by_itself(marked, press, exchange):
    pilot = await marked(2)
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, RecallScreen)
    await press(pilot, "a", "y", "escape")
    assert isinstance(pilot.app.screen, RecallsScreen)
    assert len(exchange.recalled) == 1
    await press(pilot, "a", "y")
    assert len(exchange.recalled) == 2


async def test_a_single_marked_mail_has_the_page_of_one(marked, exchange):
    pilot = await marked(1)
    assert isinstance(pilot.app.screen, RecallScreen)
    assert pilot.app.screen.mail.message_id == "<0@x>"
