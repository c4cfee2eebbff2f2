"""The reader by its keys; a letter is parsed where its bytes are given."""

import asyncio

import pytest
from rich.color import ColorSystem
from textual.events import Key

from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.envelope import Flag
from tuimail.mail.letter.letter import Part
from tuimail.mail.letter.picture import Picture
from tuimail.mail.letter.safe import Safe
from tuimail.ui.keys import Place
from tuimail.ui.reading.files import chosen
from tuimail.ui.screens.doors import READER
from tuimail.ui.widgets.letter_view import LetterView

INVITATION = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u1\r\nSEQUENCE:2\r\nSUMMARY:Kick-off\r\n"
    b"DTSTART:20261120T010000Z\r\nDTEND:20261120T020000Z\r\nORGANIZER:mailto:boss@x.example\r\n"
    b"ATTENDEE:mailto:hanako@example.jp\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def letter(body, head=b"Content-Type: text/plain; charset=utf-8\r\n", more=b""):
    return b"From: dana@partner.example\r\nSubject: s\r\nMessage-ID: <1@x>\r\n" + more + head + b"\r\n" + body


def with_part(kind, data, name):
    head = b"Content-Type: multipart/mixed; boundary=B\r\n"
    part = b"Content-Type: %s\r\nContent-Disposition: attachment; filename=%s\r\n\r\n%s" % (kind, name, data)
    return letter(b"--B\r\n\r\nsee\r\n--B\r\n" + part + b"\r\n--B--\r\n", head)


async def test_enter_opens_the_message_and_marks_it_read(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "enter")
    shown = seen(pilot)
    for words in (
        "鈴木 一郎 <suzuki@client.example>",
        "いつもお世話になっております。",
        "見積書.pdf",
        "84 kB",
    ):
        assert words in shown
    assert Flag.SEEN in world.mailbox.rows[0].flags


async def test_the_header_is_there_before_the_letter_and_stays_where_that_cannot_be_fetched(
    open_app, press, seen, world
):
    there = asyncio.Event()

    async def late(source):
        await there.wait()
        raise MailboxError("the server can't be reached, and that takes a long line of words to say; wait")

    world.opening.letter = late
    pilot = await open_app()
    pilot.app.post_message(Key("enter", None))
    async with asyncio.timeout(5):
        while "fetching…" not in seen(pilot):
            await pilot.pause(0.02)
    assert "鈴木 一郎 <suzuki@client.example>" in seen(pilot)
    there.set()
    await press(pilot)
    shown = " ".join(seen(pilot).split())
    assert "鈴木 一郎 <suzuki@client.example>" in shown and "fetching…" not in shown
    assert shown.endswith("a long line of words to say; wait")


async def test_n_and_p_go_from_message_to_message_and_say_where_the_list_ends(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "enter", "p")
    assert "That was the first one." in seen(pilot)
    await press(pilot, "n")
    assert "Re: Contract draft, second round 1" in seen(pilot)
    await press(pilot, "q")
    assert pilot.app.screen.envelope().ref.uid == "1"


async def test_keys_that_come_quickly_all_count(open_app, press, burst):
    pilot = await open_app()
    await press(pilot, "enter")
    await burst(pilot, "n", "n", "n", "n")
    assert pilot.app.screen.envelope().ref.uid == "4"


async def test_the_next_message_is_looked_ahead_to(open_app, press, world):
    pilot = await open_app()
    await press(pilot, "enter")
    assert [ref.uid for ref in world.opening.ahead_of] == ["1"]


async def test_capital_n_goes_to_the_next_unread_message(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "enter", "N")
    assert pilot.app.screen.envelope().ref.uid == "3"
    await press(pilot, "P")
    assert "No other message is unread here." in seen(pilot)


