"""Rules on the way into the outbox: what they see, and that their trouble never lets mail out."""

import pytest
from builders import a_draft
from msgspec.structs import replace

from tuimail.engine.news import Notice
from tuimail.engine.sending.checks import HouseRules
from tuimail.mail.errors import AddressError, ConfigError, ConfirmError, DraftError
from tuimail.mail.hold.item import State
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import Safe
from tuimail.mail.rule.rule import Hours, Rule, When
from tuimail.mail.when.calendar import Calendar

RAW = b"From: me@work.example.jp\r\nTo: me@work.example.jp\r\nSubject: x\r\n\r\nx\r\n"


class Book:
    """Rules that may be changed, or broken, while an engine runs."""

    def __init__(self, *rules: Rule) -> None:
        self.rules, self.trouble = rules, ""

    def read(self):
        if self.trouble:
            raise ConfigError(self.trouble)
        return self.rules


def draft(to="suzuki@client.example", **changes):
    return replace(a_draft(), to=to, cc="", bcc="", attachments=(), **changes)


@pytest.fixture
def ruled(world):
    """Makes an engine with these rules; its book is `world.rules.book`."""

    def make(*rules, zone="Asia/Tokyo"):
        world.rules = HouseRules(Book(*rules), lambda: zone, lambda: Calendar("JP"))
        return world.engine()

    return make


async def test_a_rule_delays_and_says_so(ruled):
    engine = ruled(Rule("outside waits", When(external=True), delay=60))
    item = await engine.outbox.send(draft())
    assert (item.hold, item.why) == (60, "rule: outside waits")
    assert item.reasons == ("rule: outside waits", "undo window 10 s")
    (entry,) = await engine.outbox.trail(item.id)
    assert "rule: outside waits" in entry.why
    assert (await engine.outbox.send(draft("me@home.example.jp, x@work.example.jp", id="d2"))).hold == 60
    assert (await engine.outbox.send(draft("x@work.example.jp", id="d3"))).hold == 10


async def test_a_rule_asks_for_receipts_with_the_header_and_on_the_way(ruled):
    engine = ruled(Rule("contracts", When(external=True), receipts=True))
    item = await engine.outbox.send(draft())
    assert item.receipts
    assert b"Disposition-Notification-To: " in await engine.outbox.wire(item.id)
    plain = await engine.outbox.send(draft("x@work.example.jp", id="d2"))
    assert not plain.receipts
    assert b"Disposition-Notification-To: " not in await engine.outbox.wire(plain.id)
    raw = await engine.outbox.send_raw("work", RAW, recipients=("suzuki@client.example",))
    assert raw.receipts
    assert b"Disposition-Notification-To: " not in await engine.outbox.wire(raw.id)


async def test_outside_is_told_by_the_domains_of_the_account(world, ruled):
    engine = ruled(Rule("r", When(external=True), delay=60))
    for account in engine.accounts:
        engine._accounts[account.name] = replace(account, domains=("client.example",))
    assert (await engine.outbox.weigh(draft())).delays == ()
    assert (await engine.outbox.weigh(draft("x@work.example.jp"))).delays != ()


async def test_the_recipients_of_the_envelope_count_and_not_those_of_the_header(ruled):
    engine = ruled(Rule("r", When(external=True), delay=60))
    assert (await engine.outbox.send_raw("work", RAW)).hold == 10
    assert (await engine.outbox.send_raw("work", RAW, recipients=("suzuki@client.example",))).hold == 60


async def test_a_broken_rulebook_pauses_what_is_sent_until_it_is_whole_again(world, ruled):
    engine = ruled(Rule("r", When(), delay=60))
    world.rules.book.trouble = "config.toml:3: rules.delay: no"
    item = await engine.outbox.send(draft())
    assert (item.state, item.due) == (State.PAUSED, None)
    assert item.reasons[0] == "config.toml:3: rules.delay: no"
    world.rules.book.trouble = ""
    assert (await engine.outbox.send(draft(id="d2"))).hold == 60
    assert (await engine.outbox.item(item.id)).state is State.PAUSED
    assert await engine.outbox.release(item.id)


async def test_broken_rules_are_told_of_at_the_start(world, ruled):
    engine = ruled()
    world.rules.book.trouble = "config.toml:3: rules.delay: no"
    await engine.start(mail=False)
    await world.until(lambda: world.heard(Notice))
    assert world.heard(Notice)[0].text.startswith("config.toml:3: rules.delay: no. What you send is paused")


async def test_a_country_without_known_holidays_and_a_lost_zone_pause(world, ruled):
    engine = ruled(Rule("r", When(holidays=True), delay=60))
    world.rules = None
    engine.checks._house = HouseRules(
        Book(*engine.checks._house.book.rules), lambda: "UTC", lambda: Calendar("XX")
    )
    assert "nobody has the holidays of XX" in (await engine.outbox.weigh(draft())).pauses[0]
    engine = ruled(Rule("r", When(hours=(Hours(0, 1440),)), delay=60), zone="Nowhere/At all")
    assert "no time zone" in (await engine.outbox.weigh(draft())).pauses[0]


async def test_a_question_of_a_rule_is_asked_and_a_refusal_keeps_the_draft(ruled):
    engine = ruled(Rule("r", When(), confirm="Sure?"))
    with pytest.raises(ConfirmError, match=r"rule: r: Sure\?"):
        await engine.outbox.send(draft())
    assert (await engine.outbox.send(draft(), confirmed=True)).state is State.WAITING
    engine = ruled(Rule("r", When(), block="no"))
    with pytest.raises(DraftError, match="rule: r: no"):
        await engine.outbox.send(draft(id="d2"))


async def test_a_recipient_that_is_none_is_said_before_any_rule(ruled):
    with pytest.raises(AddressError):
        await ruled(Rule("r", When(), delay=60)).outbox.weigh(draft("half typ"))


def sent(uid, to, at):
    from tuimail.mail.letter.address import Address

    ref, people = Ref("work", "Gesendet", uid), (Address(to),)
    return Envelope(ref, Address("me@work.example.jp"), people, (), Safe("x"), at, 1, frozenset())


async def test_everybody_is_a_first_time_until_the_sent_folder_was_seen(world, ruled):
    engine = ruled(Rule("r", When(first_time=True), delay=60))
    assert (await engine.outbox.weigh(draft())).delays != ()
    await engine.mailbox.refresh_folders("work")
    await engine._disk.cache.put([sent("1", "Suzuki@Client.example", 1.0)])
    assert (await engine.outbox.weigh(draft())).delays == ()
    assert (await engine.outbox.weigh(draft("suzuki@client.example, tanaka@client.example"))).delays != ()


async def test_whoever_got_something_from_this_outbox_was_written_to(world, ruled):
    engine = ruled(Rule("r", When(first_time=True), delay=60))
    item = await engine.outbox.send(draft())
    assert (await engine.outbox.weigh(draft())).delays != ()
    await engine.start(mail=False)
    await world.until(lambda: engine.outbox.sending_here)
    world.clock.advance(61)
    await world.state(engine, item, State.SENT)
    assert (await engine.outbox.weigh(draft())).delays == ()


async def test_without_rules_nobody_is_looked_up(world, ruled):
    engine = ruled()
    engine._disk.cache.written_to = None
    assert (await engine.outbox.send(draft())).hold == 10
