"""The demo's post office: a real SMTP server on loopback that delivers into its people's Maildirs."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from tuimail.demo import answers, maildir
from tuimail.demo.colleagues import BY_SPEC
from tuimail.demo.people import LATER, YOU

HOST = "127.0.0.1"
LARGEST = 100_000_000
TOOK = "250 2.0.0 Taken, thank you"


class Delivery(Struct, frozen=True):
    """A message the server took: envelope and bytes exactly as they came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    wire: bytes


class PostOffice:
    """Runs in a thread of its own. `log` has a line for each word that mattered, `deliveries` what was taken.

    `you` is the Maildir that answers go to, `people` the folder of everybody else's, `pause` the seconds
    a person takes to answer. `others` take the mail of addresses that are not served here.
    """

    def __init__(self, you: Path, people: Path, pause: float = 4.0) -> None:
        self.you, self.people, self.pause = you, people, pause
        self.log: list[str] = []
        self.deliveries: list[Delivery] = []
        self.others: dict[str, Callable[[bytes], None]] = {}
        self.port = 0
        self._knocked: set[str] = set()
        self._asked: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="post office", daemon=True)
        self._open = threading.Event()

    def open(self) -> "PostOffice":
        """Listen on a free port, which is then in `port`."""
        self._thread.start()
        self._open.wait()
        return self

    def take(self, sender: str, spec: str, wire: bytes) -> None:
        """Deliver a message that came another way. May be called from any thread, as `answer`."""
        self._loop.call_soon_threadsafe(self._deliver, sender, spec, wire)

    def answer(self, sender: str, spec: str, wire: bytes) -> None:
        """Somebody got a message that was delivered elsewhere: they answer in a while."""
        self._loop.call_soon_threadsafe(self._answer_later, sender, spec, wire)

    def close(self) -> None:
        """Stop listening; answers not yet written stay unwritten."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        from aiosmtpd.smtp import SMTP

        def session() -> Any:
            return SMTP(
                self, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="post.demo", loop=self._loop
            )

        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(self._loop.create_server(session, HOST, 0))
        self.port = listening.sockets[0].getsockname()[1]
        self._open.set()
        self._loop.run_forever()
        listening.close()
        self._loop.run_until_complete(self._stop())
        self._loop.close()

    async def _stop(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def handle_MAIL(  # noqa: N802 (aiosmtpd calls it so)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer(f"MAIL FROM:<{address}>", "250 2.1.0 Sender ok")

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._recipient(address.lower())
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._answer(f"RCPT TO:<{address}>", answer)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        wire = bytes(envelope.original_content)
        delivery = Delivery(envelope.mail_from, tuple(envelope.rcpt_tos), wire)
        for spec in delivery.recipients:
            self._deliver(delivery.sender, spec.lower(), wire)
        self.deliveries.append(delivery)
        return self._answer(f"DATA, {len(wire)} bytes", TOOK)

    def _recipient(self, spec: str) -> str:
        if spec not in BY_SPEC:
            return f"550 5.1.1 Nobody here is called {spec}"
        if spec == LATER.spec and spec not in self._knocked:
            self._knocked.add(spec)
            return "451 4.7.1 We open in a moment, please try again"
        return "250 2.1.5 Recipient ok"

    def _deliver(self, sender: str, spec: str, wire: bytes) -> None:
        self._put(spec, wire)
        if spec not in self.others:
            self._answer_later(sender, spec, wire)

    def _put(self, spec: str, wire: bytes) -> None:
        if spec in self.others:
            self.others[spec](wire)
            return
        box = self.you if spec == YOU.spec else self.people / spec
        maildir.put(box, wire.replace(b"\r\n", b"\n"), datetime.now().astimezone())

    def _answer_later(self, sender: str, spec: str, wire: bytes) -> None:
        if BY_SPEC[spec].answers:
            self._loop.call_later(self.pause, self._write_back, sender, spec, self._asked[spec], wire)
            self._asked[spec] += 1

    def _write_back(self, sender: str, spec: str, number: int, wire: bytes) -> None:
        now, to = datetime.now().astimezone(), BY_SPEC.get(sender, YOU)
        self._put(to.spec, answers.answer(BY_SPEC[spec], number, wire, now, to))
        self.log.append(f"{spec} answered")

    def _answer(self, said: str, answer: str) -> str:
        self.log.append(f"{said}  ->  {answer}")
        return answer
