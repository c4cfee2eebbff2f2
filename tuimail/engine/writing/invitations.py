"""Answers to invitations, as drafts that go out like any mail (iMIP, RFC 6047)."""

from datetime import UTC, datetime

from tuimail.engine.account import Account, Accounts
from tuimail.mail.errors import DraftError
from tuimail.mail.letter.address import Address, write
from tuimail.mail.letter.draft import Attachment, Draft, Kind
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.invitation import REPLY_TYPE, Answer, Invitation
from tuimail.mail.letter.letter import Letter
from tuimail.ports import Clock, Ids

_SAID = {
    Answer.ACCEPTED: ("Accepted", "has accepted"),
    Answer.TENTATIVE: ("Tentative", "has tentatively accepted"),
    Answer.DECLINED: ("Declined", "has declined"),
}


class Invitations:
    """Makes the mails that answer."""

    def __init__(self, accounts: Accounts, clock: Clock, ids: Ids) -> None:
        self._accounts = accounts
        self._clock = clock
        self._ids = ids

    def who(self, ref: Ref, invitation: Invitation) -> Address:
        """As whom one answers: the address that was invited, or the account's when it was some alias."""
        own = _own(self._accounts[ref.account])
        invited = (person.address.spec.lower() for person in invitation.attendees)
        return next((own[spec] for spec in invited if spec in own), self._accounts[ref.account].address)

    def answer(self, ref: Ref, letter: Letter, answer: Answer, comment: str = "") -> Draft:
        """The answer to the organizer. Raises DraftError for what asks for none."""
        from tuimail.mail.letter import invitation as calendar

        asked = letter.invitation
        if asked is None or not asked.asks or asked.organizer is None:
            raise DraftError("This message asks for no answer to an invitation.")
        who, (word, deed) = self.who(ref, asked), _SAID[answer]
        now = datetime.fromtimestamp(self._clock.now().wall, UTC)
        data = calendar.reply(asked, who, answer, comment, now)
        said = f"{who.name or who.spec} {deed}: {asked.summary or 'the invitation'}\n"
        account = self._accounts[ref.account]
        return Draft(
            id=self._ids.item(),
            account=ref.account,
            kind=Kind.REPLY,
            to=write(asked.organizer),
            subject=f"{word}: {asked.summary or letter.subject}",
            body=f"{comment.strip()}\n\n{said}" if comment.strip() else said,
            attachments=(Attachment("invite.ics", REPLY_TYPE, len(data), data=data),),
            in_reply_to=letter.message_id,
            references=(letter.message_id,) if letter.message_id else (),
            answers=ref,
            sender=who if who != account.address else None,
        )


def _own(account: Account) -> dict[str, Address]:
    return {identity.address.spec.lower(): identity.address for identity in account.identities}
