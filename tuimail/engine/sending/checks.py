"""What is looked at before a mail is queued.

The rules, and the calendar they ask, are loaded with the first mail that is looked at.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from tuimail.engine.account import Accounts
from tuimail.engine.sending.items import Items
from tuimail.mail.errors import ConfigError, OutboxError, ScheduleError
from tuimail.mail.hold.item import Standing
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import line
from tuimail.mail.rule.decision import Decision
from tuimail.ports import Clock, MailCache, RuleBook

if TYPE_CHECKING:
    from tuimail.mail.rule.facts import Facts, Known
    from tuimail.mail.rule.rule import Rule
    from tuimail.mail.rule.rules import Verdict
    from tuimail.mail.when.calendar import Calendar

EVER = float("inf")
ABOUT_PEOPLE = ("first_time", "not_in_contacts")


class HouseRules(Struct, frozen=True):
    """The rules, and what they go by: the zone, an IANA name, and the calendar, both asked for each time."""

    book: RuleBook
    zone: Callable[[], str]
    calendar: "Callable[[], Calendar]"


class Explained(Struct, frozen=True):
    """What each rule says of a mail, and what follows from it all."""

    verdicts: "tuple[Verdict, ...]"
    decision: Decision


class Checks:
    """Asks the rules about a draft. Where they can't be read, whatever is sent is paused."""

    def __init__(
        self,
        undo_seconds: float,
        accounts: Accounts,
        items: Items,
        cache: MailCache,
        clock: Clock,
        house: HouseRules | None,
    ) -> None:
        self.undo_seconds = undo_seconds
        self._accounts = accounts
        self._items = items
        self._cache = cache
        self._clock = clock
        self._house = house

    async def decide(self, draft: Draft, recipients: tuple[str, ...] = ()) -> Decision:
        """How long the mail waits at least, and on what conditions.

        `recipients` are those of the envelope where they are not those of the draft. Raises AddressError
        for a draft with a recipient that is none.
        """
        try:
            return await self._decide(draft, recipients)
        except (ConfigError, ScheduleError) as error:
            return Decision(self.undo_seconds, pauses=(line(str(error)),))

    async def explain(
        self,
        draft: Draft,
        recipients: tuple[str, ...] = (),
        at: float | None = None,
        known_before: float = EVER,
    ) -> Explained:
        """Rule by rule, for a mail sent off at an instant (UTC seconds; now unless given).

        Of the people it goes to, those count as known who were so before `known_before`. Raises ConfigError
        and ScheduleError where `decide` would pause.
        """
        from tuimail.mail.rule import rules as judging

        rules, now = await self.rules(), self._clock.now().wall if at is None else at
        if self._house is None:
            return Explained((), Decision(self.undo_seconds))
        seen = await self._facts(rules, draft, recipients, known_before)
        zone, calendar = self._house.zone(), self._house.calendar()
        verdicts = judging.explain(seen, rules, now, zone, calendar)
        held = [verdict.rule for verdict in verdicts if verdict.holds]
        return Explained(verdicts, judging.follows(held, self.undo_seconds, now, zone, calendar))

    async def rules(self) -> "tuple[Rule, ...]":
        """The rules as they are written now. Raises ConfigError."""
        return () if self._house is None else await asyncio.to_thread(self._house.book.read)

    async def trouble(self) -> str:
        """What is wrong with the rules, in one line; empty when nothing is."""
        try:
            await self.rules()
        except ConfigError as error:
            return line(f"{error}. What you send is paused until it is put right")
        return ""

    async def _decide(self, draft: Draft, recipients: tuple[str, ...]) -> Decision:
        rules = await self.rules()
        if self._house is None or not rules:
            return Decision(self.undo_seconds)
        from tuimail.mail.rule.rules import decide

        seen, now = await self._facts(rules, draft, recipients, EVER), self._clock.now().wall
        return decide(seen, rules, self.undo_seconds, now, self._house.zone(), self._house.calendar())

    async def _facts(
        self, rules: "tuple[Rule, ...]", draft: Draft, recipients: tuple[str, ...], before: float
    ) -> "Facts":
        from tuimail.mail.rule.facts import Known, addressed, domain_of, facts

        own = self._accounts.own()
        recipients, known = recipients or addressed(draft), Known(own)
        if any(rule.when.asks(ABOUT_PEOPLE) for rule in rules):
            known = await self._known(own, [spec.lower() for spec in recipients], before)
        account = self._accounts.get(draft.account, self._accounts.default)
        return facts(draft, recipients, account.domains or (domain_of(account.address.spec),), known)

    async def _known(self, own: frozenset[str], specs: list[str], before: float) -> "Known":
        """Whoever can't be looked up is not known: the safe side."""
        from tuimail.mail.rule.facts import Known

        try:
            written = await self._cache.written_to(specs, before)
            met = await self._cache.met(specs, before)
            if not written.issuperset(specs):
                await self._items.catch_up()
        except OutboxError:
            return Known(own)
        return Known(own, written | self._sent_to(before), met)

    def _sent_to(self, before: float) -> frozenset[str]:
        """Whoever has got something from this outbox; its copy may not be in Sent yet."""
        return frozenset(
            recipient.spec.lower()
            for item in self._items.all()
            if item.queued < before
            for recipient in item.recipients
            if recipient.standing is Standing.ACCEPTED
        )
