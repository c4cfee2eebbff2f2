"""The part of the tour that comes after a mail left: who can be asked for it, the asking, a correction."""

from tuimail.demo.colleagues import COLLEAGUES
from tuimail.demo.exchange import StandIn
from tuimail.demo.telling import Telling
from tuimail.engine.account import Account
from tuimail.engine.engine import Engine
from tuimail.mail.after.correction import Scenario
from tuimail.mail.after.recall import RecallState
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Foresight
from tuimail.mail.errors import RecallError
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.view import View

OUTSIDER = COLLEAGUES["makoto"].spec
INSIDE = tuple(COLLEAGUES[key].spec for key in ("watanabe", "nakajima"))


class Afterwards:
    """Goes after the price list that `account`, one of Microsoft 365, sent to the wrong Kobayashi."""

    def __init__(self, engine: Engine, telling: Telling, exchange: StandIn, account: Account) -> None:
        self._engine, self._telling = engine, telling
        self._exchange, self._account = exchange, account

    async def play(self) -> None:
        """All of it."""
        mail = await self._misdirected()
        foresight = await self._foreseen(mail)
        await self._asked(mail, foresight)
        await self._reported(mail)
        await self._corrected(mail)

    async def _misdirected(self) -> SentMail:
        self._telling.title("In the other account, a price list went to the wrong Kobayashi")
        folders = await self._account.source.folders()
        sent = next(folder.name for folder in folders if folder.role is Role.SENT)
        await self._engine.mailbox.sync(self._account.name, sent)
        (row,) = await self._engine.mailbox.page(View(self._account.name, sent), 0, 1)
        mail = await self._engine.sent.of(row.ref)
        self._telling.say(f"  「{mail.subject}」 to {', '.join(one.spec for one in mail.people)}")
        return mail

    async def _foreseen(self, mail: SentMail) -> Foresight:
        self._telling.title("B looks whose copy can be asked for, before anything is asked")
        foresight = await self._engine.recalls.foresee(mail)
        for verdict in foresight.verdicts:
            self._telling.say(f"  {verdict.person.spec}: {verdict.answer.value}, {verdict.reason}")
        noticed = [one.spec for one in foresight.noticed]
        self._telling.hold("it is known who would be sent a notice instead", noticed == [OUTSIDER])
        return foresight

    async def _asked(self, mail: SentMail, foresight: Foresight) -> None:
        self._telling.title("The copies are asked for")
        log = self._exchange.log
        try:
            await self._engine.recalls.ask(mail, foresight)
        except RecallError as error:
            self._telling.say(f"  {error}")
        self._telling.hold("nothing is asked before somebody agrees to the notice", not log.recalls)
        recall = await self._engine.recalls.ask(mail, foresight, notices=True)
        self._telling.say(f"  {recall.state.value}; Exchange says: {' '.join(recall.said.split())[:74]}…")
        self._telling.hold("Exchange was asked, once", log.recalls_of(mail.message_id) == 1)
        self._telling.hold("it is called requested, no more", recall.state is RecallState.REQUESTED)
        left = [spec for spec in INSIDE if self._exchange.org.mailbox(spec).holds(mail.message_id)]
        self._telling.hold("the colleagues' copies are gone", not left)
        self._telling.hold("the outsider was sent a notice", log.recalls[0].noticed == (OUTSIDER,))

    async def _reported(self, mail: SentMail) -> None:
        self._telling.title("A report comes")

        async def look() -> bool:
            await self._engine.recalls.look(self._account.name, ask=True)
            (recall,) = await self._engine.recalls.known(mail.message_id)
            return recall.state is RecallState.REPORTED

        self._telling.hold("it is found, and told of with the mail", await self._telling.wait(look))

    async def _corrected(self, mail: SentMail) -> None:
        self._telling.title("C writes the correction")
        (draft,) = await self._engine.corrections.drafts(mail, Scenario.PERSON)
        self._telling.say(f"  to {draft.to}: {draft.subject}")
        self._telling.hold("it answers the mail it puts right", draft.in_reply_to == mail.message_id)
