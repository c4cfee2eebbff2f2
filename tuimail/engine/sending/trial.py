"""What the rules would have done to the mail one sent lately. Nothing is queued or changed."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.sending.checks import Checks, Explained
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.view import View
from tuimail.mail.hold.hold import Hold, hold
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.address import write
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.rule.rule import Rule

if TYPE_CHECKING:
    from tuimail.mail.rule.rules import Verdict

EXAMPLES = 3
INSIDE = ("body", "attachment_names")
"""What can't be told from an envelope."""


class Judged(Struct, frozen=True):
    """A sent mail, what the rules say of it, and how long it would have been held."""

    envelope: Envelope
    explained: Explained
    hold: Hold

    @property
    def held(self) -> bool:
        """Whether it would not have left after the undo window."""
        decision = self.explained.decision
        return bool(decision.blocks or decision.confirms) or (
            self.hold.due is None or self.hold.seconds > decision.undo_seconds
        )


class Tally(Struct, frozen=True):
    """One rule over many mails: for which it held, and how long it alone made each wait (seconds).

    `waits` is empty where it asks for a person instead, or for no wait.
    """

    rule: Rule
    mails: tuple[Judged, ...]
    waits: tuple[float, ...]

    @property
    def examples(self) -> tuple[Judged, ...]:
        return self.mails[:EXAMPLES]


class Trial:
    """Runs the rules over the newest mail of a Sent folder, each as if it were sent off on its own date."""

    def __init__(self, mailbox: Mailbox, checks: Checks) -> None:
        self._mailbox = mailbox
        self._checks = checks

    async def judged(self, account: str, last: int) -> tuple[Judged, ...]:
        """The mails, newest first. Whoever had not been written to before its date is a first time.

        Raises ConfigError, ScheduleError, MailboxError.
        """
        rules = await self._checks.rules()
        folder = await self._sent(account)
        await self._mailbox.sync(account, folder)
        envelopes = await self._mailbox.page(View(account, folder), 0, last)
        inside = any(rule.when.asks(INSIDE) for rule in rules)
        return tuple([await self._judge(envelope, inside) for envelope in envelopes])

    async def _sent(self, account: str) -> str:
        await self._mailbox.refresh_folders(account)
        for folder in await self._mailbox.folders(account):
            if folder.role is Role.SENT:
                return folder.name
        raise MailboxError(f"{account} has no Sent folder; there is nothing to try the rules on")

    async def _judge(self, envelope: Envelope, inside: bool) -> Judged:
        draft = _draft(envelope)
        if inside:
            draft = await self._with_inside(draft, envelope)
        people = tuple(address.spec for address in (*envelope.to, *envelope.cc))
        at = envelope.received
        explained = await self._checks.explain(draft, people, at, known_before=at)
        return Judged(envelope, explained, hold(explained.decision, None, Moment(at, 0.0, "")))

    async def _with_inside(self, draft: Draft, envelope: Envelope) -> Draft:
        from tuimail.mail.letter.compose import draft_of

        whole = draft_of(await self._mailbox.raw(envelope.ref), "", draft.account)
        return replace(draft, body=whole.body, attachments=whole.attachments)


def tally(rules: Sequence[Rule], mails: Sequence[Judged]) -> tuple[Tally, ...]:
    """Rule by rule, the mails for which it held."""
    return tuple(_tally(number, rule, mails) for number, rule in enumerate(rules))


def _tally(number: int, rule: Rule, mails: Sequence[Judged]) -> Tally:
    found = tuple(mail for mail in mails if _verdict(mail, number).holds)
    return Tally(rule, found, tuple(wait for mail in found for wait in _waits(rule, mail)))


def _verdict(mail: Judged, number: int) -> "Verdict":
    return mail.explained.verdicts[number]


def _waits(rule: Rule, mail: Judged) -> Iterator[float]:
    """How long this rule made the mail wait; nothing when it asks for no time."""
    decision, why = mail.explained.decision, rule.says()
    waits = [delay.seconds for delay in decision.delays if delay.why == why]
    waits += [until.at - mail.envelope.received for until in decision.untils if until.why == why]
    if waits:
        yield max(waits)


def _draft(envelope: Envelope) -> Draft:
    """The mail as far as its envelope tells: a file without a name stands for its attachments."""
    files = (Attachment("", "application/octet-stream", 0),) if envelope.attached else ()
    return Draft(
        id="",
        account=envelope.ref.account,
        to=", ".join(write(address) for address in envelope.to),
        cc=", ".join(write(address) for address in envelope.cc),
        subject=envelope.subject,
        in_reply_to=envelope.in_reply_to,
        attachments=files,
    )
