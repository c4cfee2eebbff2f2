"""Looking in Sent for what is unsure: found is sent, absent is asked about, nothing goes out by itself."""

import pytest
from builders import a_draft

from tuimail.mail.folder.folder import Role
from tuimail.mail.hold.item import Filing, Standing, State
from tuimail.mail.hold.look import MICROSOFT_HEADER, PAUSES
from tuimail.mail.hold.move import SETTLE_SECONDS, recover
from tuimail.mail.hold.outcome import Accepted, Refusal, Vanished
from tuimail.mail.letter.envelope import Flag, Ref
from tuimail.mail.letter.submission import OWN_HEADER

TURN = 0.01


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch):
    """So that letting the loops turn takes next to no time on the clock."""
    monkeypatch.setattr("tuimail.engine.sending.filing.EVERY", TURN)


def letter(name="d1", **changes):
    return a_draft(name, **{"cc": "", "attachments": (), "answers": None} | changes)


async def doubtful(world, engine, *outcomes, **changes):
    """A mail whose answer was lost; unless `outcomes` say otherwise at the first try."""
    world.submitter.outcomes = list(outcomes) or [Vanished("the connection broke")]
    item = await engine.outbox.send(letter(**changes))
    await engine.outbox.now(item.id)
    return await world.state(engine, item, State.UNSURE)


async def turning(world, happened):
    """Let the loops turn until something happened; what it returned."""

    def there():
        world.clock.advance(TURN)
        return happened()

    return await world.until(there)


async def known(world, engine, item, is_so):
    """The item, once it is so."""
    return (await turning(world, lambda: [i for i in engine.outbox.known() if i.id == item.id and is_so(i)]))[
        0
    ]


async def in_state(world, engine, item, state):
    return await known(world, engine, item, lambda i: i.state is state)


def put_in(world, folder, header, value, uid="u1"):
    wire = f"Subject: hello\r\n{header}: {value}\r\n\r\nbody\r\n".encode()
    world.source.boxes[folder][uid] = wire, frozenset()


def finds(world):
    return sum(call == "find" for call, _ in world.source.asked)


async def test_nobody_looks_before_the_server_had_its_time(world):
    engine = await world.sending()
    item = await doubtful(world, engine)
    put_in(world, "Gesendet", "Message-ID", item.message_id)
    world.clock.advance(SETTLE_SECONDS - 1)
    await world.a_while()
    assert finds(world) == 0
    world.clock.advance(1)
    assert (await in_state(world, engine, item, State.SENT)).why == "found in Gesendet"


@pytest.mark.parametrize("header", ["Message-ID", MICROSOFT_HEADER, OWN_HEADER])
@pytest.mark.parametrize("files_sent", [True, False])
async def test_a_copy_in_sent_settles_it_by_any_of_three_headers_and_no_second_copy_is_filed(
    world, header, files_sent
):
    world.files_sent = files_sent
    engine = await world.sending()
    item = await doubtful(world, engine)
    put_in(world, "Gesendet", header, item.token if header == OWN_HEADER else item.message_id)
    world.clock.advance(SETTLE_SECONDS)
    sent = await in_state(world, engine, item, State.SENT)
    assert sent.filing is Filing.DONE
    assert {r.standing for r in sent.recipients} == {Standing.ACCEPTED}
    world.clock.advance(10_000)
    await world.a_while()
    assert list(world.source.boxes["Gesendet"]) == ["u1"]
    assert len(world.submitter.wires) == 1


async def test_a_message_in_another_folder_or_with_nearly_the_same_id_is_not_it(world):
    engine = await world.sending()
    item = await doubtful(world, engine)
    put_in(world, "INBOX", "Message-ID", item.message_id)
    put_in(world, "Gesendet", "Message-ID", f"x{item.message_id}")
    world.clock.advance(SETTLE_SECONDS)
    asked = await known(world, engine, item, lambda i: i.due is None)
    assert asked.state is State.UNSURE


