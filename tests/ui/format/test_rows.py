"""Rows of lists, outbox and letters, at the widths they are shown in."""

from datetime import UTC, datetime
from itertools import product

import pytest
from msgspec.structs import replace

from tuimail.mail.folder.folder import Folder
from tuimail.mail.folder.thread import Thread
from tuimail.mail.hold.item import Entry, Item, Recipient, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.letter import Letter, Link, Part
from tuimail.mail.letter.safe import Safe
from tuimail.ui import folder_tree
from tuimail.ui.format.cells import Piece, Tone, row_len
from tuimail.ui.format.held import held_row
from tuimail.ui.format.letter import Headers, letter_rows
from tuimail.ui.format.lists import Layout, draft_row, folder_row, message_row, thread_row
from tuimail.ui.format.outbox import outbox_row, reason, trail_rows

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
LONG = replace(MAIL, subject=Safe("見" * 200), sender=Address("x@y.example", "鈴木" * 50))
HERE = Layout(AT, own=frozenset({"hanako@example.jp"}), zone=UTC)
THREADED = replace(HERE, threads=True)
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
    conversation = Thread(MAIL, 1234, 2, (MAIL.sender, Address("dana@x.example", "Dana 鈴木")))
    for more in product((False, True), repeat=3):
        layout = Layout(AT, False, *more, zone=UTC)
        for row in (
            message_row(MAIL, width, layout, "会議室の予約", True, "│ │ │ │ │ └─"),
            message_row(LONG, width, layout, "会議室の予約"),
            thread_row(conversation, width, layout, "会議室の予約"),
        ):
            assert row_len(row) == width, text(row)
    folder = Folder("a", "b", Safe("会議室"), unread=1234)
    for entry in (
        folder_tree.Entry("会議室", folder, 3, 2, unread=1234),
        folder_tree.Entry("会議室" * 20, folder),
    ):
        assert row_len(folder_row(entry, width)) == width
    assert row_len(held_row(ITEM, NOW, width, "u take back")) == width
    draft = Draft("d", "a", to="x" * 90, subject="見" * 90)
    assert row_len(draft_row(draft, AT, width, AT, UTC)) == max(width, 28)


def test_a_message_row_reads_mark_date_who_subject_attachment():
    row = text(message_row(MAIL, 80, HERE))
    assert row.startswith(" ● 10:02   鈴木 一郎             見積書の件（至急）")
    assert row.endswith("@ ")


def test_a_folder_inside_others_is_told_by_its_own_name_where_there_is_no_room():
    there = replace(HERE, where=True)
    assert "…/見積    見積書の件" in text(message_row(MAIL, 80, there, "Projects/見積"))
    assert "Projects/見積    見積書の件" in text(message_row(MAIL, 140, there, "Projects/見積"))


def test_a_read_message_has_no_mark_and_a_flagged_one_a_star():
    row = text(message_row(MAIL.flagged(frozenset({Flag.SEEN, Flag.FLAGGED})), 80, HERE))
    assert row.startswith("   10:02")
    assert row.endswith("   * @ ")


def test_what_was_answered_or_sent_on_has_a_letter_in_a_column_of_its_own():
    for flag, ending in ((Flag.ANSWERED, " r   @ "), (Flag.FORWARDED, " f   @ ")):
        assert text(message_row(MAIL.flagged(frozenset({flag})), 80, HERE)).endswith(ending)


def test_a_conversation_names_its_people_and_counts_its_messages():
    people = (MAIL.sender, Address("HANAKO@example.jp"), Address("dana@x.example", "Whitfield, Dana"))
    row = text(thread_row(Thread(MAIL, 14, 0, people), 80, THREADED))
    assert row.startswith("   10:02   鈴木, you, Dana       見積書の件（至急）")
    assert row.endswith("   14 ")


def test_a_marked_row_has_a_sign_before_all():
    assert text(message_row(MAIL, 80, HERE, marked=True)).startswith("+● 10:02")


def test_the_tree_is_drawn_before_the_subject():
    assert " └─ 見積書の件" in text(message_row(MAIL, 80, HERE, lines="  └─"))


