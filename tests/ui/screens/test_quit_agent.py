"""Leaving held mail to the agent, and what the question says of the rest."""

import asyncio

import pytest
from msgspec.structs import replace

from tuimail.mail.errors import AgentError
from tuimail.mail.hold.item import State
from tuimail.mail.hold.outcome import Phase
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe
from tuimail.ui.background import Outlook


class FakeAgent:
    def __init__(self, world, runs=False, fails="", takes_over=True):
        self.world, self.runs, self.fails, self.takes_over, self.started = world, runs, fails, takes_over, 0

    def outlook(self):
        return Outlook(True, self.runs, Safe("it runs" if self.runs else "it is started now"))

    async def start(self):
        if self.fails:
            raise AgentError(self.fails)
        self.started += 1

    async def took_over(self):
        assert self.world.stopped, "who still sends can't be followed"
        return self.takes_over


def hold(world, subject="x", **changes):
    item = replace(world.item(subject, ("a@b.example",), 100), **changes)
    world.outbox.drafts_of[item.id] = Draft(f"d{item.id}", "work", subject=subject)
    return world.outbox.put(item)


@pytest.fixture
def world(world):
    world.stopped, world.starts = False, 0

    async def stop():
        world.stopped = True

    async def start(mail=True):
        world.stopped, world.starts = False, world.starts + 1

    async def pause(item_id):
        item = world.outbox.list[item_id]
        world.outbox.put(replace(item, state=State.PAUSED, due=None, version=item.version + 1))
        return True

    world.stop, world.start, world.outbox.pause = stop, start, pause
    return world


async def test_a_leaves_it_to_the_agent_which_is_started_first(open_app, press, world):
    hold(world)
    agent = FakeAgent(world)
    pilot = await open_app(agent=agent)
    await press(pilot, "q", "a")
    assert agent.started == 1
    assert world.closed


async def test_the_configuration_may_say_the_agent(open_app, press, world):
    hold(world)
    pilot = await open_app(agent=FakeAgent(world), on_quit="agent")
    await press(pilot, "q")
    assert world.closed


async def test_an_agent_that_does_not_start_is_said_and_the_question_stays(open_app, press, seen, world):
    hold(world)
    pilot = await open_app(agent=FakeAgent(world, fails="The agent could not be started. All is kept."))
    await press(pilot, "q", "a")
    assert "! The agent could not be started" in seen(pilot)
    assert not world.closed
    assert not world.stopped
    await press(pilot, "k")
    assert world.closed


async def test_an_agent_that_does_not_take_over_is_said_and_sending_goes_on_here(
    open_app, press, seen, world
):
    hold(world)
    pilot = await open_app(agent=FakeAgent(world, takes_over=False))
    await press(pilot, "q", "a")
    assert "did not take over" in seen(pilot)
    assert not world.closed
    assert not world.stopped
    assert world.starts == 2


async def test_a_message_on_its_way_is_answered_before_the_agent_takes_over(open_app, press, seen, world):
    item = hold(world, state=State.SENDING, phase=Phase.DATA)
    pilot = await open_app(agent=FakeAgent(world))
    await press(pilot, "q", "a")
    assert "on its way" in seen(pilot)
    assert not world.stopped
    world.outbox.put(replace(item, state=State.SENT, version=item.version + 1))
    await press(pilot)
    assert world.closed


async def test_mail_that_leaves_meanwhile_does_not_interrupt_the_hand_over(open_app, press, world):
    on_its_way, held = hold(world, state=State.SENDING, phase=Phase.DATA), hold(world)
    agent, gate = FakeAgent(world), asyncio.Event()
    agent.start = gate.wait
    pilot = await open_app(agent=agent)
    await press(pilot, "q", "a")
    world.outbox.put(replace(on_its_way, state=State.SENT, version=on_its_way.version + 1))
    asyncio.get_running_loop().call_later(0.2, gate.set)
    asyncio.get_running_loop().call_later(
        0.1, world.outbox.put, replace(held, state=State.SENT, version=held.version + 1)
    )
    await press(pilot, "n")
    assert world.closed


async def test_where_there_is_no_agent_it_says_so(open_app, press, seen, world):
    hold(world)
    pilot = await open_app()
    await press(pilot, "q")
    assert "Leave it to the agent: there is none here" in seen(pilot)
    await press(pilot, "a")
    assert "! There is no agent here. All is kept." in seen(pilot)
    assert not world.closed


@pytest.mark.parametrize("how", ["ask", "keep"])
async def test_while_an_agent_runs_keeping_is_pausing(open_app, press, seen, world, how):
    item = hold(world)
    pilot = await open_app(agent=FakeAgent(world, runs=True), on_quit=how)
    await press(pilot, "q")
    if how == "ask":
        assert "Pause it, since the agent runs" in seen(pilot)
        await press(pilot, "k")
    assert world.outbox.list[item.id].state is State.PAUSED
    assert world.closed


async def test_what_a_server_keeps_is_not_asked_about(open_app, press, world):
    item = hold(world, handle="S1")
    pilot = await open_app(on_quit="drafts")
    await press(pilot, "q")
    assert world.outbox.list[item.id].state is State.WAITING
    assert world.closed


async def test_the_question_counts_what_is_held_leaving_kept_and_unsure(open_app, press, seen, world):
    for left in (7, 65, 3000, 9000):
        hold(world, due=world.clock.later(left), hold=float(left))
    hold(world, state=State.PAUSED, due=None)
    hold(world, state=State.SENDING, phase=Phase.DATA)
    hold(world, handle="S1")
    hold(world, state=State.UNSURE, due=None)
    pilot = await open_app()
    await press(pilot, "q")
    said = seen(pilot)
    assert "5 mails are held; due in 0:07, in 1:05, in 50:00, …; 1 paused." in said
    assert "One is leaving just now and can't be taken back." in said
    assert "One is with the server and will leave by itself." in said
    assert "1 probably sent, the answer was lost; the outbox knows more." in said
    assert "esc" in said
