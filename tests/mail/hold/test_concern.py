"""Nothing rests silently: what has no next time is said, the most pressing first."""

import time

import pytest
from builders import NOW, a_queued
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.mail.hold import look, move
from tuimail.mail.hold.concern import Matter, concerns, told
from tuimail.mail.hold.item import Filing, Item, State, Wait
from tuimail.mail.hold.outcome import Accepted, Denied, Phase, Refusal, Refused, Unreachable, Vanished
from tuimail.mail.hold.settle import settle
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.safe import Safe

BASE = replace(a_queued()[0], subject=Safe("lunch"))
ACCOUNTS = {"work", "home"}
STOP = Stop("work", NOW.wall, "535 no")


def item(state: State = State.WAITING, **changes: object) -> Item:
    due = NOW.later(10) if state is State.WAITING else None
    return replace(BASE, **{"state": state, "due": due, **changes})


def matters(*items: Item, stops=(), accounts=ACCOUNTS, someone_sends=True, now=NOW):
    return [concern.matter for concern in concerns(items, stops, accounts, someone_sends, now)]


def the(*items: Item, stops=(), accounts=ACCOUNTS, someone_sends=True):
    (concern,) = concerns(items, stops, accounts, someone_sends, NOW)
    return concern, told(concern, NOW)


@pytest.mark.parametrize(
    "calm",
    [
        item(),
        item(State.SENDING, phase=Phase.DATA),
        item(State.SENT, filing=Filing.DONE),
        item(State.SENT, filing=Filing.DUE, filing_tries=2, filing_due=NOW.wall + 10),
        item(State.UNDONE),
        item(wait=Wait.RETRY, tries=2, hold=600.0),
        item(wait=Wait.RETRY, tries=4, hold=120.0),
        item(due=NOW.later(-60)),
        item(due=NOW.later(9_000_000), wait=Wait.SCHEDULE),
    ],
)
def test_what_goes_its_way_is_not_spoken_of(calm):
    assert matters(calm) == []


def test_an_unsure_one_that_nobody_looks_for_any_more_asks():
    asked = look.missed(move.doubt(item(State.SENDING), NOW, "answer lost").new, NOW, server_files=False).new
    concern, line = the(asked)
    assert (concern.matter, concern.asks, concern.at) == (Matter.UNSURE, True, None)
    assert line.startswith("lunch: its server puts no copy in Sent to go by: probably sent; was it? · say")


def test_an_unsure_one_that_is_looked_for_says_when():
    concern, line = the(move.doubt(item(State.SENDING), NOW, "answer lost: probably sent").new)
    assert (concern.matter, concern.asks) == (Matter.LOOKING, False)
    assert line == "lunch: answer lost: probably sent · looked for in Sent in 10 min"


def test_a_failed_one_says_the_server_s_reason():
    _, line = the(item(State.FAILED, why="refused by the server"))
    assert line == "lunch: refused by the server · change it, or try again"


def test_a_stopped_account_is_said_once_with_how_many_wait():
    concern, line = the(*[item(id=str(number)) for number in range(20)], stops=[STOP])
    assert (concern.matter, concern.count, concern.item) == (Matter.STOPPED, 20, None)
    assert (
        line
        == "work: the server refused the login (535 no); 20 mails wait · mend the login, then let it go on"
    )


def test_the_mail_of_a_stopped_account_is_not_late_besides():
    assert matters(item(due=NOW.later(-9_000)), stops=[STOP]) == [Matter.STOPPED]


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING])
def test_mail_of_an_account_that_is_gone_from_the_configuration_is_named(state):
    concern, line = the(item(state, account="old"), item(id="2", account="old"))
    assert (concern.matter, concern.count) == (Matter.GONE, 2)
    assert "there is no account old in the configuration any more" in line


def test_a_copy_or_a_doubt_of_an_account_that_is_gone_is_named_too():
    copy = item(State.SENT, account="old", filing=Filing.DUE)
    doubt = item(State.UNSURE, account="old", due=NOW.later(10))
    assert matters(copy, doubt) == [Matter.UNSURE, Matter.GONE]


def test_a_paused_one_gives_its_reason_once():
    _, line = the(
        item(State.PAUSED, why="fell due long ago, when it could not leave: send now, or take back")
    )
    assert line == "lunch: fell due long ago, when it could not leave · send it now, or take it back"


def test_one_that_was_paused_by_hand_comes_last_and_does_not_ask():
    kept = move.pause(item(), NOW).new
    failed = item(State.FAILED)
    first, last = concerns([kept, failed], (), ACCOUNTS, True, NOW)
    assert (first.matter, last.matter, last.asks) == (Matter.FAILED, Matter.KEPT_BACK, False)


def test_when_nobody_sends_it_is_said_once_for_all_and_only_if_something_waits():
    found = concerns([item(), item(id="2")], (), ACCOUNTS, False, NOW)
    assert [c.matter for c in found] == [Matter.NOBODY_SENDS]
    assert told(found[0], NOW) == (
        "nobody sends on this computer; 2 mails wait · open tuimail, or start its agent"
    )
    assert matters(item(State.SENT, filing=Filing.DONE), someone_sends=False) == []


def test_one_that_should_have_left_minutes_ago_is_late():
    assert matters(item(due=NOW.later(-181))) == [Matter.OVERDUE]


def test_a_third_round_is_said_once_for_the_account_with_the_next_time():
    tried = [
        item(id=str(n), wait=Wait.RETRY, tries=3, hold=1_200.0, why="put off by the server; trying again")
        for n in range(3)
    ]
    concern, line = the(*(replace(each, due=NOW.later(1_200)) for each in tried))
    assert concern.matter is Matter.RETRY
    assert line == "3 mails of work: put off by the server, 3 tries · tried again in 20 min"


