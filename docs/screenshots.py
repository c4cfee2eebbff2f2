"""The pictures of the README: a few minutes in the built-in world, by a clock that stands still in each."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

from msgspec.structs import replace
from picture import repaired
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import TextArea

from tuimail import wiring
from tuimail.backends.system import SystemIds
from tuimail.cli.screen import DEFAULT_THEME
from tuimail.demo import files, world
from tuimail.demo.people import LATER, PEOPLE
from tuimail.engine.engine import Engine
from tuimail.mail.hold.item import Filing, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.when.calendar import Calendar
from tuimail.ui.app import TuimailApp
from tuimail.ui.widgets.message_list import MessageList

FOLDER = Path(__file__).parent
SIZES = ((80, 24), (120, 36))
NOW = datetime(2025, 11, 21, 10, 2, 8, tzinfo=timezone(timedelta(hours=9)))
PATIENCE = 10.0
WAITING = ("engine", "question")
"""Workers that wait for the world or for a person."""

SUZUKI, DANA = PEOPLE["suzuki"], PEOPLE["dana"]
ESTIMATE = (
    "鈴木様\n\nいつもお世話になっております。木漏れ日書房の山田です。\n"
    "ロビー文庫のお見積書をお送りいたします。合計は十八万円（税込）です。\n\n"
    "棚の写真もありがとうございました。左端の一段、猫も喜ぶと思います。\n"
    "ご不明な点がございましたら、お気軽にお知らせください。"
)
AGREED = "Dear Dana,\n\nMonday is fine. I'll look out for the pages, and for swifts.\n\nHanako"


class StillClock:
    """ports.Clock that moves only when it is told to."""

    def __init__(self) -> None:
        self._now = Moment(NOW.timestamp(), 0.0, "the pictures")

    def now(self) -> Moment:
        return self._now

    def rfc5322(self) -> str:
        return format_datetime(datetime.fromtimestamp(self._now.wall, NOW.tzinfo))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def go_on(self, seconds: float) -> None:
        """Let time pass."""
        self._now = self._now.later(seconds)


class EvenIds(SystemIds):
    """ports.Ids whose pauses are always as long."""

    def jitter(self) -> float:
        return 0.5


class Story:
    """What Hanako does this morning; a picture is taken at each place. `home` is a folder for her files."""

    def __init__(self, pilot: Pilot[None], engine: Engine, clock: StillClock, home: Path) -> None:
        self._pilot, self._engine, self._clock, self._home = pilot, engine, clock, home

    async def play(self) -> None:
        """All of it, in the order of the clock."""
        await self._unfold_a_thread()
        await self._search()
        await self._read_an_invitation()
        await self._read_the_list()
        await self._read_a_letter()
        await self._write_while_one_is_held()
        await self._look_into_the_outbox()

    async def _read_the_list(self) -> None:
        await self._press("escape", "escape", "escape", "home", "down")
        await self._send(SUZUKI.header, "納品日のご相談（ロビー文庫）", "鈴木様\n\n納品日の件です。")
        self._clock.go_on(3)
        await self._take("list")

    async def _read_a_letter(self) -> None:
        await self._leaves(8)
        await self._press("enter")
        await self._take("reader")

    async def _write_while_one_is_held(self) -> None:
        self._clock.go_on(24)
        await self._press("a")
        await self._send(DANA.header, "Re: Contract draft, second round", AGREED)
        await self._answer()
        self._clock.go_on(4)
        await self._take("composer")

    async def _answer(self) -> None:
        file = self._home / "見積書_ホテル犀川_1121.pdf"
        file.write_bytes(files.make("estimate.pdf", NOW)[1].ljust(84_000))
        self._pilot.app.screen.query_one(TextArea).cursor_blink = False
        await self._press("alt+a", f"'{file}", "enter", f"'{ESTIMATE}", "ctrl+s")

    async def _look_into_the_outbox(self) -> None:
        await self._leaves(6)
        await self._send(LATER.header, "転居のお知らせ", "このたび転居いたしました。")
        await self._leaves(17)
        await self._send("nobody@client.example", "請求書の送付先について", "ご確認をお願いいたします。")
        await self._leaves(31)
        await self._press("alt+l", "'明日の9時")
        await self._take("when")
        await self._press("enter", "alt+s", "escape", "escape", "o")
        self._clock.go_on(2)
        await self._take("outbox")

    async def _unfold_a_thread(self) -> None:
        await self._until(lambda: self._pilot.app.screen.query_one(MessageList).current is not None)
        await self._press("Z", *["down"] * 3, "z", *["down"] * 6, "e")
        await self._take("threads")

    async def _search(self) -> None:
        await self._press("u", "Z", "slash", "'見積", "tab")
        await self._take("search")

    async def _read_an_invitation(self) -> None:
        await self._press("escape", "slash", "'打ち合わせ has:attachment", "enter", "enter", "i")
        await self._take("invitation")

    async def _send(self, to: str, subject: str, body: str) -> None:
        await self._engine.outbox.send(replace(self._engine.drafts.new(), to=to, subject=subject, body=body))

    async def _leaves(self, seconds: float) -> None:
        """Time goes by, the held mail leaves or is refused, and its line at the bottom edge goes again."""
        self._clock.go_on(seconds)
        outbox = self._engine.outbox
        due = {item.id for item in outbox.known() if item.due and item.left(self._clock.now()) <= 0}

        def gone() -> bool:
            tried = [item for item in outbox.known() if item.id in due]
            return all(map(_is_settled, tried))

        await self._until(gone)
        await self._press()
        self._clock.go_on(5)

    async def _press(self, *keys: str) -> None:
        """Press keys, and paste what begins with a quote; wait for what comes of them."""
        for key in keys:
            if key.startswith("'"):
                self._pilot.app.post_message(Paste(key[1:]))
            else:
                await self._pilot.press(key)
            await self._settled()
        await self._settled()

    async def _settled(self) -> None:
        def idle() -> bool:
            return all(w.is_finished for w in self._pilot.app.workers if w.group not in WAITING)

        await self._pilot.pause(0.3)
        await self._until(idle)

    async def _until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not ready():
                await self._pilot.pause(0.05)

    async def _take(self, name: str) -> None:
        await self._settled()
        app = self._pilot.app
        svg = app.export_screenshot(title="tuimail", simplify=True)
        file = FOLDER / f"{name}-{app.size.width}x{app.size.height}.svg"
        file.write_text(repaired(svg, app.screen.styles.background.hex), "utf-8")


def _is_settled(item: Item) -> bool:
    """Whether it was tried, and what came of it is all written down."""
    return item.tries > 0 and item.state is not State.SENDING and item.filing is not Filing.DUE


async def pictures(size: tuple[int, int]) -> None:
    """The whole story on a terminal of that size (columns, rows)."""
    clock = StillClock()
    with (
        tempfile.TemporaryDirectory(prefix="tuimail-") as home,
        world.opened(Path(home) / "world", pause=3600, now=NOW) as here,
    ):
        config = replace(here.config, accounts=here.config.accounts[:1])
        engine = wiring.build(config, here.paths, clock=clock, ids=EvenIds())
        app = TuimailApp(
            engine,
            downloads=here.config.ui.download_folder,
            looks=tuple(wiring.themes(here.paths)),
            look=DEFAULT_THEME,
            zone=lambda: "Asia/Tokyo",
            calendar=lambda: Calendar("JP"),
        )
        async with app.run_test(size=size) as pilot:
            try:
                await Story(pilot, engine, clock, Path(home)).play()
            finally:
                await engine.close()


def main() -> None:
    """Every picture at every size."""
    os.environ.pop("NO_COLOR", None)
    os.environ["TZ"] = "JST-9"
    time.tzset()
    for size in SIZES:
        asyncio.run(pictures(size))
        print(f"docs/*-{size[0]}x{size[1]}.svg")


if __name__ == "__main__":
    main()
