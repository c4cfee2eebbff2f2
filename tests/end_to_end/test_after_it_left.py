"""A mail to the wrong people, by keys alone, in the demo's world: asked back, put right, written down."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import format_datetime
from pathlib import Path

from textual.events import Event, Key, Paste
from textual.pilot import Pilot

from tuimail import wiring
from tuimail.backends.system import SystemClock
from tuimail.demo import world
from tuimail.engine.engine import Engine
from tuimail.mail.hold.item import State
from tuimail.mail.hold.moment import Moment
from tuimail.ui.app import TuimailApp

MAKOTO, SUZUKI = "kobayashi@papermill.example", "suzuki@client.example"
WATANABE, NAKAJIMA = "watanabe@kazemachi.example", "nakajima@kazemachi.example"
PEOPLE = (MAKOTO, SUZUKI, WATANABE, NAKAJIMA)
SUBJECT = "12月の卸値表（訂正版）"
HELD, REPORTED_AFTER, PATIENCE = 60, 3600.0, 15.0


class Clock(SystemClock):
    """Runs as this machine's does, and can be put forward: nothing held leaves before the test says so."""

    ahead = 0.0

    def now(self) -> Moment:
        return super().now().later(self.ahead)

    def rfc5322(self) -> str:
        return format_datetime(datetime.fromtimestamp(self.now().wall).astimezone())


