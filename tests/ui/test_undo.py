"""`u` takes back what was done last, a mail that is held or a deed on messages; `alt+u` only mail."""

import pytest

from tuimail.mail.errors import OutboxError
from tuimail.ui.screens.composer import ComposerScreen


@pytest.fixture
def deeds(world, monkeypatch):
    """Deeds on messages by when they were done; undone, newest first."""
    done = []

    async def undo():
        return f"Taken back: deed {done.pop()}." if done else None

    monkeypatch.setattr(world.triage, "latest", lambda: done[-1] if done else None)
    monkeypatch.setattr(world.triage, "undo", undo)
    return done


async def test_u_says_which_deed_it_took_back(open_app, press, seen, deeds):
    pilot = await open_app()
    deeds += [1.0, 2.0]
    await press(pilot, "u")
    assert "Taken back: deed 2.0." in seen(pilot)
    await press(pilot, "u")
    assert "Taken back: deed 1.0." in seen(pilot)
    await press(pilot, "u")
    assert "There is nothing to take back." in seen(pilot)


async def test_u_takes_a_held_mail_back_that_was_sent_off_after_the_deed(open_app, press, world, deeds):
    pilot = await open_app()
    await press(pilot, "c", "'a@example.jp", "alt+s")
    (item,) = world.outbox.known()
    deeds.append(item.queued - 1)
    await press(pilot, "u")
    assert isinstance(pilot.app.screen, ComposerScreen)
    assert deeds


async def test_u_takes_back_the_deed_that_was_done_after_the_mail(open_app, press, seen, world, deeds):
    pilot = await open_app()
    await press(pilot, "c", "'a@example.jp", "alt+s")
    (item,) = world.outbox.known()
    deeds.append(item.queued + 1)
    await press(pilot, "u")
    assert "Taken back: deed" in seen(pilot)
    assert not deeds


async def test_a_full_disk_is_told(open_app, press, seen, world, deeds, monkeypatch):
    async def full():
        raise OutboxError("the disk is full")

    pilot = await open_app()
    deeds.append(1.0)
    monkeypatch.setattr(world.triage, "undo", full)
    await press(pilot, "u")
    assert "the disk is full" in seen(pilot)
