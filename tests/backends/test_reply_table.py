"""What a mail becomes for each of 60 replies at each of 7 steps, on the wire.

`RULES` is written from RFC 5321 §4.2.1, 4.3.2 and RFC 4954 §6, not from the code: the first digit decides,
but for the few codes that mean more. `python tests/backends/test_reply_table.py` prints the 420 cells.
"""

import asyncio
import ssl
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
from builders import NOW, a_queued
from servers.sink import Act, Sink
from servers.submitting import Journal, hand_over, message

from tuimail.backends.smtp.server import Timeouts
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import begin_body, claim
from tuimail.mail.hold.outcome import Denied
from tuimail.mail.hold.settle import settle

STEPS = ("CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT")

SENT, WAITS, FAILS, STOPS, UNSURE = "sent", "waits", "fails", "stops", "unsure"
"""WAITS is tried again by itself, FAILS is back with the user, STOPS keeps the whole account's mail."""

CODES = (
    *(200, 211, 214, 220, 221, 235, 250, 251, 252, 334, 354),
    *(421, 432, 450, 451, 452, 453, 454, 455, 458, 459, 471, 499),
    *(500, 501, 502, 503, 504, 510, 512, 521, 523, 525, 530, 534, 535, 538, 541),
    *(550, 551, 552, 553, 554, 555, 556, 571, 599),
)
ODD = {
    "250 in two lines": (250, b"250-2.0.0 first\r\n250 2.0.0 second"),
    "450 in two lines": (450, b"450-4.2.0 first\r\n450 4.2.0 second"),
    "550 in two lines": (550, b"550-5.1.1 first\r\n550 5.1.1 second"),
    "550 in latin-1": (550, b"550 5.1.1 caf\xe9 ferm\xe9"),
    "450 alone": (450, b"450"),
    "250, then 550": (550, b"250-2.0.0 first\r\n550 5.1.1 second"),
    "550, then 250": (250, b"550-5.1.1 first\r\n250 2.0.0 second"),
    "two replies": (None, b"250 2.0.0 one\r\n550 5.1.1 two"),
    "100": (None, b"100 hm"),
    "600": (None, b"600 hm"),
    "999": (None, b"999 hm"),
    "a word": (None, b"hello?"),
    "nothing": (None, b" "),
}
REPLIES = {str(code): (code, b"%d %d.0.0 text" % (code, code // 100)) for code in CODES} | ODD
"""The code by which it has to be taken, None for what is no reply; and its bytes.

All lines of a reply have the same code, and a client may go by any of them (RFC 5321 §4.2.1): the last.
"""

GOES_ON = {"CONNECT": {220}, "AUTH": {235}, "DATA": {354}, "DOT": {250}}
"""The codes that are a yes where not every 2yz is."""

RULES = {
    "CONNECT": {5: WAITS},  # of this server at this time, not of the mail: 554 is "no SMTP service here"
    "EHLO": {5: WAITS},
    "AUTH": {5: STOPS},
    "MAIL": {5: FAILS},
    "RCPT": {5: FAILS},
    "DATA": {5: FAILS},
    "DOT": {2: UNSURE, 3: UNSURE, None: UNSURE, 5: FAILS},
}
"""By first digit, None for what is no reply. Everything else waits."""

LOGIN_WANTED = {530, 534, 535, 538}
"""RFC 4954 §6: these are about the account at whatever command they come."""

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares each cell the reading of the system's authorities."""

QUICK = Timeouts(connect=2, command=2, data=2, final=2, quit=0.1)


def expected(step: str, reply: str) -> str:
    code = REPLIES[reply][0]
    digit = code // 100 if code else None
    if step == "DOT" and reply == "two replies":
        return SENT
    if code in GOES_ON[step] if step in GOES_ON else digit == 2:
        return SENT
    if step in ("MAIL", "RCPT", "DATA") and code in LOGIN_WANTED:
        return STOPS
    return RULES[step].get(digit, WAITS)


async def became(sink: Sink, step: str, reply: str) -> tuple[str, str]:
    """What the mail is after one attempt, and the server's words in its trail."""
    sink.offers = ["AUTH PLAIN"] if step == "AUTH" else []
    sink.script = {step: Act(REPLIES[reply][1])}
    login = {"auth": "password", "user": "me"} if step == "AUTH" else {}
    outcome = await hand_over(sink.port, message(), Journal(), timeouts=QUICK, context=NO_TLS, **login)
    item = a_queued(now=NOW)[0]
    claimed = claim(item, NOW.later(60), "test").new
    settled = settle(begin_body(claimed, NOW, "").new, outcome, NOW, 0.0)
    if settled is None:
        return "withdrawn", ""
    if isinstance(outcome, Denied) and settled.new.state is State.WAITING:
        return STOPS, settled.entry.answer
    names = {State.WAITING: WAITS, State.FAILED: FAILS}
    return names.get(settled.new.state, settled.new.state.value), settled.entry.answer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Sink(tmp_path_factory.mktemp("sink") / "log") as running:
        yield running


def test_there_are_60_replies_and_7_steps():
    assert (len(REPLIES), len(STEPS)) == (60, 7)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("reply", REPLIES)
async def test_a_reply_makes_of_the_mail_what_the_rules_say(server, step, reply):
    kept = len(server.received)
    state, words = await became(server, step, reply)
    assert state == expected(step, reply)
    if state == SENT and reply not in ODD:
        assert len(server.received) == kept + 1
    if state in (FAILS, STOPS):
        assert "text" in words or reply in ODD


async def _table() -> bool:
    good = True
    with tempfile.TemporaryDirectory() as folder, Sink(Path(folder) / "log") as sink:
        print(f"{'':18}" + "".join(f"{step:>9}" for step in STEPS))
        for reply in REPLIES:
            row = [(await became(sink, step, reply))[0] for step in STEPS]
            wrong = [state != expected(step, reply) for step, state in zip(STEPS, row, strict=True)]
            good &= not any(wrong)
            print(f"{reply:18}" + "".join(f"{s + '!' * w:>9}" for s, w in zip(row, wrong, strict=True)))
    return good


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(_table()) else 1)
