import pytest

from tuimail.mail.letter.envelope import Flag
from tuimail.mail.letter.letter import Part
from tuimail.mail.letter.safe import Safe
from tuimail.ui.screens.reader import chosen


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


async def test_n_and_p_go_from_message_to_message_and_say_where_the_list_ends(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "enter", "p")
    assert "That was the first one." in seen(pilot)
    await press(pilot, "n")
    assert "Re: Contract draft, second round 1" in seen(pilot)
    await press(pilot, "q")
    assert pilot.app.screen.envelope().ref.uid == "1"


async def test_h_shows_all_headers_and_v_the_source_without_its_escapes(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "enter", "h")
    assert "X-Mailer: test" in seen(pilot)
    await press(pilot, "v")
    assert "as it ␛[31mcame" in seen(pilot)
    await press(pilot, "v")
    assert "いつもお世話に" in seen(pilot)


async def test_attachments_are_saved_one_or_all(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "enter", "s")
    await press(pilot, "enter")
    assert "Saved 2 files in /home/hanako/Downloads" in seen(pilot)
    await press(pilot, "s", "backspace", "backspace", "backspace", "2", "enter")
    assert "Saved /home/hanako/Downloads/terms.txt" in seen(pilot)
    await press(pilot, "s", "backspace", "backspace", "backspace", "7", "enter")
    assert "No attachment 7" in seen(pilot)


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
