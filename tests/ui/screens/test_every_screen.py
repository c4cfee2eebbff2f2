"""What holds for every place: any size, any payload."""

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tuimail.engine.news import Notice
from tuimail.mail.hold.item import State
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.safe import line
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.themes import PLAIN

PLACES = {
    "list": [],
    "folders": ["g"],
    "search": ["slash"],
    "reader": ["enter"],
    "source": ["enter", "v"],
    "save": ["enter", "s"],
    "composer": ["c"],
    "reply": ["r"],
    "attach": ["c", "alt+a"],
    "discard": ["c", "alt+d"],
    "outbox": ["o"],
    "later": ["o", "l"],
    "when": ["c", "alt+l"],
    "drafts": ["D"],
    "incidents": ["I"],
    "help": ["question_mark"],
    "quit": ["q"],
    "palette": ["ctrl+p"],
}
PAYLOADS = (
    "[@click=app.quit]x[/] Re: [JIRA] [/foo] [/]",
    "a\x1b]52;c;aGk=\x07b\x1b[2J\x1bc\x9b31m\u202egnp.exe\u200b\x00\x0e\x7f\r\ny",
)


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (200, 50)], ids=str)
async def test_every_place_opens_at_any_size_and_every_line_has_its_width(open_app, press, world, size):
    world.outbox.put(world.item("見積書送付", ("suzuki@client.example",), 10))
    pilot = await open_app(size)
    for name, keys in PLACES.items():
        await press(pilot, *keys)
        screen = pilot.app.screen
        widths = {cell_len(strip.text) for strip in screen._compositor.render_strips(screen.size)}
        assert widths == {size[0]}, name
        await press(pilot, *("escape" for _ in keys or "x"))
        assert isinstance(pilot.app.screen, MailScreen), name


async def test_a_tiny_terminal_says_one_calm_line(open_app, seen, press):
    pilot = await open_app((38, 5))
    assert seen(pilot).strip() == "terminal too small, all is kept"
    await pilot.resize_terminal(80, 24)
    await press(pilot)
    assert "Inbox · work" in seen(pilot)


@pytest.fixture
def hostile(world):
    """A world where every foreign word is a payload; what the engine makes Safe, is."""

    def fill(payload):
        safe = line(payload)
        rows = world.mailbox.rows
        sender = Address("x@y.example", payload)
        world.mailbox.rows = [replace(row, subject=safe, sender=sender, to=(sender,)) for row in rows[:30]]
        world.text = payload
        item = world.item(payload, (payload,), 10, safe)
        world.outbox.put(item)
        world.outbox.put(replace(world.item(payload, (payload,), 10, safe), state=State.FAILED, due=None))
        file = Attachment(payload, "text/plain", 1, "/x")
        world.drafts.kept = {"d": Draft("d", "work", to=payload, subject=payload, attachments=(file,))}

    return fill


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_no_payload_is_markup_or_reaches_the_terminal(open_app, press, seen, world, hostile, payload):
    hostile(payload)
    pilot = await open_app((120, 40))
    ways = [
        [],
        ["enter"],
        ["h"],
        ["q", "r"],
        ["escape", "o"],
        ["d", "n"],
        ["q", "D"],
        ["enter"],
        ["escape", "d", "n"],
    ]
    for keys in [*ways, ["q", "g"], ["escape", "slash", "x"]]:
        await press(pilot, *keys)
        shown = seen(pilot)
        controls = [
            c for c in shown if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u200b"
        ]
        assert controls == [], (keys, controls)
        assert line(payload)[:6] in shown or keys[-1:] == ["x"], keys
    world.newsroom.announce(Notice(line(payload)))
    await press(pilot)
    assert pilot.app.is_running


async def test_no_color_takes_every_colour_away_and_leaves_the_cursor(open_app, press, monkeypatch, world):
    monkeypatch.setenv("NO_COLOR", "1")
    world.outbox.put(world.item("見積書送付", ("suzuki@client.example",), 10))
    pilot = await open_app((120, 36))
    await press(pilot, "j")
    styles = {
        segment.style
        for strip in pilot.app.screen._compositor.render_strips(pilot.app.screen.size)
        for segment in strip
        if segment.style is not None and segment.text.strip()
    }
    inks = {
        ink.triplet
        for style in styles
        for ink in (style.color, style.bgcolor)
        if ink is not None and ink.triplet
    }
    assert all(len({ink.red, ink.green, ink.blue}) == 1 for ink in inks)
    assert len({style.bgcolor for style in styles}) > 1


@pytest.mark.parametrize("look", ["tuimail-dark", "tuimail-light"])
async def test_a_look_is_worn_from_the_first_paint_and_can_be_changed(open_app, press, look):
    looks = [dict(PLAIN, name="tuimail-light", colours=dict(PLAIN["colours"], background="#fafafa"))]
    pilot = await open_app(look=look, looks=looks)
    ground = {"tuimail-dark": "#15181C", "tuimail-light": "#FAFAFA"}
    assert pilot.app.screen.styles.background.hex == ground[look]
    other = next(name for name in ground if name != look)
    pilot.app.theme = other
    await press(pilot)
    assert pilot.app.screen.styles.background.hex == ground[other]
    strips = pilot.app.screen._compositor.render_strips(pilot.app.screen.size)
    assert {strip._segments[-1].style.bgcolor.triplet.hex.upper() for strip in strips[4:20]} == {
        ground[other]
    }
