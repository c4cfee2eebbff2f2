"""The steps to an account."""

import asyncio
import contextlib

from making import GMAIL, OWN, WORK, World

from tuimail.mail.setup.form import Step, Through
from tuimail.mail.setup.setting import Way


def quiet(words):
    pass


async def go(setup, **answers):
    for question, value in answers.items():
        setup.answer(question, value)
    await setup.forward()


async def trial(setup):
    return [one.good async for one in setup.tries(quiet)]


async def at_login(*found, **world):
    setup = World(*found, **world).setup()
    await go(setup, address="hanako@example.jp")
    await go(setup)
    return setup


async def test_from_an_address_to_an_account_that_was_tried_before_it_is_kept():
    world = World(OWN)
    setup = world.setup()
    await go(setup, address=" hanako@example.jp ", display_name="山田花子")
    assert setup.step is Step.SERVERS
    assert (setup.form.imap, setup.form.name) == ("imap.example.jp:993 tls", "example")
    await go(setup)
    await go(setup, secret="right")
    assert setup.step is Step.TEST and world.kept == []
    assert await trial(setup) == [True, True] and setup.works
    await go(setup)
    assert setup.step is Step.SAVED
    assert [(form.address, secret) for form, secret in world.kept] == [("hanako@example.jp", "right")]
    assert setup.secret == ""
    assert world.forgotten == ["example"]


async def test_of_an_account_that_is_left_nothing_stays_signed_in():
    world = World(WORK)
    setup = world.setup()
    await go(setup, address="hanako@example.jp")
    await setup.leave()
    assert world.forgotten == [""]


async def test_what_failed_leads_back_to_its_question_and_everything_typed_is_there():
    setup = await at_login(OWN)
    await go(setup, secret="wrong")
    assert await trial(setup) == [True, False]
    assert not setup.works
    setup.mend()
    assert setup.step is Step.LOGIN
    assert "違います" in setup.wrong["secret"]
    assert setup.value("secret") == "wrong"
    setup.answer("secret", "right")
    assert setup.wrong == {}


async def test_a_step_back_and_forward_again_asks_nobody_twice_and_keeps_what_was_changed():
    world = World(OWN)
    setup = world.setup()
    await go(setup, address="hanako@example.jp")
    setup.answer("imap", "other.example.jp")
    assert setup.back() and setup.step is Step.ADDRESS and not setup.back()
    await go(setup)
    assert setup.form.imap == "other.example.jp"
    assert world.looked == ["hanako@example.jp"]


async def test_another_address_is_looked_for_and_named_anew():
    world = World(GMAIL)
    setup = world.setup()
    await go(setup, address="hanako@gmail.com")
    assert setup.form.name == "gmail"
    setup.back()
    world.found = (OWN,)
    await go(setup, address="hanako@example.jp")
    assert (setup.form.name, setup.form.imap) == ("example", "imap.example.jp:993 tls")


async def test_other_servers_that_were_found_can_be_chosen_in_turn():
    setup = World(WORK, OWN).setup()
    await go(setup, address="hanako@example.jp")
    assert setup.form.through == Through.GRAPH
    setup.other()
    assert (setup.setting, setup.form.through) == (OWN, Through.IMAP)
    assert setup.form.ways == OWN.ways
    setup.other()
    assert setup.setting == WORK


async def test_without_anything_found_the_servers_are_asked_for():
    setup = World().setup()
    await go(setup, address="hanako@example.jp")
    assert setup.form.user == "hanako@example.jp"
    await go(setup)
    assert set(setup.wrong) == {"imap", "smtp"}
    assert setup.step is Step.SERVERS


async def test_looking_that_is_given_up_stays_at_the_address():
    world = World(OWN)
    world.gate.clear()
    setup = world.setup()
    setup.answer("address", "hanako@example.jp")
    looking = asyncio.create_task(setup.forward())
    await asyncio.sleep(0)
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    assert setup.step is Step.ADDRESS and setup.form.address == "hanako@example.jp"


async def test_without_a_keyring_a_command_is_asked_for():
    setup = await at_login(OWN, no_keyring="this computer has no keyring; give password_command")
    assert setup.form.way == Way.COMMAND
    assert [one.id for one in setup.questions] == ["way", "command"]


async def test_a_password_that_does_not_stay_leads_back_to_the_way_to_log_in():
    setup = await at_login(OWN, full=True)
    await go(setup, secret="right")
    await trial(setup)
    await go(setup)
    assert setup.step is Step.LOGIN
    assert "did not keep" in setup.wrong["way"]


async def test_microsoft_asks_for_the_client_that_one_registered():
    setup = await at_login(WORK)
    await go(setup)
    assert "docs/accounts.md" in setup.wrong["client_id"]
    await go(setup, client_id="0000")
    assert setup.step is Step.TEST