def test_the_largest_first_says_how_large():
    assert " 84 kB" in text(message_row(replace(MAIL, size=84_000), 80, replace(HERE, sizes=True)))


def test_sent_mail_names_whom_it_went_to():
    assert "to hanako@example.jp" in text(message_row(MAIL, 120, Layout(AT, outgoing=True)))


def test_a_held_mail_counts_down_in_words_and_in_a_bar():
    assert text(held_row(ITEM, NOW, 80, "u take back")) == (
        " held 0:07 ■■■■■■■□□□ 「見積書送付」to suzuki@client.example        u take back "
    )


def test_the_reason_of_a_longer_hold_is_shown():
    row = text(
        held_row(replace(ITEM, hold=300, due=NOW.later(252), why="rule: outside"), NOW, 100, "o outbox")
    )
    assert row.startswith(" held 4:12 「見積書送付」to suzuki@client.example · rule: outside")


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
    assert text(outbox_row(ITEM, 80, NOW, UTC)).endswith(" undo window 10 s  ")


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_an_outbox_row_holds_its_width_and_a_free_cell_at_its_end(width):
    row = text(outbox_row(replace(ITEM, subject=Safe("見" * 99), why="w" * 99), width, NOW, UTC))
    assert row_len((Piece(row),)) == width
    assert row.endswith("w… ")


@pytest.mark.parametrize(
    ("why", "short"),
    [
        ("undo window 10 s", "undo window 10 s"),
        ("refused by the server", "refused"),
        ("answer lost: probably sent", "answer lost"),
        ("put off by the server; trying again", "put off"),
        ("the server can't be reached; trying again", "can't be reached"),
        ("the server refused the login; set the password, then send now", "refused the login"),
    ],
)
def test_a_reason_is_short_where_room_is(why, short):
    assert reason(why, 17) == short
    assert reason(why, 70) == why


def test_to_whom_a_held_mail_goes_has_the_first_claim_on_the_width():
    long = replace(ITEM, subject=Safe("Contract draft, second round, with all changes"))
    row = text(held_row(long, NOW, 80, "u take back"))
    assert row == " held 0:07 ■■■■■■■□□□ 「Contract draft,…」to suzuki@client.example  u take back "
    row = text(held_row(replace(long, why="rule: outside mail waits"), NOW, 80, "u take back"))
    assert "「Contrac…」to suzuki@client.example · r" in row


def test_all_of_the_servers_answer_stands_in_the_trail_under_its_own_column():
    answer = Safe(" ".join(f"word{number}" for number in range(30)))
    rows = [text(row) for row in trail_rows(Entry(AT, "sending", "failed", "refused", answer), 80, UTC)]
    assert rows[0].startswith("   10:02:00  failed        refused · word0 word1")
    assert all(row.startswith(" " * 27 + "word") for row in rows[1:])
    assert " ".join(" ".join(rows).split()).endswith(answer)
    assert max(map(len, rows)) < 80


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
    assert "X-Mailer: y" in "\n".join(text(row) for row in letter_rows(letter(), 80, Headers.ALL))


def test_a_preview_names_the_files_at_its_top_and_leaves_the_recipients_out():
    shown = [text(row) for row in letter_rows(letter(), 40, Headers.FEW)]
    assert [row.split()[0] for row in shown[:3]] == ["From", "Subject", "Files"]
    assert shown[2] == " Files    見積書.pdf 84 kB"
    many = letter(parts=(Part(1, Safe("見積書" * 9), "application/pdf", 84_000),) * 3)
    assert [text(row) for row in letter_rows(many, 40, Headers.FEW)][3] == ""


def test_quotes_and_the_signature_recede():
    tones = {text(row).strip(): row[0].tone for row in letter_rows(letter(), 80) if row}
    assert tones["one"] is Tone.PLAIN
    assert tones["> two"] is tones["me"] is Tone.MUTED


@pytest.mark.parametrize("width", [10, 40, 80, 200])
def test_no_row_of_a_letter_is_wider_than_the_screen(width):
    long = letter(text=Safe("見積書" * 200 + "\n" + "word " * 99), subject=Safe("s" * 300), parts=())
    assert all(row_len(row) <= max(width, 40) for row in letter_rows(long, width))
