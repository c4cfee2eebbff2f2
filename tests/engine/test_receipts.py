"""Receipts are taken for mail that left from here, once, as what was said."""

import pytest
from builders import NOW, a_draft
from engine.exchange_double import LetterSource
from msgspec.structs import replace

from tuimail.engine.news import AfterChanged
from tuimail.mail.after.receipt import Fate
from tuimail.mail.hold.item import State

PEOPLE = {"to": "Aiko <aiko@home.example.jp>", "cc": "", "bcc": "", "subject": "Q3"}


@pytest.fixture
async def engine(world):
    world.sources["work"] = LetterSource("work")
    return await world.sending()


async def sent(world, engine, receipts=True):
    item = await engine.outbox.send(a_draft("d1", attachments=(), receipts=receipts, **PEOPLE))
    await engine.outbox.now(item.id)
    mail = await engine.sent.of_item((await world.state(engine, item, State.SENT)).id)
    if mail.receipts is not receipts:
        mail = replace(mail, receipts=receipts)
        await engine.sent.keep(mail)
    return mail


def read_by_aiko(message_id):
    return f"""From: aiko@home.example.jp
Subject: Read: Q3
In-Reply-To: {message_id}
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; aiko@home.example.jp
Original-Message-ID: {message_id}
Disposition: manual-action/MDN-sent-manually; displayed
--b--
""".encode()


def bounced(message_id, action="failed"):
    return f"""From: MAILER-DAEMON@mx.example.jp
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx

Final-Recipient: rfc822; aiko@home.example.jp
Action: {action}
Diagnostic-Code: smtp; 550 no such user
--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--b--
""".encode()


async def look(engine):
    await engine.mailbox.sync("work", "INBOX")
    await engine.receipts.look("work")


async def test_a_receipt_of_reading_is_kept_told_and_stands_in_the_trail(world, engine):
    mail = await sent(world, engine)
    world.source.arrive(NOW.wall + 60, read_by_aiko(mail.message_id))
    await look(engine)
    [receipt] = await engine.receipts.known(mail.message_id)
    assert (receipt.spec, receipt.fate, receipt.ref.folder) == ("aiko@home.example.jp", Fate.READ, "INBOX")
    assert AfterChanged(mail.message_id) in world.news
    whys = [entry.why for entry in await engine.outbox.trail(mail.item)]
    assert "receipt: read, aiko@home.example.jp" in whys
    row = (await engine.recalls.page(mail)).rows[0]
    assert row.state == "receipt said read"


async def test_of_mail_that_asked_for_none_only_failures_count(world, engine):
    mail = await sent(world, engine, receipts=False)
    world.source.arrive(NOW.wall + 60, read_by_aiko(mail.message_id))
    world.source.arrive(NOW.wall + 70, bounced(mail.message_id, "delivered"))
    world.source.arrive(NOW.wall + 80, bounced(mail.message_id))
    await look(engine)
    [receipt] = await engine.receipts.known(mail.message_id)
    assert (receipt.fate, receipt.text) == (Fate.FAILED, "550 no such user")


async def test_a_receipt_is_told_of_once_whoever_looks_and_however_often(world, engine):
    mail = await sent(world, engine)
    world.source.arrive(NOW.wall + 60, read_by_aiko(mail.message_id))
    await look(engine)
    other = await world.started("other")
    await look(other)
    await look(engine)
    whys = [entry.why for entry in await engine.outbox.trail(mail.item)]
    assert len([why for why in whys if why.startswith("receipt")]) == 1


async def test_receipts_of_mail_that_never_left_from_here_are_let_be(world, engine):
    mail = await sent(world, engine)
    world.source.arrive(NOW.wall + 60, bounced("<other@x>"))
    await look(engine)
    assert await engine.receipts.known("<other@x>") == ()
    assert await engine.receipts.known(mail.message_id) == ()


async def test_a_flood_of_made_up_receipts_ends_at_a_bound(world, engine, monkeypatch):
    monkeypatch.setattr("tuimail.engine.after.receipts.MOST", 30)
    mail = await sent(world, engine)
    for number in range(4):
        people = b"\n\n".join(
            f"Final-Recipient: rfc822; {number}-{each}@x.example\nAction: failed".encode()
            for each in range(20)
        )
        wire = bounced(mail.message_id).partition(b"Final-Recipient")
        rest = wire[2].partition(b"\n--b")
        world.source.arrive(NOW.wall + 60 + number, wire[0] + people + b"\n" + rest[1] + rest[2])
    await look(engine)
    assert len(await engine.receipts.known(mail.message_id)) == 30


async def test_nobody_elses_mail_is_fetched_for_this(world, engine):
    await sent(world, engine)
    world.source.arrive(NOW.wall + 60, b"From: stranger@else.example\r\nSubject: hi\r\n\r\nx")
    await look(engine)
    assert not [call for call in world.source.asked if call[0] == "body"]
