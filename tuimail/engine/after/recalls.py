"""Asking Exchange for delivered copies: whether to, the asking itself, and what became of it.

A request is on disk before it leaves, and nothing here ever repeats one.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from tuimail.engine.account import Account, Accounts
from tuimail.engine.after import trail
from tuimail.engine.after.arrivals import Arrivals
from tuimail.engine.after.sent import SentMails
from tuimail.engine.news import AfterChanged, Newsroom
from tuimail.engine.sending.items import Items
from tuimail.mail.after import recall as moves
from tuimail.mail.after import report
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.page import Page, page
from tuimail.mail.after.recall import Recall, RecallState
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.after.verdict import SIGN_IN, Course, Foresight, Tenant, foresee
from tuimail.mail.errors import LoginError, MailboxError, OutboxError, RecallError, TuimailError
from tuimail.mail.hold.stop import SIGN_IN_AGAIN
from tuimail.mail.letter.envelope import Envelope
from tuimail.ports import AfterStore, Clock, Exchange, Files

TRIES = 3
NOT_THERE = "It is not in Sent Items, or not yet; nothing was asked. Try again in a minute."
ASKED_ALREADY = "A recall of this was asked for before ({}). Nothing was asked again."
OTHERS_ALTERED = "The recipients are not those that were looked at; nothing was asked. Look again."


class Wish(Struct, frozen=True):
    """What somebody decided about one mail; as the arguments of `Recalls.ask`."""

    mail: SentMail
    foresight: Foresight
    notices: bool = False
    replace: bool = False
    again: bool = False


class Recalls:
    """What a front end may do about delivered mail of Microsoft 365 accounts."""

    def __init__(
        self,
        accounts: Accounts,
        sent: SentMails,
        items: Items,
        store: AfterStore,
        newsroom: Newsroom,
        clock: Clock,
        arrivals: Arrivals,
        files: Files,
        enabled: bool = True,
    ) -> None:
        self._accounts, self._sent, self._items = accounts, sent, items
        self._store, self._newsroom, self._clock = store, newsroom, clock
        self._arrivals, self._files = arrivals, files
        self._enabled = enabled
        self._under_way: set[str] = set()

    async def foresee(self, mail: SentMail) -> Foresight:
        """A verdict for everybody, before anything is asked; what the server tells is kept."""
        account = self._accounts.get(mail.account)
        if account is None or account.exchange is None or not self._enabled:
            return foresee(mail, _without_graph(account), enabled=self._enabled)
        try:
            tenant = await account.exchange.tenant()
        except LoginError as error:
            unsigned = Tenant(Kind.UNSIGNED, account.domains)
            return foresee(mail, unsigned, way=str(error).rpartition(SIGN_IN_AGAIN)[2])
        except MailboxError:
            tenant = Tenant(Kind.WORK)
        tips = await self._tips(account.exchange, mail) if tenant.kind is Kind.WORK else ()
        return foresee(mail, tenant, tips)

    async def ask(
        self,
        mail: SentMail,
        foresight: Foresight,
        notices: bool = False,
        replace: bool = False,
        again: bool = False,
    ) -> Recall:
        """Ask for the copies once. `notices` says that a person agreed that outsiders are sent a notice.

        `again` says that a person wants another request although there was one. Raises RecallError,
        MailboxError and OutboxError when nothing was asked; what may have been is UNSURE.
        """
        wish = Wish(mail, foresight, notices, replace, again)
        exchange = self._allowed(wish)
        before = await self.known(mail.message_id)
        asked = next((one for one in before if one.open), None)
        if asked is not None and not again:
            raise RecallError(ASKED_ALREADY.format(asked.state.value))
        sent_id = await exchange.find_sent(mail)
        if not sent_id:
            raise RecallError(NOT_THERE)
        await self._remember(mail)
        return await self._ask(exchange, wish, sent_id, len(before) + 1)

    async def ask_all(
        self, wishes: Sequence[Wish]
    ) -> AsyncGenerator[tuple[Wish, Recall | TuimailError], None]:
        """Ask for several, one after the other, and say what came of each; who stops listening stops it."""
        for wish in wishes:
            try:
                came = await self.ask(wish.mail, wish.foresight, wish.notices, wish.replace, wish.again)
            except TuimailError as error:
                yield wish, error
            else:
                yield wish, came

    async def known(self, message_id: str = "") -> tuple[Recall, ...]:
        """The requests about one mail, or all, newest first, each as it stands now."""
        now = self._clock.now().wall
        return tuple([await self._minded(recall, now) for recall in await self._store.recalls(message_id)])

    async def page(self, mail: SentMail, foresight: Foresight | None = None) -> Page:
        """What is known of everybody the mail went to. Without a `foresight` the server is asked for one."""
        foresight = foresight or await self.foresee(mail)
        recalls = await self.known(mail.message_id)
        receipts = await self._store.receipts(mail.message_id)
        return page(mail, foresight, recalls, receipts, await self._sent.correcting(mail.message_id))

    async def save(self, page: Page, form: str, folder: str, zone: tzinfo) -> str:
        """The page as a file in `folder`, never over another one; its path. Raises SaveError."""
        from tuimail.mail.after.export import file
        from tuimail.mail.letter.filename import clean

        name = clean(f"recall {page.mail.subject[:60].rstrip()}.{form}")
        return await self._files.save(folder, name, file(page, form, zone))

    async def look(self, account: str, ask: bool = False) -> None:
        """Find reports in the inbox of the account. With `ask` its server is asked what is new first.

        Raises MailboxError and OutboxError.
        """
        now = self._clock.now().wall
        waiting = [one for one in await self.known() if one.account == account and one.awaits(now)]
        if not waiting:
            return
        if ask:
            await self._arrivals.refresh(account)
        since = min(one.asked for one in waiting) - report.BEFORE
        async for envelope, raw in self._arrivals.new(account, since, _any):
            said = report.report(report.headers(raw))
            if said is not None:
                await self._take(account, said, envelope)

    async def _take(self, account: str, said: report.Report, envelope: Envelope) -> None:
        """Attach a report to the request it tells of, however often others move that meanwhile."""
        for _ in range(TRIES):
            mine = [one for one in await self._store.recalls() if one.account == account]
            mails = {one.message_id: await self._store.sent(one.message_id) for one in mine}
            named = [(one, mail.subject if (mail := mails[one.message_id]) else "") for one in mine]
            recall = report.about(said, envelope.received, named)
            came = _attached(recall, said, envelope) if recall is not None else None
            if came is None:
                return
            if await self._put(came):
                mail = mails[came.message_id]
                why = f"recall: {came.trail[-1].why}"
                await trail.tell(self._items, self._clock, mail.item if mail else "", why)
                return

    async def _remember(self, mail: SentMail) -> None:
        """Of mail that left elsewhere there is no record yet; a date to come is not believed."""
        if await self._store.sent(mail.message_id) is None:
            await self._sent.keep(replace(mail, sent=min(mail.sent, self._clock.now().wall)))

    def _allowed(self, wish: Wish) -> Exchange:
        """The way to ask. Raises RecallError."""
        account = self._accounts.get(wish.mail.account)
        if not wish.mail.message_id:
            raise RecallError("It has no Message-ID, so its copies can't be named; nothing was asked.")
        if {one.person.spec for one in wish.foresight.verdicts} != {one.spec for one in wish.mail.people}:
            raise RecallError(OTHERS_ALTERED)
        if wish.foresight.course in (Course.CORRECT, Course.SIGN_IN) or not self._enabled:
            raise RecallError(f"{wish.foresight.words} Nothing was asked.")
        if account is None or account.exchange is None:
            raise RecallError(f"{SIGN_IN}; nothing was asked.")
        if wish.foresight.course is Course.CONFIRM and not wish.notices:
            names = ", ".join(one.spec for one in wish.foresight.noticed)
            raise RecallError(f"Nothing was asked: a recall would send a notice to {names}.")
        return account.exchange

    async def _ask(self, exchange: Exchange, wish: Wish, sent_id: str, number: int) -> Recall:
        now = self._clock.now().wall
        asking = moves.begin(wish.mail, wish.foresight, number, now, wish.notices, wish.replace)
        self._under_way.add(asking.id)
        try:
            if not await self._store.put_recall(asking):
                raise RecallError(ASKED_ALREADY.format("just now, elsewhere"))
            self._newsroom.announce(AfterChanged(asking.message_id))
            outcome = await exchange.recall(sent_id)
            came = moves.answered(asking, outcome, self._clock.now().wall)
            await self._put(came)
        finally:
            self._under_way.discard(asking.id)
        await self._note(wish.mail, came)
        return came

    async def _minded(self, recall: Recall, now: float) -> Recall:
        later = moves.minded(recall, now, recall.id in self._under_way)
        if later is None:
            return recall
        with suppress(OutboxError):
            if not await self._put(later):
                same = [one for one in await self._store.recalls(recall.message_id) if one.id == recall.id]
                return same[0] if same else recall
        return later

    async def _put(self, recall: Recall) -> bool:
        took = await self._store.put_recall(recall)
        if took:
            self._newsroom.announce(AfterChanged(recall.message_id))
        return took

    async def _note(self, mail: SentMail, recall: Recall) -> None:
        """The outbox item tells of it too, as long as it is there."""
        told = {RecallState.REQUESTED: "recall requested", RecallState.REFUSED: "recall refused"}
        why = told.get(recall.state, "recall may have been requested")
        await trail.tell(self._items, self._clock, mail.item, why, recall.said)

    async def _tips(self, exchange: Exchange, mail: SentMail) -> tuple[Tip, ...]:
        """Those of now, and where nothing is told now, those of then."""
        kept = {tip.spec.lower(): tip for tip in mail.tips}
        try:
            told = await exchange.tips([one.spec for one in mail.people])
        except MailboxError:
            return mail.tips
        tips = tuple(kept.get(tip.spec.lower(), tip) if tip.scope is Scope.UNKNOWN else tip for tip in told)
        if tips != mail.tips and await self._store.sent(mail.message_id) is not None:
            await self._sent.keep(replace(mail, tips=tips))
        return tips


def _without_graph(account: Account | None) -> Tenant:
    if account is None:
        return Tenant(Kind.OTHER)
    return Tenant(Kind.UNSIGNED if account.kind is Kind.WORK else account.kind, account.domains)


def _attached(recall: Recall, said: report.Report, envelope: Envelope) -> Recall | None:
    told, at = None, envelope.received
    if said.sort is not report.Sort.REPORT:
        told = moves.Told(envelope.sender.spec, said.sort is report.Sort.SUCCESS, at, envelope.ref)
    return moves.reported(recall, envelope.ref, envelope.subject, at, told, said.sure)


async def _any(_: Envelope) -> bool:
    """A report may look like anything: what it is only its header says."""
    return True
