"""Rows of lists, outbox and letters, at the widths they are shown in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tuimail.mail.folder.folder import Folder
from tuimail.mail.hold.item import Entry, Item, Recipient, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.letter import Letter, Link, Part
from tuimail.mail.letter.safe import Safe
from tuimail.ui.format.cells import Tone, row_len
from tuimail.ui.format.letter import letter_rows
from tuimail.ui.format.lists import draft_row, folder_row, message_row
from tuimail.ui.format.outbox import held_row, outbox_row, trail_row

AT = datetime(2026, 11, 21, 10, 2, tzinfo=UTC).timestamp()
NOW = Moment(AT, 50.0, "b")
MAIL = Envelope(
    ref=Ref("work", "INBOX", "1"),
    sender=Address("suzuki@client.example", "鈴木 一郎"),
    to=(Address("hanako@example.jp"),),
    cc=(),
    subject=Safe("見積書の件（至急）"),
    received=AT,
    size=1,
    flags=frozenset(),
    attached=True,
)
ITEM = Item(
    id="i",
    account="work",
    state=State.WAITING,
    version=1,
    subject=Safe("見積書送付"),
    sender="hanako@example.jp",
    recipients=(Recipient("suzuki@client.example"),),
    message_id="<1@x>",
    token="t",
    size=1,
    queued=AT,
    due=NOW.later(6.5),
    hold=10.0,
    why="undo window 10 s",
)


def text(row):
    return "".join(piece.text for piece in row)


@pytest.mark.parametrize("width", [20, 40, 59, 60, 80, 120, 200])
def test_every_row_holds_its_width(width):
    assert row_len(message_row(MAIL, width, AT, zone=UTC)) == max(width, 27)
    assert row_len(folder_row(Folder("a", "b", Safe("会議室"), unread=1234), width)) == width
    assert row_len(held_row(ITEM, NOW, width, "u take back")) == width
    draft = Draft("d", "a", to="x" * 90, subject="見" * 90)
    assert row_len(draft_row(draft, AT, width, AT, UTC)) == max(width, 28)


def test_a_message_row_reads_mark_date_who_subject_attachment():
    row = text(message_row(MAIL, 80, AT, zone=UTC))
    assert row.startswith(" ● 10:02   鈴木 一郎             見積書の件（至急）")
    assert row.endswith("@ ")


def test_a_read_message_has_no_mark_and_a_flagged_one_a_star():
    row = text(message_row(MAIL.flagged(frozenset({Flag.SEEN, Flag.FLAGGED})), 80, AT, zone=UTC))
    assert row.startswith("*  10:02")


def test_sent_mail_names_whom_it_went_to():
    assert "to hanako@example.jp" in text(message_row(MAIL, 120, AT, outgoing=True))


def test_a_held_mail_counts_down_in_words_and_in_a_bar():
    assert text(held_row(ITEM, NOW, 80, "u take back")) == (
        " held 0:07 ■■■■■■■□□□ 「見積書送付」 to suzuki@client.example       u take back ".replace(
            "       u", " " * 7 + "u"
        )
    )


def test_the_reason_of_a_longer_hold_is_shown():
    row = text(
        held_row(replace(ITEM, hold=300, due=NOW.later(252), why="rule: outside"), NOW, 100, "o outbox")
    )
    assert row.startswith(" held 4:12 「見積書送付」 to suzuki@client.example · rule: outside")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.SENDING, "sending…"),
        (State.UNSURE, "probably sent, answer lost"),
        (State.FAILED, "failed"),
        (State.SENT, "sent"),
        (State.PAUSED, "paused"),
    ],
)
def test_every_state_is_a_word_first(state, words):
    row = held_row(replace(ITEM, state=state, due=None, why="550 no such user"), NOW, 100, "o outbox")
    assert text(row).startswith(f" {words} 「見積書送付」")
    assert "550 no such user" in text(row)


def test_an_unsure_item_never_reads_as_sent():
    row = text(outbox_row(replace(ITEM, state=State.UNSURE, due=None), 80, NOW))
    assert row.startswith(" ! probably sent ")


def test_an_outbox_row_says_when_and_why():
    assert text(outbox_row(ITEM, 80, NOW, UTC)).startswith("   in 0:07 ")
    assert "undo window" in text(outbox_row(ITEM, 80, NOW, UTC))


def test_a_trail_row_quotes_the_server():
    row = text(trail_row(Entry(AT, "sending", "failed", "refused", Safe("550 5.1.1 no")), 80, UTC))
    assert "10:02:00" in row
    assert "failed" in row
    assert "550 5.1.1 no" in row


def letter(**changes):
    plain = Letter(
        headers=((Safe("From"), Safe("x")), (Safe("X-Mailer"), Safe("y"))),
        sender=Address("a@b.example", "A"),
        reply_to=(),
        to=(Address("c@d.example"),),
        cc=(),
        subject=Safe("Hello"),
        date=None,
        message_id="",
        in_reply_to="",
        references=(),
        text=Safe("one\n> two\n-- \nme"),
        links=(Link(1, Safe("x"), Safe("https://e.example/x"), Safe("e.example")),),
        parts=(Part(1, Safe("見積書.pdf"), "application/pdf", 84_000),),
        faults=(Safe("cut at 1 MB"),),
    )
    return replace(plain, **changes)


def test_a_letter_shows_headers_text_attachments_links_and_what_was_wrong():
    shown = "\n".join(text(row) for row in letter_rows(letter(), 80))
    for words in (
        "From     A <a@b.example>",
        "Subject  Hello",
        " 1  見積書.pdf",
        "84 kB",
        "[1]",
        "! cut at 1 MB",
    ):
        assert words in shown


def test_all_headers_are_shown_on_demand():
    assert "X-Mailer: y" in "\n".join(text(row) for row in letter_rows(letter(), 80, full=True))


def test_quotes_and_the_signature_recede():
    tones = {text(row).strip(): row[0].tone for row in letter_rows(letter(), 80) if row}
    assert tones["one"] is Tone.PLAIN
    assert tones["> two"] is tones["me"] is Tone.MUTED


@pytest.mark.parametrize("width", [10, 40, 80, 200])
def test_no_row_of_a_letter_is_wider_than_the_screen(width):
    long = letter(text=Safe("見積書" * 200 + "\n" + "word " * 99), subject=Safe("s" * 300), parts=())
    assert all(row_len(row) <= max(width, 40) for row in letter_rows(long, width))