async def test_where_the_server_files_no_copies_absence_says_nothing_and_a_person_is_asked_at_once(world):
    engine = await world.sending()
    item = await doubtful(world, engine)
    world.clock.advance(SETTLE_SECONDS)
    asked = await known(world, engine, item, lambda i: i.due is None)
    assert (asked.state, asked.looks) == (State.UNSURE, 1)
    assert "probably sent" in asked.why
    world.clock.advance(1_000_000)
    await world.a_while()
    assert len(world.submitter.attempts) == 1


async def test_where_the_server_files_its_own_it_is_looked_for_four_times_then_asked_about(world):
    world.files_sent = False
    engine = await world.sending()
    item = await doubtful(world, engine)
    world.clock.advance(SETTLE_SECONDS)
    for number, pause in enumerate(PAUSES, 1):
        waiting = await known(world, engine, item, lambda i, n=number: i.looks == n)
        assert waiting.due.left(engine.now()) > pause - 60
        world.clock.advance(pause)
    asked = await known(world, engine, item, lambda i: i.looks == len(PAUSES) + 1)
    assert (asked.state, asked.due) == (State.UNSURE, None)
    assert "perhaps not sent" in asked.why
    world.clock.advance(1_000_000)
    await world.a_while()
    assert len(world.submitter.attempts) == 1


async def test_a_copy_that_comes_late_is_found_by_a_later_look(world):
    world.files_sent = False
    engine = await world.sending()
    item = await doubtful(world, engine)
    world.clock.advance(SETTLE_SECONDS)
    await known(world, engine, item, lambda i: i.looks == 1)
    put_in(world, "Gesendet", "Message-ID", item.message_id)
    world.clock.advance(PAUSES[0])
    await in_state(world, engine, item, State.SENT)


async def test_a_mailbox_out_of_reach_is_no_look_and_is_asked_once_for_all(world):
    world.files_sent = False
    engine = await world.sending()
    items = [await doubtful(world, engine, name=f"d{number}") for number in range(3)]
    world.source.failures["folders"] = 4
    world.clock.advance(SETTLE_SECONDS)
    for item in items:
        off = await known(world, engine, item, lambda i: "can't be reached" in i.why)
        assert (off.looks, off.state) == (0, State.UNSURE)
    assert world.source.failures["folders"] == 3
    assert [entry.answer for entry in await engine.outbox.trail(items[0].id)][-1] == "folders failed"
    for item in items:
        put_in(world, "Gesendet", OWN_HEADER, item.token, item.id)
    world.clock.advance(60)
    await turning(world, lambda: world.source.failures["folders"] == 2)
    world.clock.advance(120)
    await turning(world, lambda: world.source.failures["folders"] == 1)
    world.clock.advance(240)
    await turning(world, lambda: world.source.failures["folders"] == 0)
    world.clock.advance(480)
    for item in items:
        await in_state(world, engine, item, State.SENT)


async def test_found_marks_what_was_answered_as_filing_would(world):
    engine = await world.sending()
    put_in(world, "INBOX", "Message-ID", "<original@x>", "o1")
    item = await doubtful(world, engine, answers=Ref("work", "INBOX", "o1"))
    put_in(world, "Gesendet", "Message-ID", item.message_id)
    world.clock.advance(SETTLE_SECONDS)
    await in_state(world, engine, item, State.SENT)
    assert Flag.ANSWERED in world.source.boxes["INBOX"]["o1"][1]


async def test_who_was_put_off_before_the_answer_was_lost_is_tried_again_alone(world):
    engine = await world.sending()
    world.submitter.refused = (Refusal("boss@example.jp", 450, "busy"),)
    item = await doubtful(world, engine)
    put_in(world, "Gesendet", "Message-ID", item.message_id)
    world.clock.advance(SETTLE_SECONDS)
    sent = await in_state(world, engine, item, State.SENT)
    assert {r.standing for r in sent.recipients} == {Standing.ACCEPTED}
    assert world.submitter.attempts == [("aiko@example.jp", "boss@example.jp"), ("boss@example.jp",)]