async def test_space_pages_says_the_end_and_goes_on_to_the_next_unread(open_app, press, seen, world):
    world.text = "\n".join(f"line {n}" for n in range(30))
    pilot = await open_app()
    await press(pilot, "enter", "space")
    assert pilot.app.screen.envelope().ref.uid == "0"
    await press(pilot, "space", "space")
    assert "The end; space goes on" in seen(pilot) or pilot.app.screen.envelope().ref.uid == "3"
    await press(pilot, "space", "space")
    assert pilot.app.screen.envelope().ref.uid in ("3", "6")


async def test_one_comes_back_to_where_one_left_a_message(open_app, press, seen, world):
    world.text = "\n".join(f"line {n}" for n in range(100))
    pilot = await open_app()
    await press(pilot, "enter", "space", "space")
    left = pilot.app.screen.query_one(LetterView).scroll_offset.y
    await press(pilot, "n", "p")
    assert pilot.app.screen.query_one(LetterView).scroll_offset.y == left > 0
    await press(pilot, "q", "enter")
    assert pilot.app.screen.query_one(LetterView).scroll_offset.y == left


async def test_h_shows_all_headers_and_v_the_source_without_its_escapes(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "enter", "h")
    assert "X-Mailer: test" in seen(pilot)
    await press(pilot, "v")
    assert "as it ␛[31mcame" in seen(pilot)
    await press(pilot, "v")
    assert "いつもお世話に" in seen(pilot)


async def test_z_unfolds_what_is_quoted_and_folds_it_again(open_app, press, seen, world):
    world.text = "I agree.\n\n" + "\n".join(f"> quoted {n}" for n in range(8))
    pilot = await open_app()
    await press(pilot, "enter")
    assert "▸ 8 quoted lines" in seen(pilot)
    assert "quoted 3" not in seen(pilot)
    await press(pilot, "z")
    assert "> quoted 3" in seen(pilot)
    await press(pilot, "z")
    assert "▸ 8 quoted lines" in seen(pilot)


async def test_attachments_are_saved_one_or_all_where_one_says(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "enter", "s", "enter")
    assert "Save 2 files in: /home/hanako/Downloads" in seen(pilot)
    await press(pilot, "enter")
    assert "Saved 2 files in /home/hanako/Downloads" in seen(pilot)
    await press(pilot, "s", "backspace", "backspace", "backspace", "2", "enter", "/", "x", "enter")
    assert "Saved /home/hanako/Downloads/x/terms.txt" in seen(pilot)
    await press(pilot, "s", "backspace", "backspace", "backspace", "7", "enter")
    assert "No attachment 7" in seen(pilot)


async def test_a_link_is_opened_after_a_question_that_shows_where_it_goes(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "enter", "x")
    assert "Open partner.example?" in seen(pilot)
    assert "https://partner.example/round/2" in seen(pilot)
    await press(pilot, "escape")
    assert world.opening.opened == []
    await press(pilot, "x", "y")
    assert world.opening.opened == ["https://partner.example/round/2"]


async def test_a_link_is_copied_when_asked(open_app, press, world):
    pilot = await open_app()
    await press(pilot, "enter", "x", "c")
    assert pilot.app.clipboard == "https://partner.example/round/2"
    assert world.opening.opened == []


@pytest.mark.parametrize("target", [b"javascript:alert(1)", b"file:///etc/passwd", b"data:text/html,x"])
async def test_other_kinds_of_links_are_not_opened(open_app, press, seen, world, target):
    body = b'<a href="' + target + b'">https://bank.example</a>'
    world.opening.raws["0"] = letter(body, b"Content-Type: text/html\r\n")
    pilot = await open_app()
    await press(pilot, "enter", "x")
    assert "This kind of link is not opened" in seen(pilot)
    await press(pilot, "y", "escape")
    assert world.opening.opened == []


async def test_a_program_can_be_saved_and_not_opened(open_app, press, seen, world):
    world.opening.raws["0"] = with_part(b"application/octet-stream", b"MZ", b"invoice.pdf.exe")
    pilot = await open_app()
    await press(pilot, "enter", "O")
    assert "is not opened from here" in seen(pilot)
    assert "it is a program" in seen(pilot)
    assert "two endings" in seen(pilot)
    await press(pilot, "y", "s")
    assert world.opening.opened == []
    assert list(world.opening.saved) == ["/home/hanako/Downloads/invoice.pdf.exe"]


