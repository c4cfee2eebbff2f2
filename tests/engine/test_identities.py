"""Who one is in a mail: what an answer is from, and what goes on the wire."""

import pytest
from msgspec.structs import replace

from tuimail.engine.account import Accounts
from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.identity import Identity
from tuimail.mail.rule.decision import Guise

DESK = Identity("work", Address("desk@example.jp", "Desk"), "The desk")


@pytest.fixture
def engine(world):
    made = world.engine()
    made._accounts["work"] = replace(made._accounts["work"], aliases=(DESK,))
    return made


async def message(world, head):
    uid = await world.source.append(
        "INBOX", f"From: ann@x.example\r\n{head}\r\n\r\nhello\r\n".encode(), frozenset()
    )
    return Ref("work", "INBOX", uid)


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        ("To: Desk@Example.jp", DESK.address),
        ("To: list@x.example\r\nCc: desk@example.jp", DESK.address),
        ("To: list@x.example\r\nDelivered-To: desk@example.jp", DESK.address),
        ("To: me@work.example.jp, desk@example.jp", None),
        ("To: nobody@x.example", None),
    ],
)
async def test_an_answer_is_from_whom_the_mail_was_sent_to(world, engine, head, sender):
    draft = await engine.drafts.reply(await message(world, head), everyone=False)
    assert draft.sender == sender
    assert draft.body.endswith("-- \nThe desk\n" if sender else "-- \nof work\n")


async def test_mail_for_another_account_is_answered_from_there(world, engine):
    draft = await engine.drafts.reply(await message(world, "To: me@home.example.jp"), everyone=True)
    assert (draft.account, draft.sender) == ("home", None)


async def test_the_identity_is_in_from_and_envelope_and_message_id(world, engine):
    draft = replace(engine.drafts.written_as(engine.drafts.new(), DESK), to="ann@x.example")
    assert draft.body == "\n\n-- \nThe desk\n"
    item = await engine.outbox.send(draft)
    submission = await world.disks["screen"].submission(item.id)
    assert submission.sender == "desk@example.jp"
    assert b"From: Desk <desk@example.jp>\r\n" in submission.wire
    assert submission.message_id.endswith("@example.jp>")
    assert await engine.outbox.undo() == draft


async def test_a_rules_wish_changes_sender_and_signature_and_goes_again(world, engine):
    drafts = engine.drafts
    guise = Guise("desk@example.jp", "Only today", "rule: r")
    dressed = drafts.dressed(replace(drafts.new(), body="Hello\n\n-- \nof work\n"), guise)
    assert (dressed.sender, dressed.body) == (DESK.address, "Hello\n\n-- \nOnly today\n")
    plain = drafts.dressed(dressed, Guise("me@work.example.jp", None, "rule: s"), guise)
    assert (plain.sender, plain.body) == (None, "Hello\n\n-- \nof work\n")


async def test_a_signature_changed_by_hand_stays(world, engine):
    draft = replace(engine.drafts.new(), body="Hello\n\n-- \nof work, in a hurry\n")
    assert engine.drafts.written_as(draft, DESK).body == draft.body


async def test_a_list_is_answered_where_it_takes_mail(world, engine):
    ref = await message(world, "To: me@work.example.jp\r\nList-Post: <mailto:list@x.example>")
    assert (await engine.drafts.reply_list(ref)).to == "list@x.example"
    with pytest.raises(MailboxError, match="no mailing list"):
        await engine.drafts.reply_list(await message(world, "To: me@work.example.jp"))


async def test_messages_are_forwarded_as_files(world, engine):
    one = await message(world, "Subject: a/b")
    two = await message(world, "Subject: second")
    draft = await engine.drafts.forward_attached([one, two])
    assert [(file.name, file.type) for file in draft.attachments] == [
        ("a-b.eml", "message/rfc822"),
        ("second.eml", "message/rfc822"),
    ]
    item = await engine.outbox.send(replace(draft, to="ann@x.example"))
    wire = (await world.disks["screen"].submission(item.id)).wire
    assert b"Content-Type: message/rfc822" in wire
    assert b"Subject: second\r\n\r\nhello" in wire


def test_own_addresses_are_those_of_all_identities(engine):
    assert isinstance(engine._accounts, Accounts)
    assert engine._accounts.own() == {"me@work.example.jp", "desk@example.jp", "me@home.example.jp"}
