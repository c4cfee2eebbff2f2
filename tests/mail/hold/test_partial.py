"""Partial refusals over several rounds: only who was put off is tried again, nobody gets it twice.

`PARTIAL_SETS` in the environment is the number of random sets, 1,000 unless given; the seed is printed.
"""

import os
import random
from collections import Counter

import pytest
from builders import NOW, a_queued
from msgspec.structs import replace

from tuimail.mail.hold import look
from tuimail.mail.hold.item import Item, Recipient, Standing, State
from tuimail.mail.hold.move import begin_body, claim, release, resolve
from tuimail.mail.hold.outcome import Accepted, Outcome, Refusal, Refused, Vanished
from tuimail.mail.hold.retry import REFUSED_MOST
from tuimail.mail.hold.settle import settle

SETS = int(os.environ.get("PARTIAL_SETS", "1000"))
SEED = 3

Answers = dict[str, list[int]]
"""For each recipient the server's codes to RCPT, round by round; from the last on it stays so."""


class Server:
    """Answers as it is told, and counts who got the message. Its answer to the body may get lost."""

    def __init__(self, answers: Answers, lost: set[int]) -> None:
        self.answers, self.lost = answers, lost
        self.asked: Counter[str] = Counter()
        self.got: Counter[str] = Counter()
        self.bodies = 0
        self.refused: tuple[Refusal, ...] = ()

    def take(self, recipients: tuple[str, ...]) -> Outcome:
        codes = {spec: self._code(spec) for spec in recipients}
        refused = tuple(Refusal(spec, code, "no") for spec, code in codes.items() if code >= 400)
        self.refused = refused
        if len(refused) == len(codes):
            first = min(refused, key=lambda refusal: refusal.code // 100)
            return Refused(first.code, first.text, refused)
        self.bodies += 1
        self.got.update(spec for spec, code in codes.items() if code < 400)
        if self.bodies in self.lost:
            return Vanished("the connection broke")
        return Accepted("250 ok", refused)

    def _code(self, spec: str) -> int:
        answers = self.answers[spec]
        self.asked[spec] += 1
        return answers[min(self.asked[spec], len(answers)) - 1]


def a_set(chance: random.Random) -> tuple[Answers, set[int]]:
    people = [f"p{number}@example.jp" for number in range(chance.randint(1, 8))]
    rounds = chance.randint(1, 4)
    answers = {spec: [chance.choice((250, 450, 550)) for _ in range(rounds)] for spec in people}
    for codes in answers.values():
        codes.append(chance.choice((250, 550)))
    return answers, {chance.randint(1, 4)} if chance.random() < 0.3 else set()


def attempt(item: Item, server: Server, now) -> Item:
    claimed = claim(item, now, "test").new
    outcome = server.take(claimed.pending)
    if isinstance(outcome, Accepted | Vanished):
        claimed = begin_body(claimed, now, "", server.refused).new
    return settle(claimed, outcome, now, 0.5).new


def run(answers: Answers, lost: set[int], found_in_sent: bool) -> tuple[Item, Server]:
    """The item at its end. What is unsure is found in Sent, or a truthful person says that it was sent."""
    server = Server(answers, lost)
    item = replace(a_queued()[0], recipients=tuple(Recipient(spec) for spec in answers))
    now = NOW
    for _ in range(20):
        now = now.later(REFUSED_MOST)
        if item.state is State.WAITING:
            item = attempt(item, server, now)
        elif item.state is State.UNSURE and found_in_sent and item.due:
            item = look.found(item, now, "Sent").new
        elif item.state is State.UNSURE:
            item = resolve(item, now, True, "sent, says the user").new
        else:
            return item, server
    raise AssertionError(f"no end: {item}")


@pytest.mark.parametrize("found_in_sent", [True, False])
def test_nobody_gets_it_twice_and_everybody_whom_the_server_would_take_gets_it(found_in_sent):
    chance = random.Random(SEED)
    print(f"{SETS} sets, seed {SEED}")
    ends: Counter[State] = Counter()
    for _ in range(SETS):
        answers, lost = a_set(chance)
        item, server = run(answers, lost, found_in_sent)
        ends[item.state] += 1
        for recipient in item.recipients:
            codes = answers[recipient.spec]
            first = next((code for code in codes if code != 450), 450)
            asked = next((n for n, code in enumerate(codes, 1) if code != 450), len(codes))
            assert server.got[recipient.spec] == (first == 250), (answers, lost)
            assert server.asked[recipient.spec] == asked, (answers, lost)
            if item.state is State.SENT:
                wanted = Standing.ACCEPTED if first == 250 else Standing.REFUSED
                assert recipient.standing is wanted, (answers, lost)
        nobody = not any(server.got.values())
        assert item.state is (State.FAILED if nobody else State.SENT)
    assert set(ends) == {State.SENT, State.FAILED}


def test_when_nobody_has_it_trying_again_asks_all_of_them():
    answers = {"a@example.jp": [550], "b@example.jp": [450, 550]}
    item, _ = run(answers, set(), False)
    assert item.state is State.FAILED
    assert release(item, NOW).new.pending == ("a@example.jp", "b@example.jp")