async def test_an_attachment_is_opened_after_a_question(open_app, press, seen, world):
    world.opening.raws["0"] = with_part(b"application/pdf", b"%PDF", b"offer.pdf")
    pilot = await open_app()
    await press(pilot, "enter", "O")
    assert "Open offer.pdf, 4 B, application/pdf?" in seen(pilot)
    await press(pilot, "y")
    assert world.opening.opened == ["offer.pdf"]


async def test_an_attached_message_opens_in_a_reader_of_its_own(open_app, press, seen, world):
    inner = b"From: anna@supplier.example\r\nSubject: inner\r\n\r\ndeep inside"
    world.opening.raws["0"] = with_part(b"message/rfc822", inner, b"inner.eml")
    pilot = await open_app()
    await press(pilot, "enter", "O")
    assert "deep inside" in seen(pilot)
    await press(pilot, "r")
    assert "attached to another" in seen(pilot)
    await press(pilot, "q")
    assert "deep inside" not in seen(pilot)


async def test_a_message_is_piped_to_a_command_and_its_output_shown_safely(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "enter", "vertical_line", "w", "c", "enter")
    assert world.opening.opened == ["wc"]
    assert "printed ␛[31mred" in seen(pilot)
    await press(pilot, "h")
    assert "いつもお世話に" in seen(pilot)
    assert "X-Mailer" not in seen(pilot)


async def test_the_key_bar_says_first_what_the_message_offers(open_app, press, seen, world):
    ways = b"List-Unsubscribe: <mailto:leave@lists.example>\r\n"
    offers = letter(b"Look: https://shop.example/a\r\n", more=ways)
    world.opening.raws = {row.ref.uid: offers for row in world.mailbox.rows[:1]}
    pilot = await open_app((80, 24))
    await press(pilot, "enter")
    assert seen(pilot).split("\n")[-1].startswith(" U unsubscribe  x links  c compose  r reply")
    assert "save" not in seen(pilot).split("\n")[-1]


async def test_an_invitation_is_answered_through_the_outbox(open_app, press, seen, world):
    world.opening.raws["0"] = letter(INVITATION, b"Content-Type: text/calendar; method=REQUEST\r\n")
    pilot = await open_app()
    await press(pilot, "enter")
    assert "Invitation: Kick-off" in seen(pilot)
    await press(pilot, "i")
    assert "Answer as hanako@example.jp?" in seen(pilot)
    await press(pilot, "a", "o", "k", "enter")
    assert "The answer is in the outbox." in seen(pilot)
    draft = next(iter(world.outbox.drafts_of.values()))
    assert (draft.to, draft.subject) == ("boss@x.example", "Accepted: Kick-off")
    assert draft.attachments[0].type == "text/calendar; method=REPLY"
    assert b"PARTSTAT=ACCEPTED" in draft.attachments[0].data


