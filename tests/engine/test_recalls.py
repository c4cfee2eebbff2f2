"""A recall is asked for once, with everybody's knowledge, and nothing is claimed that no report says."""

import asyncio

import pytest
from builders import NOW, a_draft
from engine.exchange_double import FakeExchange, LetterSource
from msgspec.structs import replace

from tuimail.engine.after.recalls import Wish
from tuimail.engine.aftercare import Aftercare
from tuimail.engine.news import AfterChanged
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.recall import Asked, Lost, NotAsked, RecallState
from tuimail.mail.after.verdict import SWITCHED_OFF, Answer, Course
from tuimail.mail.errors import LoginError, MailboxError, OutboxError, RecallError
from tuimail.mail.hold.item import State
from tuimail.mail.hold.outcome import Accepted, Refusal
from tuimail.mail.letter.envelope import Ref

DAY = 86_400.0
INSIDE = {"to": "Aiko <aiko@home.example.jp>", "cc": "", "bcc": "boss@work.example.jp", "subject": "Q3"}
OUTSIDE = {**INSIDE, "cc": "anna@supplier.example"}


@pytest.fixture
def exchange(world):
    world.exchanges["work"] = FakeExchange()
    world.kinds["work"] = Kind.WORK
    world.sources["work"] = LetterSource("work")
    return world.exchanges["work"]


async def sent(world, engine, **changes):
    item = await engine.outbox.send(a_draft(f"d{len(world.submitter.wires)}", attachments=(), **changes))
    await engine.outbox.now(item.id)
    return await engine.sent.of_item((await world.state(engine, item, State.SENT)).id)


async def asked(world, engine, **changes):
    mail = await sent(world, engine, **{**INSIDE, **changes})
    return mail, await engine.recalls.ask(mail, await engine.recalls.foresee(mail))


def report(subject="Q3", extra=b""):
    return (
        b"From: Microsoft Outlook <noreply@contoso.example>\r\n"
        b"X-MS-Exchange-Generated-Message-Source: Transport Message Recall Routing Agent\r\n"
        + extra
        + f"Subject: Message Recall Report: {subject}\r\n\r\nSee the link.\r\n".encode()
    )


async def test_what_left_is_remembered_with_its_blind_copies(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **OUTSIDE)
    assert [one.spec for one in mail.people] == [
        "aiko@home.example.jp",
        "anna@supplier.example",
        "boss@work.example.jp",
    ]
    assert [one.spec for one in mail.bcc] == ["boss@work.example.jp"]
    assert (mail.subject, mail.sent, mail.account) == ("Q3", NOW.wall, "work")
    assert await engine.sent.latest() == (mail,)
    assert await engine.sent.named(mail.message_id) == mail


async def test_what_left_while_nobody_wrote_it_down_is_remembered_at_the_next_start(world, exchange):
    engine = await world.sending()
    item = await engine.outbox.send(a_draft(attachments=(), **INSIDE))
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    await world.close(engine)
    later = await world.started("later")
    assert [mail.item for mail in await later.sent.latest()] == [item.id]


async def test_the_loop_writes_it_down_without_being_asked(world, exchange):
    engine = await world.sending()
    world.clock.advance(3)
    item = await engine.outbox.send(a_draft(attachments=(), **INSIDE))
    await engine.outbox.now(item.id)
    gone = await world.state(engine, item, State.SENT)
    async with asyncio.timeout(3):
        while await engine._disk.after.sent(gone.message_id) is None:
            await asyncio.sleep(0.01)


async def test_an_item_that_has_not_left_is_no_sent_mail(world, exchange):
    engine = await world.started()
    item = await engine.outbox.send(a_draft(**INSIDE))
    assert await engine.sent.of_item(item.id) is None
    assert await engine.sent.latest() == ()


async def test_mail_that_some_have_and_others_not_yet_can_be_asked_for_and_grows(world, exchange):
    engine = await world.sending()
    put_off = (Refusal("boss@work.example.jp", 450, "later"),)
    world.submitter.refused, world.submitter.outcomes = put_off, [Accepted("250 ok", put_off)]
    item = await engine.outbox.send(a_draft(attachments=(), **INSIDE))
    await engine.outbox.now(item.id)
    await world.until(lambda: any(i.reached for i in engine.outbox.known()))
    half = await engine.sent.of_item(item.id)
    assert [one.spec for one in half.people] == ["aiko@home.example.jp"]
    await engine.recalls.foresee(half)
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    [whole] = await engine.sent.latest(5)
    assert [one.spec for one in whole.people] == ["aiko@home.example.jp", "boss@work.example.jp"]
    assert (whole.sent, len(whole.tips)) == (half.sent, 1)


