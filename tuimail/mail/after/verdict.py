"""Whether a recipient's copy can be asked for, and why; said before anything is asked."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from tuimail.mail.after.kind import Kind
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.letter.address import Address, ascii_domain


class Tenant(Struct, frozen=True):
    """The account's organisation: its kind and the domains it has proved to be its own (lower case)."""

    kind: Kind
    domains: tuple[str, ...] = ()


class Answer(StrEnum):
    """What can be said of one recipient."""

    CAN = "can be asked"
    CANNOT = "can't"
    UNKNOWN = "can't be known"


class Verdict(Struct, frozen=True):
    """One recipient: whether the server can be asked for the copy, and the reason in words.

    `notice` says that a recall would send this one, or somebody on that list, a mail that draws attention to
    it.
    """

    person: Address
    answer: Answer
    reason: str
    notice: bool = False


class Course(StrEnum):
    """What to offer for the whole message."""

    RECALL = "recall"
    CONFIRM = "confirm"
    CORRECT = "correct"
    SIGN_IN = "sign in"


class Foresight(Struct, frozen=True):
    """All verdicts of a message, the course to offer, and the words that have to be said with it."""

    course: Course
    words: str
    verdicts: tuple[Verdict, ...]

    @property
    def noticed(self) -> tuple[Address, ...]:
        """Those whom a recall would send a notice."""
        return tuple(verdict.person for verdict in self.verdicts if verdict.notice)


CLAIM = (
    "Exchange will try to delete it, also if read, unless your organisation disabled that."
    " You will get a report mail. Copies elsewhere are not touched."
)
REQUESTED = f"Recall requested. {CLAIM}"
"""What may be said once the request was taken; before that, `CLAIM` alone."""

DRAWS_ATTENTION = "cannot be recalled and will {} a 'Recall:' mail that draws attention to it."
ONLY_OUTSIDE = "Recall cannot work outside your organisation."
UNCHECKED = "could not check the recipients"
ON_PREMISES = "Recall for on-premises Exchange exists only in Outlook."
PERSONAL = "Whether recall works for personal Microsoft accounts is not proven; it is not offered."
SIGN_IN = "sign in to Microsoft Graph to enable recall"
SET_UP = "docs/accounts.md"
"""Where one reads how to sign in, where that was not configured."""
DELIVERED = "Mail that has been delivered cannot be taken back."
SWITCHED_OFF = "Recall is switched off in your configuration ([recall] enabled = false)."

OUTSIDE = "outside: would get a notice instead"
INSIDE = "same organisation"
BY_DOMAIN = "same organisation by its domain; lists could not be checked"
NOT_CHECKED = "could not check"

REASONS = {
    Kind.PERSONAL: "personal Microsoft account",
    Kind.ON_PREMISES: "mailbox on premises",
    Kind.UNSIGNED: "not signed in to Microsoft Graph",
    Kind.OTHER: "delivered; this server takes nothing back",
}


def foresee(
    mail: SentMail, tenant: Tenant, tips: Sequence[Tip] = (), enabled: bool = True, way: str = SET_UP
) -> Foresight:
    """What can be said of everybody the mail went to, and the course to offer.

    Where no tip tells where somebody is, the organisation's domains do. `enabled` is the user's own switch,
    `way` what leads to a sign-in: a command, or where it is told.
    """
    if tenant.kind is not Kind.WORK or not enabled:
        return _impossible(mail, tenant, enabled, way)
    told = {tip.spec.lower(): tip for tip in tips}
    verdicts = tuple(_verdict(one, told.get(one.spec.lower()), tenant.domains) for one in mail.people)
    return Foresight(*_course(verdicts, _outsiders(verdicts, told)), verdicts)


def _impossible(mail: SentMail, tenant: Tenant, enabled: bool, way: str) -> Foresight:
    """Nobody can be asked from this account, as it is."""
    course, words = _without_graph(mail, tenant, way)
    reason, answer = REASONS.get(tenant.kind, ""), Answer.CANNOT
    if not enabled:
        course, words, reason = Course.CORRECT, SWITCHED_OFF, "recall is switched off"
    elif course is Course.SIGN_IN:
        answer = Answer.UNKNOWN
    return Foresight(course, words, tuple(Verdict(one, answer, reason) for one in mail.people))


def _without_graph(mail: SentMail, tenant: Tenant, way: str) -> tuple[Course, str]:
    if tenant.kind is Kind.UNSIGNED:
        ours = {*tenant.domains, _domain(mail.sender.spec)}
        inside = any(_domain(one.spec) in ours for one in mail.people)
        return (Course.SIGN_IN, f"{SIGN_IN} ({way})") if inside else (Course.CORRECT, ONLY_OUTSIDE)
    words = {Kind.PERSONAL: PERSONAL, Kind.ON_PREMISES: ON_PREMISES}
    return Course.CORRECT, words.get(tenant.kind, DELIVERED)


def _verdict(person: Address, tip: Tip | None, domains: tuple[str, ...]) -> Verdict:
    if tip is None or tip.scope is Scope.UNKNOWN:
        return _by_domain(person, domains)
    if tip.scope is Scope.EXTERNAL:
        return Verdict(person, Answer.CANNOT, OUTSIDE, notice=True)
    if tip.outsiders:
        members = "member" if tip.outsiders == 1 else "members"
        return Verdict(person, Answer.UNKNOWN, f"list with {tip.outsiders} outside {members}", notice=True)
    return Verdict(person, Answer.CAN, ", ".join((INSIDE, *_besides(tip))))


def _by_domain(person: Address, domains: tuple[str, ...]) -> Verdict:
    if not domains:
        return Verdict(person, Answer.UNKNOWN, NOT_CHECKED, notice=True)
    if _domain(person.spec) in domains:
        return Verdict(person, Answer.CAN, BY_DOMAIN)
    return Verdict(person, Answer.CANNOT, OUTSIDE, notice=True)


def _besides(tip: Tip) -> tuple[str, ...]:
    """What else is worth knowing of somebody in the organisation."""
    told = (
        (tip.members > 0, f"list of {tip.members}"),
        (bool(tip.away), "out of office"),
        (tip.full, "mailbox full"),
        (tip.moderated, "moderated"),
        (tip.restricted, "restricted"),
    )
    return tuple(words for holds, words in told if holds)


def _outsiders(verdicts: Sequence[Verdict], told: dict[str, Tip]) -> int:
    """How many people outside a recall would write to, those on lists included."""
    outside = sum(verdict.answer is Answer.CANNOT for verdict in verdicts)
    lists = (told.get(v.person.spec.lower()) for v in verdicts if v.answer is Answer.UNKNOWN)
    return outside + sum(tip.outsiders for tip in lists if tip is not None)


def _course(verdicts: Sequence[Verdict], outsiders: int) -> tuple[Course, str]:
    if not verdicts:
        return Course.CORRECT, DELIVERED
    if all(verdict.answer is Answer.CANNOT for verdict in verdicts):
        return Course.CORRECT, ONLY_OUTSIDE
    unchecked = any(verdict.reason == NOT_CHECKED for verdict in verdicts)
    if not outsiders:
        return (Course.CONFIRM, UNCHECKED) if unchecked else (Course.RECALL, CLAIM)
    who, get = ("recipient", "receive") if outsiders == 1 else ("recipients", "each receive")
    words = f"{outsiders} outside {who} {DRAWS_ATTENTION.format(get)}"
    return Course.CONFIRM, f"{words} The others: {UNCHECKED}." if unchecked else words


def _domain(spec: str) -> str:
    domain = spec.rpartition("@")[2]
    return (ascii_domain(domain) or domain).lower()