async def test_a_list_is_left_in_one_step_after_a_question_that_names_the_host(open_app, press, seen, world):
    more = (
        b"List-Id: Users <users.lists.example>\r\nList-Unsubscribe: <https://lists.example/u/1>\r\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )
    world.opening.raws["0"] = letter(b"hello", more=more)
    pilot = await open_app()
    await press(pilot, "enter")
    assert "unsubscribe at lists.example" in seen(pilot)
    await press(pilot, "U")
    assert "tuimail tells lists.example so" in seen(pilot)
    await press(pilot, "n", "escape")
    assert world.opening.opened == []
    await press(pilot, "U", "y")
    assert world.opening.opened == ["left https://lists.example/u/1"]


async def test_keys_that_have_nothing_to_act_on_say_so(open_app, press, seen, world):
    world.opening.raws["0"] = letter(b"hello")
    pilot = await open_app()
    await press(pilot, "enter")
    for key, words in (
        ("x", "no links"),
        ("s", "no attachments"),
        ("O", "no attachments"),
        ("i", "asks for no answer"),
        ("U", "no way to unsubscribe"),
    ):
        await press(pilot, key)
        assert words in seen(pilot)


async def test_an_archived_message_gives_way_to_the_next(open_app, press, world):
    pilot = await open_app()
    await press(pilot, "enter", "e")
    assert pilot.app.screen.envelope().ref.uid == "1"


async def test_an_image_in_the_mail_is_drawn_below_it_where_there_are_colours(open_app, press, seen, world):
    world.opening.raws["0"] = with_part(b"image/png", b"x", b"dot.png")
    world.opening.drawn = Picture(3, 2, bytes(3 * 2 * 2 * 3))
    pilot = await open_app()
    pilot.app.console._color_system = ColorSystem.TRUECOLOR
    await press(pilot, "enter")
    assert "\n ▀▀▀\n ▀▀▀\n" in seen(pilot)
    await press(pilot, "h")
    assert "▀▀▀" in seen(pilot)
    await press(pilot, "n")
    assert "▀▀▀" not in seen(pilot)


@pytest.mark.parametrize(
    ("answer", "places"), [("all", [0, 1, 2]), ("2", [1]), ("1, 3", [0, 2]), ("4", []), ("x", []), ("0", [])]
)
def test_an_answer_names_parts(answer, places):
    parts = tuple(Part(n, Safe(f"{n}"), "text/plain", 1) for n in range(3))
    assert chosen(answer, parts) == tuple(parts[place] for place in places)


async def test_a_message_that_cannot_be_had_says_so_and_the_reader_stays(open_app, press, seen, world):
    from tuimail.mail.errors import MailboxError

    async def gone(ref):
        raise MailboxError("imap.example.jp can't be reached. What was read before is still here.")

    world.mailbox.letter = gone
    pilot = await open_app()
    await press(pilot, "enter")
    assert "imap.example.jp can't be reached." in seen(pilot)


async def test_a_message_opened_after_another_shows_nothing_of_that_one(open_app, press, seen, world):
    pilot = await open_app()
    await press(pilot, "enter", "h", "u", "q", "down")
    letter, asked = world.opening.letter, asyncio.Event()

    async def later(source):
        await asked.wait()
        return await letter(source)

    world.opening.letter = later
    pilot.app.post_message(Key("enter", None))
    await pilot.pause()
    assert pilot.app.screen.place is Place.READER
    assert "見積書の件（至急）" not in seen(pilot)
    assert "nothing to take back" not in seen(pilot)
    asked.set()
    await press(pilot)
    assert "Re: Contract draft, second round" in seen(pilot)


async def test_the_reader_is_made_out_of_sight_and_fits_a_terminal_resized_since(open_app, press, seen):
    pilot = await open_app()
    await asyncio.sleep(0.5)
    await press(pilot)
    assert pilot.app.is_screen_installed(READER)
    assert pilot.app.screen.place is Place.LIST
    await pilot.resize_terminal(120, 40)
    await press(pilot, "enter")
    assert pilot.app.screen.query_one(LetterView).size.width == 120
    assert pilot.app.screen.has_class("-wide")
    assert "見積書の件（至急）" in seen(pilot)


async def test_a_message_in_a_file_is_read_and_answered_and_goes_into_no_folder(open_app, press, seen, world):
    ref = world.mailbox.rows[0].ref
    world.opening.raws[ref.uid] = b"From: Dana <dana@partner.example>\r\nSubject: kept\r\n\r\ntext\r\n"

    async def begin(engine):
        return ref, ""

    pilot = await open_app(begin=begin)
    await press(pilot)
    assert ref.uid in seen(pilot).split("\n")[0]
    assert "kept" in seen(pilot)
    await press(pilot, "e")
    assert "in no folder" in seen(pilot)
    await press(pilot, "r")
    assert "Reply" in seen(pilot).split("\n")[0]
    await press(pilot, "escape", "escape")
    assert "unread of" in seen(pilot).split("\n")[0]
