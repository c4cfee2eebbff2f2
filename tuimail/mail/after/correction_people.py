"""Who gets a correction, in which messages, and how each is addressed."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from tuimail.mail.after.correction import Audience, Scenario
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address


class Circle(Struct, frozen=True):
    """The recipients of one message; those of `bcc` learn of nobody."""

    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()

    @property
    def people(self) -> tuple[Address, ...]:
        """Everybody in it."""
        return (*self.to, *self.cc, *self.bcc)


def is_outside(person: Address, domains: Collection[str]) -> bool:
    """Whether somebody is at none of one's own domains (lower case)."""
    return person.spec.rpartition("@")[2].lower() not in domains


def audience(people: Sequence[Address], domains: Collection[str]) -> Audience:
    """The wording for these people: that for outside as soon as one of them is."""
    outside = any(is_outside(person, domains) for person in people)
    return Audience.OUTSIDE if outside else Audience.INSIDE


def concerned(
    mail: SentMail, scenario: str, own: Collection[str], domains: Collection[str]
) -> tuple[Address, ...]:
    """Whom a correction goes to unless somebody chooses: everybody but oneself (`own`, lower case).

    A mail to wrong people goes back to those outside when it went inside and outside.
    """
    others = tuple(person for person in mail.people if person.spec.lower() not in own) or mail.people
    outside = tuple(person for person in others if is_outside(person, domains))
    return outside if scenario == Scenario.PERSON and outside else others


def circles(
    mail: SentMail, chosen: Sequence[Address], scenario: str, each: bool | None = None
) -> tuple[Circle, ...]:
    """The messages for the chosen people: one as the mail was addressed, or one each.

    Those who were blind copies always get one of their own. Addresses that were visible to all are never
    made so again: everybody gets their own message, or with `each` False they share one as blind copies.
    """
    if scenario == Scenario.ADDRESSES and each is False:
        return (Circle(bcc=tuple(chosen)),)
    if each or scenario == Scenario.ADDRESSES:
        return tuple(Circle((person,)) for person in chosen)
    blind = {person.spec.lower() for person in mail.bcc} - _specs((*mail.to, *mail.cc))
    seen = [person for person in chosen if person.spec.lower() not in blind]
    copied = _specs(mail.cc) - _specs(mail.to)
    to = tuple(person for person in seen if person.spec.lower() not in copied)
    cc = tuple(person for person in seen if person.spec.lower() in copied)
    alone = tuple(Circle((person,)) for person in chosen if person.spec.lower() in blind)
    return (*((Circle(to, cc) if to else Circle(cc),) if seen else ()), *alone)


def _specs(people: Sequence[Address]) -> set[str]:
    return {person.spec.lower() for person in people}
