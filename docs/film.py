"""A mail that went to the wrong people, filmed: every screen as text, with the key that led to it.

python docs/film.py > docs/recall-film.txt

It is played in the built-in world, by a clock that goes on only where the film says so.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import blake2b
from pathlib import Path

from msgspec.structs import replace
from screenshots import NOW, WAITING, EvenIds, StillClock
from textual.events import Paste
from textual.pilot import Pilot

from tuimail import wiring
from tuimail.backends.system import DIGITS_AND_LETTERS
from tuimail.cli.screen import DEFAULT_THEME
from tuimail.demo import world
from tuimail.ui.app import TuimailApp

SIZE = (80, 24)
PATIENCE = 15.0
NEVER = 86_400.0
REPORTED_AFTER = 90.0

MAKOTO, SUZUKI, WATANABE, NAKAJIMA = (
    "kobayashi@papermill.example",
    "suzuki@client.example",
    "watanabe@kazemachi.example",
    "nakajima@kazemachi.example",
)
SUBJECT = "'12月の卸値表（訂正版）"
CAUSE, REMEDY, PHONE = "'宛先の選び間違い", "'二人での宛先確認", "'076-555-0114"
HEAD = f"""\
A mail went to the wrong people. What follows, key by key, at {SIZE[0]} columns and {SIZE[1]} rows, in the
built-in world of `tuimail demo`: its Microsoft 365 is a stand-in on this computer. Below each key and its
caption stands the screen. Made by docs/film.py."""
BODY = "'小林さん\n\n卸値表の訂正版です。木曜の会議までは社外秘です。\n"


class FilmIds(EvenIds):
    """ports.Ids that are the same in each film."""

    def __init__(self) -> None:
        self._made = 0

    def item(self) -> str:
        return self._next(8)

    def token(self) -> str:
        return self._next(24)

    def _next(self, letters: int) -> str:
        self._made += 1
        made = blake2b(str(self._made).encode(), digest_size=letters).digest()
        return "".join(DIGITS_AND_LETTERS[byte % 32] for byte in made)


class Film:
    """Presses keys and writes down what is seen; `shot` numbers the screens."""

    def __init__(self, here: world.World, pilot: Pilot[None], clock: StillClock) -> None:
        self._here, self._pilot, self._clock = here, pilot, clock
        self._shots = 0

    @property
    def screen(self) -> str:
        """The screen as text, a line for each row."""
        screen = self._pilot.app.screen
        strips = screen._compositor.render_strips(screen.size)
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def press(self, caption: str, *keys: str, until: str = "") -> None:
        """Press keys, and paste what begins with a quote; the screen is taken once `until` is on it."""
        self.go_on(1)
        for key in keys:
            await self._put(key)
        await self._seen(until)
        self._take(" ".join(map(_named, keys)), caption)

    async def wait(self, caption: str, seconds: float, until: str = "") -> None:
        """Let the film's time go on; the screen is taken once `until` is on it."""
        self.go_on(seconds)
        await self._seen(until)
        self._take(f"({seconds:g} s later)" if seconds else "tuimail", caption)

    def go_on(self, seconds: float) -> None:
        """Let time pass, unseen."""
        self._clock.go_on(seconds)
        self._here.exchange.org.run()

    def read(self, caption: str, pattern: str) -> None:
        """What is in the file that was saved."""
        [saved] = Path(self._here.config.ui.download_folder).glob(pattern)
        self._write(saved.name, caption, saved.read_text())

    async def _put(self, key: str) -> None:
        if key.startswith("'"):
            self._pilot.app.post_message(Paste(key[1:]))
        else:
            await self._pilot.press(key)
        await self._settled()

    async def _settled(self) -> None:
        def idle() -> bool:
            return all(one.is_finished for one in self._pilot.app.workers if one.group not in WAITING)

        await self._pilot.pause(0.05)
        await self._until(idle, "idle")

    async def _seen(self, words: str) -> None:
        await self._settled()
        await self._until(lambda: words in self.screen, words)
        await self._settled()

    async def _until(self, ready: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not ready():
                    await self._pilot.pause(0.05)
        except TimeoutError:
            raise SystemExit(f"{what!r} is not on the screen:\n{self.screen}") from None

    def _take(self, keys: str, caption: str) -> None:
        self._shots += 1
        self._write(f"{self._shots}. {keys}", caption, self.screen)

    def _write(self, title: str, caption: str, text: str) -> None:
        downloads = self._here.config.ui.download_folder
        shown = text.replace(downloads, "~/Downloads").rstrip()
        print(f"\n\n{title}\n{caption}\n\n{shown}", flush=True)


def _named(key: str) -> str:
    """A key as a person reads it; of what is typed the first line."""
    return f"“{key[1:].splitlines()[0]}”" if key.startswith("'") else key


async def story(film: Film) -> None:
    """From the mail that went wrong to the record of what was done about it."""
    await it_leaves(film)
    await it_is_asked_back(film)
    await it_is_put_right(film)
    await it_is_recorded(film)


async def it_leaves(film: Film) -> None:
    """A price list, to two people it was not meant for and to two colleagues."""
    await film.wait("Mail of both accounts. The second one, office, is Microsoft 365's.", 0, until="卸値表")
    await film.press("A new mail, written as the other address.", "c", "alt+i", until="· office")
    people = f"'{MAKOTO}, {SUZUKI}, {WATANABE}, {NAKAJIMA}"
    await film.press("To the wrong Kobayashi and a customer, and to two colleagues.", people, "tab", "tab")
    await film.press("What it says.", "tab", SUBJECT, "tab", BODY, until="社外秘です")
    await film.press("It is held for ten seconds. Nobody looks.", "alt+s", until="held 0:10")
    await film.wait("It has left. One colleague is away.", 10, until="Automatic reply")


async def it_is_asked_back(film: Film) -> None:
    """Who can be asked for the copy, the asking, and the report."""
    await film.press("The outbox, on the mail that has just left.", "o", until="B ask back")
    await film.press(
        "Everybody it went to, each with a verdict. Nothing is asked yet.", "B", until="outside:"
    )
    await film.press("The question names those who would be sent a notice.", "a", until="all the same?")
    await film.press("Exchange took the request. That is all that is said.", "y", until="Recall requested")
    await film.wait("The report has come, and is known for this mail's.", 90, until="report received")
    await film.press("The report itself: a link, and not a word about any copy.", "r", until="Message Recall")
    await film.press("Back.", "escape", until="Ask back:")


async def it_is_put_right(film: Film) -> None:
    """Two corrections: one is taken back, the other leaves."""
    await film.press("What was wrong with it?", "C", until="asks those outside")
    await film.press("A mail to each.", "m", until="each person separately")
    await film.press("It went to wrong persons. What is missing is selected.", "w", until="1 of 2")
    await film.press("Three words of one's own.", CAUSE, "tab", REMEDY, "tab", PHONE, until=PHONE[1:])
    await film.press("The first is held; the second has the same words.", "alt+s", until="2 of 2")
    await film.press("The second is held, too. Did somebody not get it?", "alt+s", until="that was all")
    await film.press("That was all. Both can still be taken back.", "escape", until="u take back")
    await film.wait("Time runs.", 3, until="0:06")
    await film.press("The newest is taken back; it is a draft again.", "u", until="Correction")
    await film.press("It stays among the drafts.", "escape", until="Ask back:")
    await film.wait("The other one leaves.", 7, until="correction sent")


async def it_is_recorded(film: Film) -> None:
    """The incident, which has filled its record by itself."""
    await film.press("The incident: what is to be done, and what was.", "i", until="0 of 8 done")
    await film.press("The manager has been told.", "down", "down", "space", until="1 of 8 done")
    await film.press("The record goes out.", "E", until="Markdown")
    await film.press("It is saved.", "m", until="Saved as")
    film.read("And this is in it:", "incident-*.md")


@asynccontextmanager
async def set_up() -> AsyncIterator[Film]:
    """The world at the film's time, and the client on it."""
    clock = StillClock()
    with (
        tempfile.TemporaryDirectory(prefix="tuimail-") as home,
        world.opened(Path(home), pause=NEVER, now=NOW, clock=lambda: clock.now().wall) as here,
    ):
        org = here.exchange.org
        org.policy = replace(org.policy, report_seconds=REPORTED_AFTER)
        engine = wiring.build(here.config, here.paths, clock=clock, ids=FilmIds())
        app = TuimailApp(
            engine,
            downloads=here.config.ui.download_folder,
            looks=tuple(wiring.themes(here.paths)),
            look=DEFAULT_THEME,
            zone=lambda: "Asia/Tokyo",
        )
        async with app.run_test(size=SIZE) as pilot:
            try:
                yield Film(here, pilot, clock)
            finally:
                await engine.close()


async def main() -> None:
    """Set up and play."""
    print(HEAD)
    async with set_up() as film:
        await story(film)


if __name__ == "__main__":
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    asyncio.run(main())