def test_a_server_out_of_reach_for_minutes_is_said():
    now, waiting = NOW, item()
    for _ in range(10):
        now = now.later(1_000)
        waiting = settle(move.claim(waiting, now, "x").new, Unreachable("no route"), now, 0.0).new
    (concern,) = concerns([waiting], (), ACCOUNTS, True, now)
    assert concern.words == "lunch: the server can't be reached, 10 tries"


def test_a_server_that_asks_for_a_pause_is_not_called_out_of_reach():
    now = NOW.later(1_000)
    busy = settle(move.claim(item(), now, "x").new, Unreachable("fewer requests", 60), now, 0.0).new
    assert busy.why == "put off by the server; trying again"


def test_a_copy_that_can_not_be_filed_is_said_after_three_tries():
    concern, line = the(item(State.SENT, filing=Filing.DUE, filing_tries=3, filing_due=NOW.wall + 40))
    assert concern.matter is Matter.FILING
    assert line == "lunch: sent, but no copy in Sent after 3 tries · the copy is tried again in 40 s"


def test_the_most_pressing_comes_first_and_of_equals_the_oldest():
    items = [
        item(State.PAUSED, id="p"),
        item(State.FAILED, id="new", queued=NOW.wall),
        item(State.FAILED, id="old", queued=NOW.wall - 9),
        item(State.UNSURE, id="u"),
    ]
    found = concerns(items, (), ACCOUNTS, True, NOW)
    assert [concern.item.id for concern in found] == ["u", "old", "new", "p"]


def test_a_long_subject_is_cut_and_none_is_named():
    assert "…" in the(item(State.FAILED, subject=Safe("x" * 99)))[0].words
    assert the(item(State.FAILED, subject=Safe("")))[1].startswith("(no subject): ")


def test_10_000_items_take_a_moment():
    kinds = [item()] * 8 + [item(State.FAILED), item(State.SENT, filing=Filing.DONE)]
    items = [replace(kind, id=str(number)) for number in range(1_000) for kind in kinds]
    began = time.process_time()
    assert len(concerns(items, (), ACCOUNTS, True, NOW)) == 1_000
    assert time.process_time() - began < 0.5


OUTCOMES = st.sampled_from(
    [
        Accepted("250 ok"),
        Accepted("250 ok", (Refusal(BASE.recipients[0].spec, 450, "later"),)),
        Refused(450, "later"),
        Refused(550, "no"),
        Denied(535, "no"),
        Unreachable("no route"),
        Vanished("broke"),
    ]
)
MOVES = [
    lambda item, now, data: move.undo(item, now),
    lambda item, now, data: move.release(item, now),
    lambda item, now, data: move.pause(item, now),
    lambda item, now, data: move.unpause(item, now, 10.0),
    lambda item, now, data: move.recover(item, now),
    lambda item, now, data: move.resolve(item, now, data.draw(st.booleans()), "says the user"),
    lambda item, now, data: look.found(item, now, "Sent"),
    lambda item, now, data: look.missed(item, now, data.draw(st.booleans())),
    lambda item, now, data: look.out_of_reach(item, now, "no route"),
]


def send(item: Item, now, data) -> Item:
    claimed = move.claim(item, now, "x")
    if claimed is None:
        return item
    if data.draw(st.booleans()):
        return move.begin_body(claimed.new, now, "").new
    refused = data.draw(st.sampled_from([(), (Refusal(BASE.recipients[0].spec, 450, "later"),)]))
    begun = move.begin_body(claimed.new, now, "", refused)
    settled = settle(begun.new, data.draw(OUTCOMES), now, 0.0)
    return settled.new if settled else item


def acted_on(item: Item, stops, someone_sends: bool) -> bool:
    """Whether somebody has a next time for it, or nothing is left to do."""
    if item.state is State.UNDONE or (item.state is State.SENT and item.filing is not Filing.DUE):
        return True
    if item.account not in ACCOUNTS or not someone_sends:
        return False
    if item.state is State.SENT:
        return item.filing_due > 0
    if item.state is State.SENDING:
        return True
    if item.state is State.WAITING and item.account in stops:
        return False
    return item.state in (State.WAITING, State.UNSURE) and item.due is not None


def spoken_of(item: Item, found) -> bool:
    return any(
        concern.matter is Matter.NOBODY_SENDS
        or (concern.item is not None and concern.item.id == item.id)
        or (concern.account == item.account and concern.matter in (Matter.STOPPED, Matter.GONE))
        for concern in found
    )


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_after_any_moves_every_item_has_a_next_time_or_is_spoken_of(data):
    now = NOW
    current = replace(item(), account=data.draw(st.sampled_from(["work", "home", "gone"])))
    stops = data.draw(st.sampled_from([(), (STOP,)]))
    someone_sends = data.draw(st.booleans())
    for _ in range(data.draw(st.integers(1, 12))):
        now = now.later(data.draw(st.sampled_from([0.0, 10.0, 700.0, 20_000.0])))
        current = send(current, now, data)
        made = data.draw(st.sampled_from(MOVES))(current, now, data)
        current = made.new if made else current
        found = concerns([current], stops, ACCOUNTS, someone_sends, now)
        named = {stop.account for stop in stops}
        assert acted_on(current, named, someone_sends) or spoken_of(current, found), (current, found)


def test_a_sign_in_that_is_over_names_the_command_that_mends_it():
    why = "work is not signed in; its mail is kept; sign in again: tuimail account sign-in work"
    _, line = the(item(), stops=[Stop("work", NOW.wall, why)])
    assert line == (
        "work: the login was refused (work is not signed in; its mail is kept); one mail waits · "
        "tuimail account sign-in work"
    )
