"""The organisation at work: its mailboxes, its switches, its clock and what it has logged."""

import itertools
import threading
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from tuimail.demo.exchange import mime, reports
from tuimail.demo.exchange.edit import crlf
from tuimail.demo.exchange.log import Log, Parcel
from tuimail.demo.exchange.mailbox import Mailbox
from tuimail.demo.exchange.message import Message
from tuimail.demo.exchange.mirror import Mirror
from tuimail.demo.exchange.schedule import Schedule
from tuimail.demo.exchange.tenant import Colleague, Group, Tenant

Hand = Callable[[Parcel], None]
Mirrors = Callable[[str], Mirror | None]


def nobody(parcel: Parcel) -> None:
    """Where mail to outsiders goes unless somebody takes it: into the log alone."""


class Organisation:
    """Everything behind the HTTP. `lock` is held by whoever looks at mailboxes or changes them.

    `outside` takes mail to outsiders, `arrived` hears of what came into a mailbox inside, `mirrors` gives
    a mailbox's Maildir.
    """

    def __init__(
        self,
        tenant: Tenant,
        clock: Callable[[], float],
        outside: Hand = nobody,
        arrived: Hand = nobody,
        mirrors: Mirrors = lambda spec: None,
    ) -> None:
        self.tenant, self.clock, self.policy = tenant, clock, tenant.policy
        self.outside, self.arrived, self._mirrors = outside, arrived, mirrors
        self.lock, self.log = threading.RLock(), Log()
        self.schedule = Schedule(clock, self.lock)
        self.colleagues: dict[str, Colleague] = {}
        self.groups: dict[str, Group] = {}
        self._mailboxes: dict[str, Mailbox] = {}
        self._numbers = itertools.count(1)
        self.people(*tenant.people, *tenant.groups)

    def switch(self, **switches: Any) -> None:
        """Turn switches; they are the fields of `Policy`."""
        self.policy = replace(self.policy, **switches)

    def people(self, *those: Colleague | Group) -> None:
        """Add people and lists, or change those of the same address."""
        with self.lock:
            for one in those:
                if isinstance(one, Group):
                    self.groups[one.spec.lower()] = one
                    continue
                spec = one.spec.lower()
                self.colleagues[spec] = one
                self._mailboxes.setdefault(spec, Mailbox(spec, self.clock, self._mirrors(spec)))

    def mailbox(self, spec: str) -> Mailbox:
        """Somebody's, by any of their addresses. KeyError for nobody's."""
        return self._mailboxes[self.colleague(spec).spec.lower()]

    def colleague(self, spec: str) -> Colleague:
        """By any of their addresses. KeyError for nobody inside."""
        known = spec.lower()
        if known in self.colleagues:
            return self.colleagues[known]
        return {alias.lower(): one for one in self.colleagues.values() for alias in one.aliases}[known]

    def inside(self, spec: str) -> bool:
        """Whether an address is at one of the organisation's domains."""
        return spec.rpartition("@")[2].lower() in self.tenant.domains

    def opened(self, specs: tuple[str, ...]) -> tuple[str, ...]:
        """The addresses with lists opened, and those within lists, each once."""
        found, waiting = dict[str, None](), list(specs)
        seen: set[str] = set()
        while waiting:
            spec = waiting.pop(0).lower()
            if spec in self.groups and spec not in seen:
                waiting += self.groups[spec].members
            elif spec not in self.groups:
                found[spec] = None
            seen.add(spec)
        return tuple(found)

    def receive(self, wire: bytes, to: str, read: bool = False, folder: str = "inbox") -> Message:
        """Mail from anywhere into a mailbox."""
        with self.lock:
            one = self.mailbox(to).add(folder, crlf(wire), read=read)
        self.arrived(Parcel(mime.parsed(one.raw).sender.spec, to, one.raw))
        return one

    def read(self, spec: str, message_id: str) -> bool:
        """They read every copy they have, and a read receipt leaves if one was asked for."""
        with self.lock:
            copies = self.mailbox(spec).holds(message_id)
            for one in copies:
                self.mailbox(spec).change(one, read=True)
            if copies and (asks := mime.parsed(copies[0].raw).header("Disposition-Notification-To")):
                self.post(asks.rpartition("<")[2].strip("> "), reports.was_read(self, spec, copies[0].raw))
        return bool(copies)

    def post(self, to: str, wire: bytes) -> None:
        """A mail that the organisation itself writes, to somebody inside or outside."""
        if to.lower() in self.colleagues:
            self.receive(wire, to)
        else:
            self.hand_out(Parcel("", to, wire))

    def run(self) -> None:
        """Do what is due."""
        self.schedule.run()

    def message_id(self) -> str:
        """A new one, as Exchange makes them."""
        return f"<TY3PR01MB{next(self._numbers):06}@{self.tenant.domains[0]}>"

    def hand_out(self, parcel: Parcel) -> None:
        """Mail to one address outside."""
        self.log.outside.append(parcel)
        self.outside(parcel)
