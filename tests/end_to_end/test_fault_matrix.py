"""16 faults at 4 styles of server: the right state, nothing twice at the server, one copy in Sent.

The engine, the SMTP client, the server's socket and the mailbox are real; only the clock is moved, so that
the ten minutes a server may take to settle pass at once. `python tests/end_to_end/test_fault_matrix.py`
prints the 64 cells.
"""

import asyncio
import ssl
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
from builders import a_draft
from engine.fakes import FakeFiles
from on_disk import disk_in
from servers.filing import STYLES, FilingSink, Style
from servers.sink import Act

from tuimail.backends.maildir.source import MaildirSource
from tuimail.backends.smtp.server import Server, Timeouts
from tuimail.backends.smtp.submitter import SmtpSubmitter
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account, Accounts
from tuimail.engine.engine import Engine
from tuimail.engine.sending import sender
from tuimail.engine.sending.sending import Sending
from tuimail.mail.hold.item import Filing, Item, State
from tuimail.mail.hold.move import SETTLE_SECONDS
from tuimail.mail.letter.address import Address

QUICK = Timeouts(connect=0.3, command=0.3, data=0.3, final=0.3, quit=0.1)
TURN = 0.002
SERVER_TAKES = 540.0


@dataclass(frozen=True)
class Fault:
    """What the server does at the first try. `doubt`: no answer to the body; then `kept` at once, `late`
    or never. Otherwise the mail is `refused` for good, or accepted by the second try at the latest.
    """

    script: dict[str, Act] = field(default_factory=dict)
    refused: bool = False
    doubt: bool = False
    kept: bool = True
    late: bool = False


EOF, RST = Act(b"", end="eof"), Act(b"", end="rst")

FAULTS = {
    "none": Fault(),
    "closed at once": Fault({"CONNECT": EOF}),
    "421 greeting": Fault({"CONNECT": Act(b"421 4.3.2 busy")}),
    "450 to RCPT": Fault({"RCPT": Act(b"450 4.7.1 greylisted")}),
    "550 to RCPT": Fault({"RCPT": Act(b"550 5.1.1 nobody")}, refused=True),
    "closed at DATA": Fault({"DATA": EOF}),
    "451 to the body": Fault({"DOT": Act(b"451 4.3.0 later")}),
    "554 to the body": Fault({"DOT": Act(b"554 5.7.1 spam")}, refused=True),
    "reset in the body": Fault({"BODY": RST}, doubt=True, kept=False),
    "closed, kept": Fault({"DOT": EOF}, doubt=True),
    "reset, kept": Fault({"DOT": RST}, doubt=True),
    "silent, kept": Fault({"DOT": Act(b"", end="hang")}, doubt=True),
    "half a 250, kept": Fault({"DOT": Act(b"250-2.0.0 queued\r\n", end="eof")}, doubt=True),
    "garbage, kept": Fault({"DOT": Act(b"hello?")}, doubt=True),
    "closed, lost": Fault({"DOT": EOF}, doubt=True, kept=False),
    "closed, kept late": Fault({"DOT": EOF}, doubt=True, late=True),
}


class MovedClock(SystemClock):
    """This computer's clock, moved on by hand; who sleeps looks again soon."""

    def __init__(self) -> None:
        super().__init__()
        self.moved = 0.0

    def now(self):
        return super().now().later(self.moved)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, TURN))