async def test_who_was_refused_is_known_also_when_the_program_ended_before_the_answer(world):
    engine = await world.sending("one")
    gone, busy = Refusal("aiko@example.jp", 550, "gone"), Refusal("boss@example.jp", 450, "busy")
    world.submitter.refused, world.submitter.outcomes = (gone, busy), [Vanished("the program ended")]
    gate = world.submitter.gate("answer")
    item = await engine.outbox.send(letter(cc="carol@example.jp"))
    await engine.outbox.now(item.id)
    await gate.reached.wait()
    del world.submitter.gates["answer"]
    assert await world.disks["one"].move(recover(await engine.outbox.item(item.id), engine.now()))
    gate.open()
    put_in(world, "Gesendet", "Message-ID", item.message_id)
    world.clock.advance(SETTLE_SECONDS)
    sent = await in_state(world, engine, item, State.SENT)
    standings = {r.spec: r.standing for r in sent.recipients}
    assert standings.pop("aiko@example.jp") is Standing.REFUSED
    assert set(standings.values()) == {Standing.ACCEPTED}
    assert world.submitter.attempts[1:] == [("boss@example.jp",)]


async def test_a_copy_from_an_earlier_round_says_nothing_about_the_later_one(world):
    """Some accepted it at first, and the server filed a copy; the answer for the others was lost."""
    world.files_sent = False
    engine = await world.sending()
    world.submitter.outcomes = [
        Accepted("250 ok", (Refusal("boss@example.jp", 450, "busy"),)),
        Vanished("broke"),
    ]
    item = await engine.outbox.send(letter())
    await engine.outbox.now(item.id)
    put_in(world, "Gesendet", "Message-ID", item.message_id)
    await known(world, engine, item, lambda i: i.reached)
    world.clock.advance(14_400)
    await in_state(world, engine, item, State.UNSURE)
    world.clock.advance(SETTLE_SECONDS)
    asked = await known(world, engine, item, lambda i: i.due is None)
    assert asked.state is State.UNSURE
    assert "says nothing about the others" in asked.why


@pytest.mark.parametrize("there", [True, False])
async def test_a_person_s_yes_files_a_copy_only_where_none_is(world, there):
    engine = await world.sending()
    item = await doubtful(world, engine)
    if there:
        put_in(world, "Gesendet", "Message-ID", item.message_id)
    assert await engine.outbox.settle(item.id, sent=True)
    await known(world, engine, item, lambda i: i.filing is Filing.DONE)
    assert len(world.source.boxes["Gesendet"]) == 1
    assert ("u1" in world.source.boxes["Gesendet"]) is there


async def test_a_person_s_no_sends_the_same_bytes_again(world):
    engine = await world.sending()
    item = await doubtful(world, engine)
    assert await engine.outbox.settle(item.id, sent=False)
    await in_state(world, engine, item, State.SENT)
    assert len(world.submitter.wires) == 2
    assert len(set(world.submitter.wires)) == 1


async def test_only_the_process_that_sends_looks(world):
    first = await world.sending("one")
    item = await doubtful(world, first)
    await world.started("two")
    world.clock.advance(SETTLE_SECONDS)
    await known(world, first, item, lambda i: i.looks == 1)
    assert sum(call == "folders" for call, _ in world.source.asked) == 1


async def test_an_account_without_a_sent_folder_is_as_one_whose_copy_is_absent(world):
    engine = await world.sending()
    world.source.sent_folder = ""
    item = await doubtful(world, engine)
    world.clock.advance(SETTLE_SECONDS)
    await known(world, engine, item, lambda i: i.due is None)
    assert finds(world) == 0
    assert all(folder.role is not Role.SENT for folder in await world.source.folders())
