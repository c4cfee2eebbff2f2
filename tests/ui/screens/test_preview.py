"""The preview beside the list, where a message takes its time."""

import asyncio

from tuimail.ui.screens.mail import PREVIEW_AFTER, SLOW_PREVIEW


async def rest(pilot, press):
    await asyncio.sleep(PREVIEW_AFTER + SLOW_PREVIEW + 0.1)
    await press(pilot)


async def test_what_is_still_fetched_shows_its_own_heading_not_another_letter(open_app, press, seen, world):
    pilot = await open_app((120, 36))
    await rest(pilot, press)
    at_once, there = world.opening.letter, asyncio.Event()

    async def late(source):
        if source.ref != world.mailbox.rows[0].ref:
            await there.wait()
        return await at_once(source)

    world.opening.letter = late
    await press(pilot, "j")
    await rest(pilot, press)
    assert "いつもお世話になっております。" not in seen(pilot)
    assert f"From     {world.mailbox.rows[1].sender.name}" in seen(pilot)
    await press(pilot, "k")
    await rest(pilot, press)
    assert "いつもお世話になっております。" in seen(pilot)
