"""Mail that Exchange keeps until its time: handed over in two steps, given back only as far as is seen."""

import pytest
from msgspec.structs import replace
from servers.graphing import KEN, ME, OUT, Journal, graph_at, mail, stand_in
from servers.keeping import item_of

from tuimail.backends.graph.keeper import GraphKeeper
from tuimail.demo.exchange import Fault
from tuimail.mail.errors import MailboxError, OutboxError
from tuimail.mail.hold.keeping import Offer, Whereabouts
from tuimail.mail.hold.outcome import Kept, Refused, Unreachable, Vanished, Withdrawn

SEND = "POST /me/messages/*/send"
HOUR = 3_600.0


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["drafts", "outbox"])
def server(request, clock):
    with stand_in(clock, deferred_folder=request.param) as running:
        yield running


@pytest.fixture
async def keeper(server, clock):
    async with graph_at(server.url) as graph:
        yield GraphKeeper(graph, clock)


async def kept(keeper, clock, **changes):
    outcome = await keeper.hand_over(mail(**changes), clock.now + HOUR, Journal())
    assert isinstance(outcome, Kept)
    return outcome.handle


async def test_it_says_that_giving_back_may_be_refused(keeper):
    assert await keeper.offer() == Offer(30 * 86_400.0, cancellable=True, perhaps=True)


async def test_it_leaves_at_its_time_and_not_before(server, keeper, clock):
    handle = await kept(keeper, clock)
    server.org.run()
    assert server.log.sent == []
    assert await keeper.whereabouts(handle) is Whereabouts.KEPT
    clock.now += HOUR + 1
    assert await keeper.whereabouts(handle) is Whereabouts.GONE
    assert server.log.sends_of("token") == 1
    assert server.log.count("POST", "/sendMail") == 0


async def test_what_was_given_back_never_leaves(server, keeper, clock):
    handle = await kept(keeper, clock)
    assert await keeper.unsend(handle) is Whereabouts.CANCELED
    clock.now += 2 * HOUR
    server.org.run()
    assert server.log.sent == []
    assert await keeper.whereabouts(handle) is Whereabouts.NOWHERE


async def test_what_went_out_is_not_given_back_and_its_copy_stays(server, keeper, clock):
    handle = await kept(keeper, clock)
    clock.now += HOUR + 1
    assert await keeper.unsend(handle) is Whereabouts.GONE
    assert len(server.org.mailbox(ME).messages("sentitems")) == 1


async def test_what_goes_out_while_it_is_asked_for_is_not_said_to_be_canceled(server, keeper, clock):
    handle = await kept(keeper, clock)
    server.faults.add("POST /me/messages/*/move", Fault.slow(0.3))
    import asyncio

    asking = asyncio.create_task(keeper.unsend(handle))
    await asyncio.sleep(0.1)
    clock.now += HOUR + 1
    assert await asking is Whereabouts.GONE
    assert server.log.sends_of("token") == 1


async def test_an_organisation_that_allows_no_cancelling_is_said(server, keeper, clock):
    handle = await kept(keeper, clock)
    server.org.switch(keeps_deferred=True)
    with pytest.raises(MailboxError, match="does not allow cancelling here, use Outlook"):
        await keeper.unsend(handle)
    assert await keeper.whereabouts(handle) is Whereabouts.KEPT


async def test_a_wish_whose_answer_was_lost_is_told_by_where_the_mail_is(server, keeper, clock):
    handle = await kept(keeper, clock)
    server.faults.add("DELETE /me/messages/*", Fault.lost())
    with pytest.raises(MailboxError):
        await keeper.unsend(handle)
    assert await keeper.whereabouts(handle) is Whereabouts.NOWHERE


async def test_what_went_out_and_was_thrown_away_since_is_not_said_to_have_gone_to_nobody(
    server, keeper, clock
):
    handle = await kept(keeper, clock)
    clock.now += HOUR + 1
    server.org.run()
    box = server.org.mailbox(ME)
    box.erase(box.messages("sentitems")[0])
    assert await keeper.whereabouts(handle) is Whereabouts.NOWHERE
    assert await keeper.unsend(handle) is Whereabouts.NOWHERE


async def test_taken_back_before_it_was_handed_over_it_is_nowhere(server, keeper, clock):
    assert await keeper.hand_over(mail(), clock.now + HOUR, Journal(go=False)) == Withdrawn()
    clock.now += 2 * HOUR
    server.org.run()
    assert (server.log.sent, server.org.mailbox(ME).messages("drafts")) == ([], ())


@pytest.mark.parametrize(
    ("where", "fault", "outcome"),
    [
        ("PATCH /me/messages/*", Fault.lost(), Unreachable),
        ("PATCH /me/messages/*", Fault.answer(400), Refused),
        (SEND, Fault.lost(), Vanished),
        (SEND, Fault.answer(503), Vanished),
        (SEND, Fault.answer(403, "ErrorSendAsDenied"), Refused),
    ],
)
async def test_a_lost_answer_is_unsure_from_the_handing_over_on(server, keeper, clock, where, fault, outcome):
    server.faults.add(where, fault)
    assert type(await keeper.hand_over(mail(), clock.now + HOUR, Journal())) is outcome


async def test_one_whose_answer_was_lost_is_found_where_it_surely_waits(server, keeper, clock):
    server.faults.add(SEND, Fault.lost())
    journal = Journal()
    await keeper.hand_over(mail(), clock.now + HOUR, journal)
    found = await keeper.find(item_of("token", journal.remote))
    assert found == (journal.remote if server.org.policy.deferred_folder == "outbox" else "")


@pytest.mark.parametrize("known", [True, False])
async def test_when_nothing_can_be_written_down_only_a_draft_that_is_known_stays(
    server, keeper, clock, known
):
    async def full(*_):
        raise OutboxError("the disk is full")

    server.faults.add(SEND, Fault.answer(429, retry_after=0))
    journal = Journal()
    await keeper.hand_over(mail(), clock.now + HOUR, journal)
    again = mail(token="second") if not known else replace(mail(), handle=journal.remote)
    with pytest.raises(OutboxError):
        await keeper.hand_over(again, clock.now + HOUR, full)
    assert len(server.org.mailbox(ME).messages("drafts")) == 1


async def test_further_than_exchange_is_known_to_keep_mail_it_is_not_asked(server, keeper, clock):
    outcome = await keeper.hand_over(mail(), clock.now + 31 * 86_400, Journal())
    assert outcome == Refused(554, "127.0.0.1 keeps mail for 30 days at most")
    assert server.log.requests == []


async def test_nobody_gets_it_who_is_not_to(server, keeper, clock):
    letter = replace(mail(KEN, cc=OUT), recipients=(KEN,))
    assert isinstance(await keeper.hand_over(letter, clock.now + HOUR, Journal()), Refused)
    assert server.log.requests == []