class Cell:
    """One mail, one fault, one style."""

    def __init__(self, folder: Path, fault: Fault, style: Style) -> None:
        self.clock, self.fault, self.style = MovedClock(), fault, style
        self.sink = FilingSink(folder, style, fault.kept, fault.late).start()
        self.sink.script = dict(fault.script)
        self.engine = self._engine(folder)
        self.item: Item | None = None
        self.seconds = 0.0

    def _engine(self, folder: Path) -> Engine:
        async def no_secret() -> str:
            return ""

        server = Server("localhost", self.sink.port, security="none", auth="none", timeouts=QUICK)
        account = Account(
            "work",
            Address("me@example.jp", "Me"),
            MaildirSource(folder / "Mail", "work"),
            SmtpSubmitter(server, no_secret, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
            files_sent=not self.style.known,
        )
        return Engine(
            Accounts({"work": account}),
            disk_in(folder, "test", files=FakeFiles()),
            self.clock,
            SystemIds(),
            Sending("test", 0.0),
        )

    async def run(self) -> None:
        """Send, let the server heal after the first try, and let the time pass until it rests."""
        await self.engine.start(mail=False)
        draft = a_draft("d1", cc="", attachments=(), answers=None)
        self.item = await self.engine.outbox.send(draft)
        await self._until(lambda item: item.tries and item.state is not State.SENDING)
        self.sink.heal()
        began = self.clock.now()
        if self.fault.late:
            self.clock.moved += SERVER_TAKES
            self.sink.finish()
        await self._settled()
        self.seconds = self.clock.now().boot - began.boot

    async def answer(self, sent: bool) -> None:
        """The person's word on an unsure one."""
        await self.engine.outbox.settle(self.item.id, sent)
        await self._until(lambda item: item.state is not State.UNSURE)
        await self._settled()

    async def close(self) -> None:
        await self.engine.close()
        self.sink.stop()

    async def _settled(self) -> None:
        while not _rests(self.item):
            left = self.item.left(self.clock.now()) if self.item.due else 0.0
            self.clock.moved += max(left, 0.0)
            await self._until(lambda item, version=self.item.version: item.version > version)

    async def _until(self, is_so: Callable[[Item], object]) -> None:
        async with asyncio.timeout(5):
            while not is_so(self._look()):
                await asyncio.sleep(TURN)

    def _look(self) -> Item:
        self.item = next(i for i in self.engine.outbox.known() if i.id == self.item.id)
        return self.item


def _rests(item: Item) -> bool:
    if item.state is State.UNSURE:
        return item.looks > 0
    return item.state is State.FAILED or item.filing is Filing.DONE


@dataclass(frozen=True)
class End:
    """`asked`: a person is asked now. How often the server has it, and how many copies are in Sent."""

    state: State
    asked: bool
    at_server: int
    in_sent: int

    def __str__(self) -> str:
        return f"{self.state}{'?' if self.asked else ''} {self.at_server}/{self.in_sent}"


def end(cell: Cell) -> End:
    asked = cell.item.state is State.UNSURE and cell.item.due is None
    return End(cell.item.state, asked, len(cell.sink.received), len(cell.sink.copies()))


def expected(fault: Fault, style: Style) -> End:
    """Found in Sent is sent; absent from Sent is unsure, and asked about where that proves nothing."""
    if fault.refused:
        return End(State.FAILED, False, 0, 0)
    if not fault.doubt or (fault.kept and style.files):
        return End(State.SENT, False, 1, 1)
    return End(State.UNSURE, not style.known, int(fault.kept), 0)


def check(cell: Cell) -> None:
    assert cell.seconds <= SETTLE_SECONDS + 60
    for received in cell.sink.received:
        assert b"\r\nbcc:" not in received.wire.lower()
        assert "boss@example.jp" in received.recipients
    if cell.item.state is State.SENT and not cell.style.files:
        assert cell.sink.copies() == [received.wire for received in cell.sink.received]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_ends_in_the_right_state_and_a_truthful_answer_in_sent(
    tmp_path, monkeypatch, fault, style
):
    monkeypatch.setattr(sender, "LOOK_EVERY", TURN)
    cell = Cell(tmp_path, FAULTS[fault], STYLES[style])
    try:
        await cell.run()
        assert end(cell) == expected(cell.fault, cell.style)
        check(cell)
        if cell.item.state is State.UNSURE:
            await cell.answer(sent=cell.fault.kept)
            assert end(cell) == End(State.SENT, False, 1, 1)
            check(cell)
    finally:
        await cell.close()


async def _cell(fault: Fault, style: Style) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory() as folder:
        cell = Cell(Path(folder), fault, style)
        try:
            await cell.run()
            first, right = end(cell), end(cell) == expected(fault, style)
            if cell.item.state is not State.UNSURE:
                return str(first), right
            await cell.answer(sent=fault.kept)
            return f"{first} → {end(cell)}", right and end(cell) == End(State.SENT, False, 1, 1)
        finally:
            await cell.close()


async def _table() -> int:
    sender.LOOK_EVERY = TURN
    wrong = 0
    print("state, times at the server / copies in Sent; → after a person's truthful answer\n")
    print(f"{'':20}" + "".join(f"{name:27}" for name in STYLES))
    for name, fault in FAULTS.items():
        row = [await _cell(fault, style) for style in STYLES.values()]
        wrong += sum(not right for _, right in row)
        print(f"{name:20}" + "".join(f"{words + ('' if right else ' WRONG'):27}" for words, right in row))
    print(f"\n{len(FAULTS) * len(STYLES)} cells, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_table()))
