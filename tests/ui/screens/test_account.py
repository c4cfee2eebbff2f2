"""The first start, and one more account: every step by keys alone."""

import asyncio
import contextlib

import pytest
from making import GMAIL, OWN, WORK, World
from rich.cells import cell_len
from textual._context import active_app
from textual.events import Key, Paste
from textual.widgets import Input

from tuimail.mail.setup import providers
from tuimail.ui.first import FirstApp
from tuimail.ui.themes import PLAIN

LOOKS = ({**PLAIN, "name": "tuimail-dark"},)


class First:
    """The first start, driven by keys."""

    def __init__(self, pilot) -> None:
        self.pilot, self.app = pilot, pilot.app

    async def press(self, *keys: str) -> None:
        """Press keys; what begins with a quote is pasted."""
        for key in keys:
            event = Paste(key[1:]) if key.startswith("'") else Key(key, key if len(key) == 1 else None)
            self.app.post_message(event)
            await self.rest()

    async def rest(self) -> None:
        for _ in range(6):
            await self.pilot.pause(0)

    async def until(self, words: str) -> str:
        async with asyncio.timeout(5):
            while words not in self.seen():
                await self.rest()
        return self.seen()

    def seen(self) -> str:
        screen = self.app.screen
        return "\n".join(strip.text.rstrip() for strip in screen._compositor.render_strips(screen.size))


@pytest.fixture
async def first():
    """`first(world, size=…)`: the first start in that world."""
    over, running = asyncio.Event(), []

    async def live(world, size, ready):
        async with FirstApp(world.setup(), LOOKS).run_test(size=size) as pilot:
            ready.set_result(First(pilot))
            await over.wait()

    async def start(world, size=(80, 24)):
        ready = asyncio.get_running_loop().create_future()
        running.append(asyncio.create_task(live(world, size, ready)))
        await asyncio.wait([ready, *running], return_when=asyncio.FIRST_COMPLETED)
        shown = ready.result()
        active_app.set(shown.app)
        await shown.until("Who you are")
        return shown

    yield start
    over.set()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*running)


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (40, 12)], ids=str)
async def test_from_nothing_to_an_account_by_keys_alone(first, size):
    world = World(OWN)
    at = await first(world, size)
    await at.press("'hanako@example.jp", "tab", "'山田花子", "enter")
    assert "imap.example.jp" in await at.until("Your servers")
    await at.press("enter")
    await at.until("How you log in")
    await at.press("'right", "enter")
    await at.until("Done")
    assert [(form.display_name, secret) for form, secret in world.kept] == [("山田花子", "right")]
    assert all(cell_len(line) <= size[0] for line in at.seen().splitlines())
    await at.press("enter")
    assert at.app.return_value == "open"


async def test_what_is_typed_at_once_with_tab_stays_on_its_side_of_it(first):
    at = await first(World(OWN))
    for key in ("a", "@", "x", ".", "j", "p", "tab", "H", "i", "shift+tab", "!"):
        at.app.post_message(Key(key, key if len(key) == 1 else None))
    await at.rest()
    assert [field.value for field in at.app.screen.query(Input)] == ["a@x.jp!", "Hi"]


async def test_it_says_what_it_is_and_offers_the_demo(first):
    at = await first(World(OWN))
    assert "take it back" in at.seen() and "f2" in at.seen()
    await at.press("f2")
    assert at.app.return_value == "demo"


@pytest.mark.parametrize("key", ["f2", "ctrl+q"])
async def test_of_a_sign_in_nothing_stays_when_one_leaves(key):
    world = World(WORK)
    async with FirstApp(world.setup(), LOOKS).run_test() as pilot:
        await pilot.press(key)
    assert world.forgotten == [""]


async def test_where_only_the_user_knows_the_name_to_log_in_with_it_is_said_before_it_is_asked(first):
    at = await first(World(providers.of("docomo.ne.jp").setting("taro@docomo.ne.jp")))
    await at.press("'taro@docomo.ne.jp", "enter")
    shown = await at.until("Your servers")
    assert shown.index("IMAP専用ID") < shown.index("User   ")


async def test_the_code_to_type_goes_once_the_sign_in_is_over(first):
    world = World(WORK)
    at = await first(world)
    await at.press("'hanako@example.jp", "enter")
    await at.until("Your servers")
    await at.press("enter")
    await at.until("How you log in")
    world.gate.clear()
    await at.press("'client", "enter")
    await at.until("type the code ABCD")
    world.gate.set()
    assert "ABCD" not in await at.until("Done")


