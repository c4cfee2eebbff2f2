"""Correcting a mail that left: two keys to the draft, then one draft after the other."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

import tuimail
from tuimail.backends.templates import Shelves
from tuimail.engine.account import Accounts
from tuimail.engine.after.corrections import Corrections
from tuimail.engine.after.originals import Originals
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.item import State
from tuimail.mail.letter.address import Address, write
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.screens.amend import AmendScreen
from tuimail.ui.screens.composer import ComposerScreen
from tuimail.ui.screens.mail import MailScreen

NOON = 1_795_262_520.0
FOLDER = Path(tuimail.__file__).parent / "templates" / "correction"
ME = Address("hanako@example.jp", "山田花子")
TANAKA, KATO = Address("tanaka@example.jp", "田中 一"), Address("kato@example.jp", "加藤 愛")
ANNA, SUZUKI = (
    Address("anna@supplier.example", "Anna Kowalska"),
    Address("suzuki@client.example", "鈴木 一郎"),
)
TEXT = "各位\n\nいつもお世話になっております。\n会議は10月5日（月）です。\n"


class Store:
    """What the outbox has: the bytes of what left, and the drafts of the world."""

    def __init__(self, world):
        self.world, self.wires = world, {}

    async def submission(self, item_id):
        if item_id not in self.wires:
            raise MailboxError("gone")
        return replace(self._submission(), wire=self.wires[item_id])

    async def drafts(self):
        return await self.world.drafts.all()

    def _submission(self):
        from tuimail.mail.letter.submission import Submission

        return Submission("", (), b"", "", "")


class Items:
    async def load(self):
        pass

    def all(self):
        return self.known()

    def __init__(self, known):
        self.known = known


class Ids:
    def __init__(self):
        self.count = 0

    def item(self):
        self.count += 1
        return f"c{self.count}"


class Clock:
    def rfc5322(self):
        return "Sun, 22 Nov 2026 10:02:00 +0900"


class Cache:
    """Nothing stands in the Sent folders."""

    async def page(self, view, start, length):
        return ()


class Sent:
    """What left from here; `of` knows what stands in Sent."""

    def __init__(self, *mails):
        self.mails = mails

    async def latest(self, limit=1):
        return self.mails[:limit]

    async def of(self, ref):
        return next(mail for mail in self.mails if mail.ref == ref)

    async def of_item(self, item_id):
        return next((mail for mail in self.mails if mail.item == item_id), None)


def wire_of(mail, text=TEXT):
    to = ", ".join(map(write, mail.to))
    head = f"From: {write(ME)}\nTo: {to}\nSubject: {mail.subject}\nDate: Sun, 22 Nov 2026 10:07:00 +0900\n"
    head += f"Message-ID: {mail.message_id}\nContent-Type: text/plain; charset=utf-8\n\n"
    return f"{head}{text}".replace("\n", "\r\n").encode()


def a_mail(name="q3", to=(TANAKA, KATO, ANNA, SUZUKI), **more):
    mail = SentMail("work", f"<{name}@example.jp>", Safe("Q3の数字"), NOON - 60, ME, to, item=name)
    return replace(mail, **more)


@pytest.fixture
def sent(world):
    """Makes these mails the ones that left."""

    def put(*mails, folder=FOLDER):
        store = Store(world)
        store.wires = {mail.item: wire_of(mail) for mail in mails}
        accounts = Accounts({account.name: account for account in world.accounts})
        shelf = Shelves(FOLDER, folder)
        world.sent = Sent(*mails)
        originals = Originals(accounts, world.sent, world.mailbox, store, Cache(), Clock())
        items = Items(world.outbox.known)
        world.corrections = Corrections(accounts, world.drafts, originals, items, store, Ids(), shelf)

    return put


def composer(pilot):
    assert isinstance(pilot.app.screen, ComposerScreen)
    return pilot.app.screen


async def test_two_keys_lead_to_a_complete_draft_of_the_last_mail_sent(open_app, press, sent, seen, world):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C")
    text = seen(pilot)
    assert "Correct: Q3の数字 · sent" in text and "to 4 people" in text and "the last mail sent" in text
    await press(pilot, "o")
    draft = composer(pilot).draft
    assert draft.subject == "【訂正】Q3の数字" and draft.corrects == "<q3@example.jp>"
    assert draft.to.count("@") == 4 and "〔原因〕" in draft.body
    assert draft.id in world.drafts.kept


async def test_the_first_thing_to_fill_in_is_selected_and_tab_goes_to_the_next(open_app, press, sent):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C", "w")
    assert composer(pilot).body.selected_text == "〔原因〕"
    await press(pilot, "'宛先確認の不足", "tab")
    assert "弊社における宛先確認の不足にございます" in composer(pilot).body.text
    assert composer(pilot).body.selected_text == "〔再発防止策〕"
    await press(pilot, "'二重確認", "tab")
    assert composer(pilot).body.selected_text == "〔電話番号〕"
    await press(pilot, "'03-0000-0000", "tab")
    assert not composer(pilot).body.has_focus


@pytest.mark.parametrize(("scenario", "rows", "top"), [("o", 30, True), ("w", 24, False)])
async def test_the_letter_begins_at_its_top_where_the_first_mark_is_in_sight_then(
    open_app, press, sent, seen, scenario, rows, top
):
    sent(a_mail(to=(SUZUKI,)))
    pilot = await open_app((80, rows))
    await press(pilot, "C", scenario)
    await pilot.pause(0.1)
    body = composer(pilot).body
    assert body.selected_text.startswith("〔") and body.selected_text in seen(pilot)
    assert (body.scroll_offset.y == 0) is top


async def test_what_nobody_filled_in_is_asked_about_before_it_leaves(open_app, press, sent, seen, world):
    sent(a_mail(to=(SUZUKI,)))
    pilot = await open_app()
    await press(pilot, "C", "o")
    await press(pilot, "alt+s")
    assert "Still to be filled in: 〔不備の内容〕" in seen(pilot) and not world.outbox.list
    await press(pilot, "escape")
    assert composer(pilot).draft.corrects
    await press(pilot, "alt+s", "enter")
    assert len(world.outbox.list) == 1 and isinstance(pilot.app.screen, MailScreen)


async def test_a_correction_is_no_mail_to_correct(open_app, press, sent, seen):
    sent(a_mail("c", corrects="<q3@example.jp>"), a_mail("old", subject=Safe("the mail before")))
    pilot = await open_app()
    await press(pilot, "C")
    assert "Correct: the mail before" in seen(pilot)


async def test_a_mail_of_ones_own_under_the_cursor_is_the_one_meant(open_app, press, sent, seen, world):
    mine = world.mailbox.envelope(500, "mine, older", ME)
    world.mailbox.add(mine)
    sent(a_mail(), a_mail("older", subject=line("mine, older"), ref=mine.ref))
    pilot = await open_app()
    await press(pilot, "C")
    assert "Correct: mine, older" in seen(pilot) and "the last mail sent" not in seen(pilot)
    await press(pilot, "escape", "enter", "C")
    assert "Correct: mine, older" in seen(pilot)


async def test_an_item_that_left_is_put_right_from_the_outbox(open_app, press, sent, seen, world):
    item = world.item("from the outbox", ("suzuki@client.example",), 0)
    world.outbox.put(replace(item, state=State.SENT, due=None))
    sent(a_mail(), a_mail("x", item=item.id, subject=Safe("from the outbox")))
    pilot = await open_app()
    await press(pilot, "o", "C")
    assert "Correct: from the outbox" in seen(pilot)


async def test_without_anything_sent_it_says_what_to_do(open_app, press, sent, seen):
    sent()
    pilot = await open_app()
    await press(pilot, "C")
    assert "open one in its Sent folder first" in seen(pilot)


async def test_a_key_right_after_it_is_for_the_page_and_not_for_the_list(open_app, burst, sent, seen, world):
    sent(a_mail())
    pilot = await open_app()
    await burst(pilot, "C", "e")
    assert composer(pilot).draft.corrects
    assert not world.triage.done


async def test_a_correction_is_taken_back_from_the_question_that_hides_its_line(open_app, press, sent, seen):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C")
    await press(pilot, "w")
    await press(pilot, "alt+s", "enter")
    assert "u undo" in seen(pilot)
    await press(pilot, "u")
    assert "suzuki@client.example" in composer(pilot).draft.to
    await press(pilot, "escape")
    assert isinstance(pilot.app.screen, MailScreen)


async def test_a_wrong_person_is_asked_and_then_the_right_one_and_the_one_meant_are_offered(
    open_app, press, sent, seen, world
):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C")
    assert "asks those outside: 2 of 4 people" in seen(pilot)
    await press(pilot, "w")
    draft = composer(pilot).draft
    assert "tanaka" not in draft.to and "suzuki@client.example" in draft.to
    assert "会議は10月5日" not in draft.body
    await press(pilot, "alt+s", "enter")
    assert "r send to the right person  p tell those concerned  u undo  esc that was all" in seen(pilot)
    await press(pilot, "r")
    resent = composer(pilot).draft
    assert (resent.to, resent.subject) == ("", "Q3の数字") and "会議は10月5日（月）です。" in resent.body
    await press(pilot, "'sato@client.example", "alt+s")
    assert "r send to" not in seen(pilot) and "p tell those" in seen(pilot)
    await press(pilot, "p")
    assert composer(pilot).draft.subject.startswith("【お詫び】")
    await press(pilot, "escape")
    assert isinstance(pilot.app.screen, MailScreen)
    assert len(world.outbox.list) == 2 and len(world.drafts.kept) == 1


async def test_of_one_each_the_composer_goes_on_to_the_next_and_the_rest_stay_in_drafts(
    open_app, press, sent, seen, world
):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C", "m")
    assert "each person separately (4)" in seen(pilot)
    await press(pilot, "e")
    assert "Correction · 1 of 4 · work" in seen(pilot) and len(world.drafts.kept) == 4
    assert composer(pilot).draft.to == "田中 一 <tanaka@example.jp>"
    await press(pilot, "alt+s", "enter")
    assert "Correction · 2 of 4" in seen(pilot) and composer(pilot).draft.to.startswith("加藤")
    await press(pilot, "escape")
    assert "3 corrections stay in Drafts (D)." in seen(pilot)
    assert len(world.drafts.kept) == 3 and len(world.outbox.list) == 1


async def test_what_was_filled_in_once_is_filled_in_for_the_next_too(open_app, press, sent, world):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C", "m")
    await press(pilot, "v")
    await press(pilot, "'宛先欄の取り違え", "tab", "'二人での確認", "alt+s")
    draft = composer(pilot).draft
    assert draft.to.startswith("加藤") and "原因は宛先欄の取り違えです。" in draft.body
    assert "二人での確認を徹底" in draft.body and "〔" not in draft.body
    assert world.drafts.kept[draft.id].body == draft.body
    await press(pilot, "alt+s")
    assert "Dear" not in composer(pilot).draft.body and len(world.outbox.list) == 2


async def test_visible_addresses_are_never_made_visible_again(open_app, press, sent, world):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C", "v")
    kept = world.drafts.kept.values()
    assert sorted(draft.to.count("@") for draft in kept) == [1, 1, 1, 1]


async def test_the_edited_original_becomes_the_list_of_wrong_and_right(open_app, press, sent, seen):
    sent(a_mail(to=(SUZUKI,)))
    pilot = await open_app()
    await press(pilot, "C", "t")
    assert isinstance(pilot.app.screen, AmendScreen)
    await press(pilot, "alt+s")
    assert "Nothing is different yet" in seen(pilot)
    area = pilot.app.screen.query_one("#body")
    area.text = area.text.replace("5日（月）", "6日（火）")
    await press(pilot, "alt+s")
    assert "誤：10月5日（月）\n正：10月6日（火）" in composer(pilot).draft.body


async def test_half_an_edit_is_there_again(open_app, press, sent):
    sent(a_mail(to=(SUZUKI,)))
    pilot = await open_app()
    await press(pilot, "C", "t", "'begun ", "escape", "t")
    assert pilot.app.screen.query_one("#body").text.startswith("begun 各位")


async def test_a_right_file_goes_along_and_its_name_stands_in_the_text(open_app, press, sent, tmp_path):
    sent(a_mail(to=(SUZUKI,)))
    file = tmp_path / "見積書_v2.pdf"
    file.write_bytes(b"%PDF")
    pilot = await open_app()
    await press(pilot, "C", "a", f"'{file}", "enter")
    draft = composer(pilot).draft
    assert [one.name for one in draft.attachments] == ["見積書_v2.pdf"]
    assert draft.subject == "【再送】Q3の数字（添付漏れのお詫び）" and "・見積書_v2.pdf" in draft.body


async def test_language_wording_and_people_can_be_changed_first(open_app, press, sent, seen):
    sent(a_mail())
    pilot = await open_app()
    await press(pilot, "C")
    assert "日本語 · one mail · outside wording" in seen(pilot)
    await press(pilot, "l", "x", "p", "space", "enter")
    assert "English · one mail · inside wording" in seen(pilot)
    await press(pilot, "e")
    draft = composer(pilot).draft
    assert draft.subject == "Correction: Q3の数字 (sent before it was finished)"
    assert "tanaka" not in draft.to and draft.to.count("@") == 3
    assert draft.body.startswith("Hi 加藤 愛, Anna and 鈴木 一郎,")


async def test_ones_own_scenarios_have_a_number(open_app, press, sent, seen, tmp_path):
    (tmp_path / "late-answer.ja.txt").write_text("Subject: 【お詫び】遅くなりました\n\n{addressee}\n")
    sent(a_mail(to=(SUZUKI,)), folder=tmp_path)
    pilot = await open_app()
    await press(pilot, "C")
    assert "1  late-answer" in seen(pilot)
    await press(pilot, "1")
    assert composer(pilot).draft.subject == "【お詫び】遅くなりました"


async def test_what_was_written_before_is_told(open_app, press, sent, seen):
    sent(a_mail(to=(SUZUKI,)))
    pilot = await open_app()
    await press(pilot, "C", "o")
    await press(pilot, "escape")
    await press(pilot, "C")
    assert "There are corrections of it already: 1 in Drafts." in seen(pilot)


async def test_a_key_too_many_writes_nothing_twice_and_leaves_nothing_open(open_app, burst, sent, world):
    sent(a_mail(to=(SUZUKI,)))
    pilot = await open_app()
    await burst(pilot, "C")
    await burst(pilot, "w", "w", "escape", "e")
    assert len(world.drafts.kept) == 1
    assert composer(pilot).draft.subject.startswith("【お詫び】誤送信メール")


async def test_one_recipient_is_nothing_to_choose_from(open_app, press, sent, seen):
    sent(a_mail(to=(SUZUKI,)))
    pilot = await open_app()
    await press(pilot, "C")
    assert "to whom" not in seen(pilot)
    await press(pilot, "p")
    assert "It went to one person only." in seen(pilot)


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (200, 50)], ids=str)
async def test_every_line_has_its_width_whatever_the_mail_says(open_app, press, sent, size):
    names = tuple(Address(f"n{n}@x.example", "\x1b[31m[/]長い名前" * 9) for n in range(60))
    sent(a_mail(to=names, subject=line("[@click=app.quit]x[/]\x1b[2J")))
    pilot = await open_app(size)
    for keys in (("C",), ("p",), ("escape", "t"), ("escape", "w")):
        await press(pilot, *keys)
        screen = pilot.app.screen
        widths = {cell_len(strip.text) for strip in screen._compositor.render_strips(screen.size)}
        assert widths == {size[0]}, keys
