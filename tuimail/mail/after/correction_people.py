"""Who gets a correction, in which messages, and how each is addressed."""

import re
from collections.abc import Collection, Sequence

from msgspec import Struct

from tuimail.mail.after.correction import Audience, Language, Scenario
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.template import first_name

NAMED = 3
"""So many people are called by name; more are addressed together."""

_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
_COMPANY = re.compile("株式会社|有限会社|合同会社|合資会社|[（(]株[)）]|㈱|法人|大学|病院|銀行")
_SECTION = re.compile(".+(?:部|課|室|局|係|支店|支社|本部|センター|グループ)")
_TITLED = re.compile(".*(?:様|さま|さん|殿|先生|御中|各位)")


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


def addressed(people: Sequence[Address], language: Language, wording: Audience) -> str:
    """The line or lines a message begins with: 宛名, or a salutation."""
    names = [_name(person) for person in people]
    if language is Language.ENGLISH:
        return _salutation(names, wording)
    if not names or len(names) > NAMED or not all(names):
        return "ご担当者様" if len(names) == 1 and wording is Audience.OUTSIDE else "各位"
    if wording is Audience.OUTSIDE:
        return "\n".join(map(_sama, names))
    return "、".join(map(_san, names))


def called(people: Sequence[Address], wording: Audience) -> str:
    """Somebody's name in a Japanese sentence; empty for nobody, and for several."""
    names = [_name(person) for person in people]
    if len(names) != 1 or not names[0]:
        return ""
    return _sama(names[0]).rpartition("\n")[2] if wording is Audience.OUTSIDE else _san(names[0])


def _specs(people: Sequence[Address]) -> set[str]:
    return {person.spec.lower() for person in people}


def _name(person: Address) -> str:
    """The name in the order it is said; empty when only an address is known."""
    name = "" if "@" in person.name else person.name.strip()
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma and given.strip() else name


def _parts(name: str) -> tuple[str, str]:
    """Company and section, and the person, where a name says both."""
    words = name.split()
    place = [n for n, word in enumerate(words) if _COMPANY.search(word) or _SECTION.fullmatch(word)]
    if not place or not any(map(_COMPANY.search, words)):
        return "", name
    return " ".join(words[: place[-1] + 1]), " ".join(words[place[-1] + 1 :])


def _sama(name: str) -> str:
    """Company and section on a line of their own, then the name with 様; a company alone is 御中."""
    if _TITLED.fullmatch(name):
        return name
    office, person = _parts(name)
    return "\n".join(filter(None, (office, f"{person} 様"))) if person else f"{office} 御中"


def _san(name: str) -> str:
    """The family name of a Japanese, the whole of another name."""
    if _TITLED.fullmatch(name):
        return name
    office, person = _parts(name)
    who = person or office
    return f"{first_name(who)}さん" if _JAPANESE.search(who) else f"{who}さん"


def _salutation(names: Sequence[str], wording: Audience) -> str:
    hello = "Dear" if wording is Audience.OUTSIDE else "Hi"
    if not names or len(names) > NAMED or not all(names):
        return "Hello," if len(names) == 1 else f"{hello} all,"
    *others, last = [_named(name, wording) for name in names]
    return f"{hello} {' and '.join(filter(None, (', '.join(others), last)))},"


def _named(name: str, wording: Audience) -> str:
    """The first name among colleagues, but never half of a Japanese one."""
    office, person = _parts(name)
    whole = person or office
    return whole if wording is Audience.OUTSIDE or _JAPANESE.search(whole) else first_name(whole)