async def test_a_fault_stands_below_its_field_and_goes_as_one_types(first):
    at = await first(World(OWN))
    await at.press("'hanako", "enter")
    lines = (await at.until("! ")).splitlines()
    here = next(n for n, line in enumerate(lines) if "Address" in line)
    assert "is not an address" in lines[here + 1]
    await at.press("@")
    assert "! " not in at.seen()


async def test_escape_goes_a_step_back_and_nothing_typed_is_lost(first):
    at = await first(World(OWN))
    await at.press("'hanako@example.jp", "enter")
    await at.until("Your servers")
    await at.press("enter")
    await at.until("How you log in")
    await at.press("'half", "escape")
    await at.until("Your servers")
    await at.press("escape")
    assert "hanako@example.jp" in await at.until("Who you are")
    await at.press("escape")
    assert "ctrl+q" in at.seen() and at.app.is_running
    await at.press("enter")
    await at.until("Your servers")
    await at.press("enter")
    assert "••••" in await at.until("How you log in")


async def test_looking_is_said_can_be_stopped_and_blocks_nothing(first):
    world = World(OWN)
    world.gate.clear()
    at = await first(world)
    await at.press("'hanako@example.jp", "enter")
    assert "esc stop" in await at.until("Looking for its servers")
    await at.press("escape")
    assert "hanako@example.jp" in await at.until("find its servers")
    assert "Looking" not in at.seen() and world.looked == []


async def test_a_refused_login_is_shown_and_leads_to_the_password(first):
    world = World(GMAIL)
    at = await first(world)
    await at.press("'hanako@gmail.com", "enter")
    await at.until("Your servers")
    await at.press("enter")
    assert "app password" in await at.until("How you log in")
    await at.press("'wrong", "enter")
    assert "ok     mail in" in await at.until("wrong  mail out")
    assert world.kept == []
    await at.press("enter")
    lines = (await at.until("! refused")).splitlines()
    here = next(n for n, line in enumerate(lines) if "Password" in line)
    assert "refused the login" in lines[here + 1]
    assert isinstance(at.app.focused, Input) and at.app.focused.password


async def test_what_does_not_work_yet_can_be_kept_and_tried_again(first):
    world = World(OWN)
    at = await first(world)
    await at.press("'hanako@example.jp", "enter")
    await at.until("Your servers")
    await at.press("enter")
    await at.until("How you log in")
    await at.press("'wrong", "enter")
    await at.until("mend it")
    await at.press("alt+t")
    await at.until("mend it")
    assert len(world.tested) == 2
    await at.press("alt+k")
    await at.until("Done")
    assert len(world.kept) == 1


async def test_the_way_to_log_in_is_chosen_by_the_arrows(first):
    world = World(OWN)
    at = await first(world)
    await at.press("'hanako@example.jp", "enter")
    await at.until("Your servers")
    await at.press("enter")
    await at.until("Password")
    await at.press("shift+tab", "down")
    await at.until("Command")
    await at.press("tab", "'pass show mail", "enter")
    await at.until("Done")
    assert world.kept[0][0].command == "pass show mail"


async def test_the_code_of_a_sign_in_is_shown_while_it_is_waited_for(first):
    world = World(WORK)
    at = await first(world)
    await at.press("'hanako@example.jp", "enter")
    assert "Microsoft Graph" in await at.until("Your servers")
    await at.press("enter")
    await at.until("Client id")
    world.gate.clear()
    await at.press("'0000", "enter")
    assert "ABCD" in await at.until("Logging in")
    world.gate.set()
    await at.until("Done")


async def test_other_servers_are_a_key_away(first):
    at = await first(World(WORK, OWN))
    await at.press("'hanako@example.jp", "enter")
    assert "1 of 2" in await at.until("alt+o")
    await at.press("alt+o")
    assert "imap.example.jp:993 tls" in await at.until("2 of 2")


async def test_the_palette_adds_an_account_and_then_all_is_opened_anew(open_app, press, seen, world):
    making = World(OWN)
    pilot = await open_app(setup=making.setup)
    await press(pilot, "ctrl+p", "'add an account", "enter")
    assert "Add an account" in seen(pilot)
    await press(pilot, "'hanako@example.jp", "enter", "enter", "'right", "enter")
    assert "Done" in seen(pilot)
    await press(pilot, "enter")
    assert world.closed and pilot.app.again


async def test_one_who_changes_their_mind_is_back_in_the_list(open_app, press, seen, world):
    pilot = await open_app(setup=World(OWN).setup)
    await press(pilot, "ctrl+p", "'add an account", "enter", "o", "escape")
    assert "Inbox" in seen(pilot)
    assert not world.closed


async def test_the_demo_offers_no_account(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "ctrl+p", "'account")
    assert "add an account" not in seen(pilot).lower().replace("'", "")