async def test_a_message_of_no_account_is_said(world, exchange):
    engine = await world.started()
    with pytest.raises(MailboxError, match="no account"):
        await engine.sent.of(Ref("gone", "Sent", "1"))


async def test_a_copy_in_sent_is_known_as_the_mail_that_left(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    uid = world.source.arrive(NOW.wall, world.submitter.wires[0], "Gesendet")
    ref = Ref("work", "Gesendet", uid)
    assert await engine.sent.of(ref) == replace(mail, ref=ref)


async def test_mail_of_ones_own_from_elsewhere_is_taken_from_its_copy(world, exchange):
    engine = await world.started()
    wire = (
        b"From: me@work.example.jp\r\nTo: aiko@home.example.jp\r\nMessage-ID: <far@x>\r\nSubject: far\r\n"
        b"Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n\r\nx"
    )
    ref = Ref("work", "Gesendet", world.source.arrive(NOW.wall, wire, "Gesendet"))
    mail = await engine.sent.of(ref)
    assert (mail.message_id, mail.bcc, mail.item, mail.sent) == ("<far@x>", (), "", NOW.wall)


async def test_mail_from_elsewhere_is_remembered_once_it_was_asked_for_whatever_its_date(world, exchange):
    engine = await world.sending()
    kept = await sent(world, engine, **INSIDE)
    wire = b"""From: me@work.example.jp
To: aiko@home.example.jp
Message-ID: <far@x>
Subject: far
Date: Fri, 15 Jan 2099 08:00:00 +0000

x"""
    mail = await engine.sent.of(Ref("work", "Gesendet", world.source.arrive(NOW.wall, wire, "Gesendet")))
    await engine.recalls.ask(mail, await engine.recalls.foresee(mail))
    assert (await engine.sent.named("<far@x>")).sent == NOW.wall
    assert await engine.sent.named(kept.message_id) == kept


async def test_mail_of_others_is_not_ones_own(world, exchange):
    engine = await world.started()
    ref = Ref("work", "INBOX", world.source.arrive(5, b"From: aiko@home.example.jp\r\n\r\nx"))
    with pytest.raises(MailboxError, match="not from you"):
        await engine.sent.of(ref)


async def test_a_request_is_on_disk_before_it_leaves_and_stands_in_both_trails(world, exchange):
    engine = await world.sending()

    async def look():
        [asking] = await engine._disk.after.recalls()
        assert asking.state is RecallState.ASKING

    exchange.before_answer = look
    mail, recall = await asked(world, engine)
    assert (recall.state, recall.request) == (RecallState.REQUESTED, "<REQ.1@hub>")
    assert exchange.recalled == [f"found-{mail.message_id}"]
    assert "recall requested" in await whys(engine, mail)
    assert AfterChanged(mail.message_id) in world.news
    assert await engine.recalls.known(mail.message_id) == (recall,)


async def test_the_name_that_the_server_gave_it_is_used(world, exchange):
    engine = await world.sending()
    mail = replace(await sent(world, engine, **INSIDE), handle="immutable")
    await engine.recalls.ask(mail, await engine.recalls.foresee(mail))
    assert exchange.recalled == ["immutable"]


async def test_outsiders_are_sent_no_notice_that_nobody_agreed_to(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **OUTSIDE)
    seen = await engine.recalls.foresee(mail)
    assert (seen.course, [one.spec for one in seen.noticed]) == (Course.CONFIRM, ["anna@supplier.example"])
    with pytest.raises(RecallError, match="anna@supplier"):
        await engine.recalls.ask(mail, seen)
    assert exchange.recalled == []
    assert (await engine.recalls.ask(mail, seen, notices=True)).notices


async def test_what_can_not_work_is_not_asked_however_much_one_agrees(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, to="anna@supplier.example", cc="", bcc="", subject="Q3")
    with pytest.raises(RecallError, match="cannot work outside"):
        await engine.recalls.ask(mail, await engine.recalls.foresee(mail), notices=True)
    assert exchange.recalled == []


async def test_verdicts_about_other_people_do_not_count(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    other = await sent(world, engine, **OUTSIDE)
    with pytest.raises(RecallError, match="not those"):
        await engine.recalls.ask(other, await engine.recalls.foresee(mail), notices=True)


async def test_a_lost_answer_is_never_repeated_but_by_a_persons_wish(world, exchange):
    engine = await world.sending()
    exchange.outcomes = [Lost("the connection broke")]
    mail, recall = await asked(world, engine)
    assert recall.state is RecallState.UNSURE
    seen = await engine.recalls.foresee(mail)
    with pytest.raises(RecallError, match="before"):
        await engine.recalls.ask(mail, seen)
    world.clock.advance(3 * DAY)
    await engine.recalls.known()
    assert len(exchange.recalled) == 1
    again = await engine.recalls.ask(mail, seen, again=True)
    assert (again.state, len(exchange.recalled)) == (RecallState.REQUESTED, 2)
    assert [one.state for one in await engine.recalls.known(mail.message_id)] == [
        RecallState.REQUESTED,
        RecallState.UNSURE,
    ]


async def test_a_program_that_ends_while_it_asks_leaves_it_unsure_and_asks_nothing_again(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    seen = await engine.recalls.foresee(mail)
    hangs = asyncio.Event()
    exchange.before_answer = hangs.wait
    asking = asyncio.create_task(engine.recalls.ask(mail, seen))
    await world.until(lambda: exchange.recalled)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await world.close(engine)
    later = await world.started("later")
    world.clock.advance(3)
    assert [one.state for one in await later.recalls.known()] == [RecallState.ASKING]
    world.clock.advance(600)
    assert [one.state for one in await later.recalls.known()] == [RecallState.UNSURE]
    assert len(exchange.recalled) == 1


async def test_of_two_windows_that_ask_at_once_one_is_told_so(world, exchange):
    one, other = await world.sending(), await world.started("other")
    mail = await sent(world, one, **INSIDE)
    seen = await one.recalls.foresee(mail)
    came = await asyncio.gather(
        one.recalls.ask(mail, seen), other.recalls.ask(mail, seen), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in came) == ["Recall", "RecallError"]
    assert len(exchange.recalled) == 1


async def test_a_definite_no_may_be_tried_again(world, exchange):
    engine = await world.sending()
    exchange.outcomes = [NotAsked(403, "ErrorAccessDenied")]
    mail, recall = await asked(world, engine)
    assert (recall.state, recall.said) == (RecallState.REFUSED, "403 ErrorAccessDenied")
    assert (await engine.recalls.ask(mail, await engine.recalls.foresee(mail))).state is RecallState.REQUESTED


async def test_what_is_not_in_sent_items_is_not_asked_for(world, exchange):
    engine = await world.sending()
    exchange.in_sent = False
    with pytest.raises(RecallError, match="Sent Items"):
        await asked(world, engine)
    assert await engine.recalls.known() == ()


async def test_a_server_out_of_reach_leaves_nothing_asked(world, exchange):
    engine = await world.sending()
    exchange.failures["find_sent"] = 1
    with pytest.raises(MailboxError):
        await asked(world, engine)
    assert (await engine.recalls.known(), exchange.recalled) == ((), [])


async def test_a_full_disk_asks_for_nothing(world, exchange, monkeypatch):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    seen = await engine.recalls.foresee(mail)

    async def full(_):
        raise OutboxError("after.db: the disk is full.")

    monkeypatch.setattr(engine._disk.after, "put_recall", full)
    with pytest.raises(OutboxError):
        await engine.recalls.ask(mail, seen)
    assert exchange.recalled == []


async def test_tips_are_kept_for_when_the_server_can_not_be_asked(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **OUTSIDE)
    before = await engine.recalls.foresee(mail)
    exchange.failures["tips"] = exchange.failures["tenant"] = 1
    kept = await engine.sent.named(mail.message_id)
    assert await engine.recalls.foresee(kept) == before


async def test_when_nothing_can_be_checked_that_is_what_is_said(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    exchange.failures["tips"] = exchange.failures["tenant"] = 1
    seen = await engine.recalls.foresee(mail)
    assert (seen.course, seen.words) == (Course.CONFIRM, "could not check the recipients")


async def test_an_account_without_graph_says_why(world):
    world.kinds["work"] = Kind.UNSIGNED
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    assert (await engine.recalls.foresee(mail)).course is Course.SIGN_IN
    with pytest.raises(RecallError, match="sign in to Microsoft Graph"):
        await engine.recalls.ask(mail, await engine.recalls.foresee(mail))


async def test_where_nobody_is_signed_in_the_words_name_the_command(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)

    async def tenant():
        raise LoginError(
            "work is not signed in; its mail is kept; sign in again: tuimail account sign-in work"
        )

    exchange.tenant = tenant
    seen = await engine.recalls.foresee(mail)
    assert seen.course is Course.SIGN_IN
    assert seen.words == "sign in to Microsoft Graph to enable recall (tuimail account sign-in work)"
    with pytest.raises(RecallError, match="tuimail account sign-in work"):
        await engine.recalls.ask(mail, seen)


async def test_switched_off_it_is_not_offered(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    engine._after.care = Aftercare(recall=False)
    seen = await engine.recalls.foresee(mail)
    assert (seen.course, seen.words) == (Course.CORRECT, SWITCHED_OFF)
    assert all(verdict.answer is Answer.CANNOT for verdict in seen.verdicts)
    with pytest.raises(RecallError):
        await engine.recalls.ask(mail, seen)


async def test_several_go_one_after_the_other_and_stop_when_told(world, exchange):
    engine = await world.sending()
    mails = [await sent(world, engine, **INSIDE) for _ in range(3)]
    mails.insert(1, await sent(world, engine, **OUTSIDE))
    wishes = [Wish(mail, await engine.recalls.foresee(mail)) for mail in mails]
    came = []
    async for _, outcome in engine.recalls.ask_all(wishes):
        came.append(type(outcome).__name__)
        if len(came) == 3:
            break
    assert came == ["Recall", "RecallError", "Recall"]
    assert len(exchange.recalled) == 2


async def read(engine, world):
    """Read the inbox, and let everything that follows happen."""
    await engine.start()
    await engine.follow.met("work")
    world.clock.advance(3)


async def whys(engine, mail):
    return [entry.why for entry in await engine.outbox.trail(mail.item)]


async def reported(engine, world, mail):
    async with asyncio.timeout(3):
        while True:
            [recall] = await engine.recalls.known(mail.message_id)
            if recall.state is RecallState.REPORTED:
                return recall
            await asyncio.sleep(0.005)


async def test_a_report_that_comes_is_attached_and_told_of(world, exchange):
    engine = world.engine()
    await read(engine, world)
    await world.until(lambda: engine.outbox.sending_here)
    mail, _ = await asked(world, engine)
    uid = world.source.arrive(NOW.wall + 60, report())
    recall = await reported(engine, world, mail)
    assert (recall.report, recall.reported) == (Ref("work", "INBOX", uid), NOW.wall + 60)
    async with asyncio.timeout(3):
        while "recall: report received" not in await whys(engine, mail):
            await asyncio.sleep(0.005)
    states = {row.person.spec: row.state for row in (await engine.recalls.page(mail)).rows}
    assert set(states.values()) == {"report received"}


async def test_a_report_that_came_while_nothing_ran_is_found(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    await world.close(engine)
    world.source.arrive(NOW.wall + 60, report())
    world.source.arrive(NOW.wall + 90, b"From: x@y\r\nSubject: Q3\r\n\r\nsomething else")
    later = world.engine("later")
    await read(later, world)
    assert (await reported(later, world, mail)).reported == NOW.wall + 60


async def test_a_day_of_silence_is_said_and_ends_with_a_late_report(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    await world.close(engine)
    world.clock.advance(DAY + 1)
    later = world.engine("later")
    await read(later, world)
    [silent] = await later.recalls.known()
    assert silent.state is RecallState.SILENT
    world.source.arrive(NOW.wall + DAY + 100, report())
    assert (await reported(later, world, mail)).state is RecallState.REPORTED


async def test_each_report_goes_to_its_own_request(world, exchange):
    engine = await world.sending()
    exchange.outcomes = [Asked("<R1@hub>", "ok"), Asked("<R2@hub>", "ok")]
    first, _ = await asked(world, engine)
    second, _ = await asked(world, engine, subject="Lunch")
    world.source.arrive(NOW.wall + 60, report("Lunch"))
    world.source.arrive(NOW.wall + 70, report("", b"References: <R1@hub>\r\n"))
    await engine.recalls.look("work", ask=True)
    mine = {one.message_id: one.reported for one in await engine.recalls.known()}
    assert mine == {second.message_id: NOW.wall + 60, first.message_id: NOW.wall + 70}


async def test_classic_reports_tell_of_one_recipient_each(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    for at, name, said in ((60, "aiko@home", "Success"), (70, "boss@work", "Failure")):
        wire = f"From: {name}.example.jp\r\nSubject: Message Recall {said}: Q3\r\n\r\nx"
        world.source.arrive(NOW.wall + at, wire.encode())
    await engine.recalls.look("work", ask=True)
    states = {row.person.spec: row.state for row in (await engine.recalls.page(mail)).rows}
    assert states == {
        "aiko@home.example.jp": "report said success",
        "boss@work.example.jp": "report said failure",
    }


async def test_a_report_is_attached_although_another_process_moved_the_request_meanwhile(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    world.source.arrive(NOW.wall + 60, report())
    put, tries = engine._disk.after.put_recall, []

    async def late(recall):
        tries.append(recall)
        return False if len(tries) == 1 else await put(recall)

    engine._disk.after.put_recall = late
    await engine.recalls.look("work", ask=True)
    assert (await engine.recalls.known(mail.message_id))[0].state is RecallState.REPORTED


async def test_a_copy_that_exchange_renamed_is_known_by_its_old_name(world, exchange):
    engine = await world.sending()
    mail = await sent(world, engine, **INSIDE)
    renamed = f"Message-ID: <new@prod>\r\nX-Microsoft-Original-Message-ID: {mail.message_id}\r\n"
    wire = renamed.encode() + b"From: me@work.example.jp\r\nSubject: Q3\r\n\r\nx"
    ref = Ref("work", "Gesendet", world.source.arrive(NOW.wall, wire, "Gesendet"))
    assert await engine.sent.of(ref) == replace(mail, ref=ref)


async def test_nothing_is_fetched_where_no_report_is_waited_for(world, exchange):
    engine = await world.sending()
    world.source.arrive(NOW.wall + 60, report())
    await engine.recalls.look("work", ask=True)
    assert world.source.asked == [call for call in world.source.asked if call[0] not in ("body", "look")]


async def test_a_damaged_or_foreign_mail_in_between_holds_nothing_up(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    world.source.arrive(NOW.wall + 50, b"\xff\x00" * 500)
    world.source.arrive(NOW.wall + 60, report())
    world.source.failures["body"] = 1
    await engine.recalls.look("work", ask=True)
    await engine.recalls.look("work", ask=True)
    assert (await engine.recalls.known(mail.message_id))[0].state is RecallState.REPORTED


async def test_what_is_moved_into_the_inbox_late_is_found_all_the_same(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    world.source.arrive(NOW.wall + 5_000, b"From: x@y\r\nSubject: news\r\n\r\nx")
    await engine.recalls.look("work", ask=True)
    world.source.arrive(NOW.wall + 60, report())
    await engine.recalls.look("work", ask=True)
    assert (await engine.recalls.known(mail.message_id))[0].state is RecallState.REPORTED


async def test_mail_with_a_date_to_come_hides_no_report(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    world.source.arrive(NOW.wall + 3_000 * DAY, b"From: x@y\r\nSubject: news\r\n\r\nx")
    await engine.recalls.look("work", ask=True)
    world.source.arrive(NOW.wall + 60, report())
    await engine.recalls.look("work", ask=True)
    assert (await engine.recalls.known(mail.message_id))[0].state is RecallState.REPORTED


async def test_a_report_below_what_was_here_before_the_inbox_was_complete_is_found(world, exchange):
    engine = await world.sending()
    mail, _ = await asked(world, engine)
    await world.close(engine)
    world.clock.advance(3 * DAY)
    world.source.arrive(NOW.wall + 3 * DAY, b"From: x@y\r\nSubject: news\r\n\r\nx")
    later = await world.started("later")
    await later.mailbox.sync("work", "INBOX")
    world.source.arrive(NOW.wall + 60, report())
    await later.recalls.look("work")
    await later.recalls.look("work", ask=True)
    assert (await later.recalls.known(mail.message_id))[0].state is RecallState.REPORTED


async def test_a_large_inbox_is_looked_through_once_and_then_only_its_newest_day(world, exchange):
    engine = await world.sending()
    await asked(world, engine)
    for number in range(260):
        world.source.arrive(NOW.wall + 700 * number, b"From: x@y\r\nSubject: news\r\n\r\nx")
    world.clock.advance(700 * 260)
    await engine.recalls.look("work", ask=True)
    pages, read = [], []
    page, raw = engine._disk.cache.page, engine.mailbox.raw

    def counted(call, calls, argument):
        async def run(*arguments):
            calls.append(arguments[argument])
            return await call(*arguments)

        return run

    engine._disk.cache.page, engine.mailbox.raw = counted(page, pages, 1), counted(raw, read, 0)
    await engine.recalls.look("work", ask=True)
    assert (pages, read) == ([0, 100], [])
