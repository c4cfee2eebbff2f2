"""A submission server that keeps mail as RFC 4865 says: aiosmtpd with HOLDFOR and HOLDUNTIL."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, syntax
from servers.background import free_port

DAY = 86_400


@dataclass(frozen=True)
class Held:
    """A message that waits until `until` (UTC seconds); None for one that went on at once."""

    until: float | None
    recipients: tuple[str, ...]
    wire: bytes


class FutureRelease(Controller):
    """`held` is what came in, `parameters` what MAIL FROM said. `limit` None: it does not offer to keep mail.

    `date` is written as the RFC has it, or as `stamp` says; `refused` are recipients it does not know.
    """

    def __init__(self, limit: int | None = DAY, stamp: str = "%Y-%m-%dT%H:%M:%SZ") -> None:
        super().__init__(self, hostname="127.0.0.1", port=free_port())
        self.limit, self.stamp = limit, stamp
        self.held: list[Held] = []
        self.parameters: list[str] = []
        self.refused: tuple[str, ...] = ()

    def factory(self) -> SMTP:
        return _Smtp(self)

    def __enter__(self) -> "FutureRelease":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        if self.limit is None:
            return responses
        last = datetime.now(UTC).timestamp() + self.limit
        date = datetime.fromtimestamp(last, UTC).strftime(self.stamp)
        return [*responses[:-1], f"250-FUTURERELEASE {self.limit} {date}", responses[-1]]

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return "550 5.1.1 nobody here of that name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        until = server.until
        self.held.append(Held(until, tuple(envelope.rcpt_tos), envelope.original_content))
        return "250 2.0.0 held" if until else "250 2.0.0 sent"


class _Smtp(SMTP):
    def __init__(self, keeper: FutureRelease) -> None:
        super().__init__(keeper, enable_SMTPUTF8=False, decode_data=False)
        self._keeper = keeper
        self.until: float | None = None

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg):  # noqa: N802
        address, *parameters = (arg or "").split(" ")
        self._keeper.parameters += parameters
        holds = [parameter for parameter in parameters if parameter.startswith("HOLD")]
        self.until, fault = None, ""
        if holds and self._keeper.limit is None:
            fault = "555 5.5.4 unknown parameter"
        elif len(holds) > 1:
            fault = "501 5.5.4 HOLDFOR and HOLDUNTIL"
        elif holds:
            self.until, fault = self._hold(*holds[0].split("=", 1))
        if fault:
            return await self.push(fault)
        rest = [parameter for parameter in parameters if not parameter.startswith("HOLD")]
        return await super().smtp_MAIL(" ".join([address, *rest]))

    def _hold(self, name: str, value: str) -> tuple[float | None, str]:
        now = time.time()
        try:
            until = now + int(value) if name == "HOLDFOR" else datetime.fromisoformat(value).timestamp()
        except ValueError:
            return None, "501 5.5.4 bad hold"
        if not 0 < until - now <= self._keeper.limit + 1:
            return None, "501 5.7.1 hold time exceeds the limit"
        return until, ""
