"""A person hears of new mail outside the screen, and not all the time."""

from tuimail.engine.folders import notify
from tuimail.engine.news import NewMail, Notice


class FakeNotifier:
    def __init__(self) -> None:
        self.told, self.trouble = [], ""

    async def tell(self, account, count, newest):
        self.told.append((account, count))
        return self.trouble


async def test_what_comes_within_ten_seconds_is_told_as_one_for_each_account(world):
    world.notifier = notifier = FakeNotifier()
    engine = world.engine()
    await engine.start()
    engine._newsroom.announce(NewMail("work", 1))
    await world.until(lambda: notifier.told == [("work", 1)])
    for _ in range(3):
        engine._newsroom.announce(NewMail("work", 2))
    engine._newsroom.announce(NewMail("home", 1))
    await world.until(lambda: notifier.told == [("work", 1), ("home", 1)])
    await world.a_while()
    world.clock.advance(notify.EVERY)
    await world.until(lambda: notifier.told[2:] == [("work", 6)])


async def test_a_trouble_is_told_once(world):
    world.notifier = notifier = FakeNotifier()
    notifier.trouble = "the new_mail command failed"
    engine = world.engine()
    await engine.start()
    for number in range(3):
        engine._newsroom.announce(NewMail("work", 1))
        await world.until(lambda: len(notifier.told) > number)  # noqa: B023
        await world.a_while()
        world.clock.advance(notify.EVERY)
    assert [str(n.text) for n in world.heard(Notice)] == ["the new_mail command failed"]