class Person:
    """Presses keys and looks at the screen; whatever was looked at is remembered."""

    def __init__(self, here: world.World, engine: Engine, pilot: Pilot, clock: Clock) -> None:
        self.here, self.engine = here, engine
        self._pilot, self._clock = pilot, clock
        self.seen: set[str] = set()

    @property
    def screen(self) -> str:
        """All rows, their blanks squeezed."""
        screen = self._pilot.app.screen
        strips = screen._compositor.render_strips(screen.size)
        text = "\n".join(re.sub(r"[ ─]+", " ", strip.text).strip() for strip in strips)
        self.seen.add(text)
        return text

    async def press(self, *keys: str, until: str) -> None:
        """Press keys, type what begins with a quote; go on once `until` is on the screen."""
        for key in keys:
            await self._put(key)
        await self.sees(until)

    async def sees(self, *words: str) -> None:
        """Wait until all of these are on the screen."""
        await self.waits(lambda: all(each in self.screen for each in words), " + ".join(words))

    async def waits(self, ready: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not ready():
                    await self._pilot.pause(0.01)
        except TimeoutError:
            raise AssertionError(f"not there: {what}\n{self.screen}") from None

    def goes_on(self, seconds: float) -> None:
        """Put the clock forward, everybody's."""
        self._clock.ahead += seconds
        self.here.exchange.org.run()

    async def _put(self, key: str) -> None:
        """A terminal's events, and the time they take to find their way to a widget."""
        for event in _events(key):
            self._pilot.app.post_message(event)
        for _ in range(3):
            await self._pilot.pause(0)


def _events(key: str) -> list[Event]:
    """Letters are typed one by one; what an input method makes comes as a whole."""
    if not key.startswith("'"):
        return [Key(key, key if len(key) == 1 else None)]
    return [Key(one, one) for one in key[1:]] if key.isascii() else [Paste(key[1:])]


@asynccontextmanager
async def at_the_desk(root: Path) -> AsyncIterator[Person]:
    """The client as `tuimail demo` opens it, at 80 columns and 24 rows."""
    clock = Clock()
    with world.opened(root, HELD, REPORTED_AFTER, clock=lambda: clock.now().wall) as here:
        engine = wiring.build(here.config, here.paths, clock=clock)
        looks = tuple(wiring.themes(here.paths))
        downloads = here.config.ui.download_folder
        app = TuimailApp(engine, downloads=downloads, looks=looks, zone=lambda: "Asia/Tokyo")
        async with app.run_test(size=(80, 24)) as pilot:
            try:
                yield Person(here, engine, pilot, clock)
            finally:
                await engine.close()


async def sends_it(person: Person) -> None:
    await person.sees("12月の卸値表")
    await person.press("c", "alt+i", until="New mail · office")
    await person.press(f"'{', '.join(PEOPLE)}", until=NAKAJIMA)
    await person.press("tab", "tab", "tab", f"'{SUBJECT}", "tab", "'社外秘です。\n", until="社外秘です。")
    await person.press("alt+s", until=f"「{SUBJECT}」to 4 people")
    assert not person.here.exchange.log.sent
    person.goes_on(HELD)
    await person.sees("sent 「")


async def asks_for_it(person: Person) -> None:
    log = person.here.exchange.log
    await person.press("o", until="B ask back")
    await person.press("B", until="a ask Exchange")
    await person.sees(
        f"{MAKOTO} can't outside: would get a notice instead",
        f"{SUZUKI} can't outside: would get a notice instead",
        f"{WATANABE} can be asked same organisation",
        f"{NAKAJIMA} can be asked same organisation, out of office",
        "2 outside recipients cannot be recalled and will each receive a 'Recall:' mail",
    )
    await person.press("a", until=f"{MAKOTO}, {SUZUKI}. Ask Exchange all the same?")
    await person.press("n", until="a ask Exchange")
    assert not log.recalls
    await person.press("a", until="all the same?")
    await person.press("y", until="Recall requested")
    await person.sees(f"{MAKOTO} can't notice probably sent", f"{WATANABE} can be asked requested")
    assert "C correct a ask once more" in person.screen


async def reads_the_report(person: Person) -> None:
    person.goes_on(REPORTED_AFTER)
    await person.sees(f"{WATANABE} can be asked report received", f"{NAKAJIMA} can be asked report received")
    await person.press("r", until=f"Subject Message Recall Report: {SUBJECT}")
    await person.press("escape", until="Ask back:")


async def corrects_it(person: Person) -> None:
    """Both corrections are held; the newest is taken back, the other leaves."""
    log = person.here.exchange.log
    before = len(log.sent)
    await person.press("C", until="asks those outside: 2 of 4 people")
    await person.press("m", until="each person separately")
    await person.press("w", until="Correction · 1 of 2 · office")
    await person.sees(f"To {MAKOTO}", "Type over what is selected")
    await sends_the_correction(person, "'宛先の選び間違い", until="Correction · 2 of 2 · office")
    await person.sees(f"To {SUZUKI}")
    await sends_the_correction(person, until="esc that was all")
    await person.press("escape", until="Ask back:")
    await person.waits(lambda: len(holds(person)) == 2, "two that are held")
    assert [MAKOTO in line for line in holds(person)] == [True, False]
    counted = holds(person)
    await person.waits(lambda: holds(person) != counted, "a countdown")
    await person.press("u", until=f"To {SUZUKI}")
    await person.press("escape", until="Ask back:")
    await person.waits(lambda: len(holds(person)) == 1 and MAKOTO in holds(person)[0], "one that is held")
    assert len(log.sent) == before
    person.goes_on(HELD)
    await person.sees(f"{MAKOTO} can't correction sent", f"{SUZUKI} can't notice probably sent")


async def sends_the_correction(person: Person, *typed: str, until: str) -> None:
    """What nobody filled in is asked about, and sent as it is."""
    await person.press(*typed, "alt+s", until="")
    await person.waits(lambda: "Still to be filled in" in person.screen or until in person.screen, until)
    if until not in person.screen:
        await person.press("enter", until=until)


def holds(person: Person) -> list[str]:
    """The lines of held mail, with what is left of their time."""
    return re.findall(r"^held \d:\d\d .*", person.screen, re.MULTILINE)


async def writes_it_down(person: Person) -> str:
    """The record as it was saved."""
    await person.press("i", until="0 of 8 done")
    await person.sees("訂正メール ·", "202 Accepted", "[ ] 3 上司に報告する")
    await person.press("down", "down", "space", until="1 of 8 done")
    await person.sees("[x] 3 上司に報告する")
    await person.press("E", until="m Markdown")
    await person.press("m", until="Saved as ")
    [saved] = Path(person.here.config.ui.download_folder).iterdir()
    return saved.read_text("utf-8")


def subject(wire: bytes) -> str:
    return str(make_header(decode_header(message_from_bytes(wire)["Subject"])))


def notices(person: Person) -> list[str]:
    """To whom a mail went in place of a recall."""
    outside = person.here.exchange.log.outside
    return [parcel.spec for parcel in outside if subject(parcel.wire).startswith("Recall: ")]


async def test_a_mail_to_the_wrong_people_is_asked_back_put_right_and_written_down(tmp_path, monkeypatch):
    monkeypatch.setattr("tuimail.engine.engine.AFTER_STARTS", 0.0)
    async with at_the_desk(tmp_path) as person:
        await sends_it(person)
        await asks_for_it(person)
        await reads_the_report(person)
        await corrects_it(person)
        record = await writes_it_down(person)
        log = person.here.exchange.log
        first, correction = log.sent
        assert (first.recipients, correction.recipients) == (PEOPLE, (MAKOTO,))
        assert [one.message_id for one in log.recalls] == [first.message_id]
        assert (log.recalls[0].noticed, notices(person)) == ((MAKOTO, SUZUKI), [MAKOTO, SUZUKI])
        assert log.recalls[0].deleted == (WATANABE, NAKAJIMA)
        assert not log.broken
        states = [item.state for item in await person.engine.outbox.items() if item.corrects]
        assert sorted(states) == [State.SENT, State.UNDONE]
        assert SUZUKI in [draft.to for draft, _ in await person.engine.drafts.all()]
    for words in (
        "Successfully submitted recall",
        f"Message Recall Report: {SUBJECT}",
        "訂正メール",
        *PEOPLE,
    ):
        assert words in record
    assert "社外秘です" not in record
    shown = "\n".join(person.seen).replace("cannot be recalled", "")
    assert "recalled" not in shown.lower()
