"""What a correction calls people: 宛名 and salutations, made of the names that mail gives them."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from tuimail.mail.after.correction import Audience, Language
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.template import first_name

NAMED = 3
"""So many people are called by name; more are addressed together."""

TOGETHER = "各位"

_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
_SHORT_FORMS = (
    (re.compile("[（(]株[)）]|㈱"), "株式会社"),
    (re.compile("[（(]有[)）]|㈲"), "有限会社"),
    (re.compile(r"(?<!\S)((?:株式|有限|合同|合資)会社)\s+"), r"\1"),
)
_COMPANY = re.compile(
    "(?:株式|有限|合同|合資)会社|法人|大学|病院|銀行|組合|協会|研究所|製作所|書店|書房|商店|商事|商会|工業"
)
_ABROAD = re.compile(
    r"\b(?:Inc|Ltd|LLC|LLP|Corp|GmbH|K\.K|S\.A|Limited|Corporation|Company)\b", re.IGNORECASE
)
_SECTION = re.compile(".{2,}(?:部|課|室|局|係|支店|支社|センター|グループ)")
_PEOPLE = {"長谷部", "日下部", "曽我部", "曾我部", "長曽我部", "長宗我部"}
"""Family names that end like a section; shorter ones, such as 阿部, are never taken for one."""

_MANY = re.compile(".*(?:会議|委員会|メンバー|チーム|プロジェクト|一同|全員|スタッフ|ML|メーリングリスト)")
_TITLED = re.compile(
    ".*(?:様|さま|さん|殿|先生|御中|各位|社長|部長|課長|室長|局長|係長|支店長|所長|店長|主任)"
)
_APART = re.compile("[(（\\[［【)）\\]］】/／|｜]")
_PHONE = re.compile(
    r"(?:電話|直通|代表|携帯|☎|\b(?:tel|phone|mobile)\b)[^\d+\n]{0,6}(\+?[\d(][\d ()‐−–-]{7,20}\d)",
    re.IGNORECASE,
)


class Named(Struct, frozen=True):
    """A name taken apart; both empty where only an address is known. A company or section has no person."""

    office: str = ""
    person: str = ""

    @property
    def one(self) -> str:
        """The person, else the company or section."""
        return self.person or self.office


def named(person: Address) -> Named:
    """Company and section, and the person, where a name says both."""
    name = " ".join(person.name.strip(" '\"").split())
    if "@" in name or (name.islower() and name == person.spec.partition("@")[0]):
        return Named()
    for short, whole in _SHORT_FORMS:
        name = short.sub(whole, name)
    halves = [_halves(part) for part in _APART.split(name) if part.strip()]
    offices = sorted((office for office, _ in halves if office), key=lambda office: not _is_company(office))
    return Named(" ".join(offices), next((who for _, who in halves if who), ""))


def company(signature: str) -> str:
    """The company that a signature names, without the section; empty where it names none."""
    for row in signature.split("\n"):
        office = named(Address("", row)).office.split()
        last = max((n for n, word in enumerate(office) if _COMPANY.search(word)), default=-1)
        if last >= 0:
            return " ".join(office[: last + 1])
    return ""


def telephone(signature: str) -> str:
    """The telephone number that a signature has; empty where it has none."""
    found = _PHONE.search(unicodedata.normalize("NFKC", signature))
    return found[1] if found else ""


def addressed(people: Sequence[Address], language: Language, wording: Audience) -> str:
    """The line or lines a message begins with: 宛名, or a salutation."""
    names = list(map(named, people))
    if language is Language.ENGLISH:
        return _salutation(names, wording)
    if not names or not all(name.one for name in names):
        return "ご担当者様" if len(names) == 1 and wording is Audience.OUTSIDE else TOGETHER
    if len(names) > NAMED:
        return _together(names)
    if wording is Audience.OUTSIDE:
        offices = groupby(names, key=lambda name: name.office if name.person else "")
        return "\n".join("\n".join(filter(None, (office, *map(_sama, group)))) for office, group in offices)
    return "、".join(map(_san, names))


def called(people: Sequence[Address], wording: Audience) -> str:
    """Somebody's name in a Japanese sentence; empty for nobody, and for several."""
    names = list(map(named, people))
    if len(names) != 1 or not names[0].one or _MANY.fullmatch(names[0].one):
        return ""
    if not names[0].person:
        return f"{names[0].office}様"
    return _sama(names[0]) if wording is Audience.OUTSIDE else _san(names[0])


def together(name: str) -> str:
    """A name as it stands in a Japanese sentence: without a blank inside."""
    return "".join(name.split()) if name and all(map(_JAPANESE.match, name.split())) else name


def family(name: str) -> str:
    """The family name of a Japanese, the whole of another name."""
    return first_name(name) if _JAPANESE.search(name) else name


def _is_company(text: str) -> bool:
    return bool(_COMPANY.search(text) or _ABROAD.search(text))


def _is_office(word: str) -> bool:
    return bool(_COMPANY.search(word) or (_SECTION.fullmatch(word) and word not in _PEOPLE))


def _halves(text: str) -> tuple[str, str]:
    """Company and section, and what stands behind or before them; `B, A` is A B."""
    if _ABROAD.search(text):
        return text.strip(), ""
    words = text.split()
    place = [n for n, word in enumerate(words) if _is_office(word)]
    if place:
        return " ".join(words[place[0] : place[-1] + 1]), " ".join(
            words[place[-1] + 1 :] or words[: place[0]]
        )
    last, comma, given = text.partition(",")
    return "", f"{given.strip()} {last.strip()}" if comma and given.strip() else text.strip()


def _together(names: Sequence[Named]) -> str:
    """Many people of one company or section are addressed with its name."""
    offices = {name.office for name in names}
    return "\n".join(filter(None, (offices.pop() if len(offices) == 1 else "", TOGETHER)))


def _sama(name: Named) -> str:
    """The name with 様; a company or section is 御中, a list 各位."""
    if _TITLED.fullmatch(name.one):
        return name.one
    if _MANY.fullmatch(name.one):
        return f"{name.one} {TOGETHER}"
    return f"{name.person} 様" if name.person else f"{name.office} 御中"


def _san(name: Named) -> str:
    if _TITLED.fullmatch(name.one):
        return name.one
    if _MANY.fullmatch(name.one) or not (name.person or _is_company(name.one)):
        return f"{name.one} {TOGETHER}"
    return f"{family(name.one)}さん"


def _salutation(names: Sequence[Named], wording: Audience) -> str:
    hello = "Dear" if wording is Audience.OUTSIDE else "Hi"
    if not names or len(names) > NAMED or not all(name.one for name in names):
        return "Hello," if len(names) == 1 else f"{hello} all,"
    if any(_MANY.fullmatch(name.one) for name in names):
        return f"{hello} all,"
    *others, last = [_greeted(name.one, wording) for name in names]
    return f"{hello} {' and '.join(filter(None, (', '.join(others), last)))},"


def _greeted(name: str, wording: Audience) -> str:
    """The first name among colleagues, but never half of a Japanese one; SUZUKI Ichiro is Ichiro."""
    if wording is Audience.OUTSIDE or _JAPANESE.search(name) or _ABROAD.search(name):
        return name
    words = name.split()
    return next((word for word in words if not word.isupper()), words[0])
