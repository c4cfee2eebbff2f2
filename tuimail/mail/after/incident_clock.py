"""How long the law gives, from when a mail was noticed to have gone wrong. Never advice: whether any of it
holds for a mail, whoever is responsible for it in the organisation has to say.
"""

from datetime import datetime, time, timedelta

from msgspec import Struct

from tuimail.mail.after.correction import Language
from tuimail.mail.when.instant import local, resolve

EN, JA = Language.ENGLISH, Language.JAPANESE
HOUR, DAY = 3_600.0, 86_400.0

ADVICE = {
    EN: "This is no legal advice: check with whoever is responsible.",
    JA: "法的な助言ではありません。社内の担当部署に確認してください。",
}


class Duty(Struct, frozen=True):
    """What is to be reported within `hours`, or by the end of the last of `days`, and where that stands.

    The day on which it was noticed counts as the first, which is the cautious way to read it. Where the
    law means a stretch, such as three to five days, `early` is its first end.
    """

    title: dict[Language, str]
    within: dict[Language, str]
    source: dict[Language, str]
    hours: int = 0
    days: int = 0
    early: int = 0


class Deadline(Struct, frozen=True):
    """A duty and the instants (UTC seconds) of one incident; `early` is 0 where there is none."""

    duty: Duty
    at: float
    early: float = 0.0


_PROMPT = Duty(
    {EN: "APPI prompt report", JA: "個人情報保護法 速報"},
    {EN: "about 3 to 5 days", JA: "おおむね3〜5日以内"},
    {
        EN: "APPI Art. 26 (1), Enforcement Rules Art. 8 (1), Guidelines 3-5-3-3",
        JA: "個人情報保護法26条1項、施行規則8条1項、ガイドライン通則編3-5-3-3",
    },
    days=5,
    early=3,
)
_FINAL = Duty(
    {EN: "APPI final report", JA: "個人情報保護法 確報"},
    {EN: "30 days", JA: "30日以内"},
    {
        EN: "APPI Art. 26 (1), Enforcement Rules Art. 8 (2), Guidelines 3-5-3-4",
        JA: "個人情報保護法26条1項、施行規則8条2項、ガイドライン通則編3-5-3-4",
    },
    days=30,
)
_FINAL_WRONGFUL = Duty(
    _FINAL.title, {EN: "60 days (wrongful purpose)", JA: "60日以内(不正の目的)"}, _FINAL.source, days=60
)
_GDPR = Duty(
    {EN: "GDPR notification", JA: "GDPR 監督機関への通知"},
    {EN: "72 hours", JA: "72時間以内"},
    {EN: "GDPR Art. 33 (1)", JA: "GDPR33条1項"},
    hours=72,
)

CLOCKS: dict[str, tuple[Duty, ...]] = {
    "appi": (_PROMPT, _FINAL),
    "appi-wrongful": (_PROMPT, _FINAL_WRONGFUL),
    "gdpr": (_GDPR,),
}
"""What can be switched on, by the names that configuration and commands use."""

NAMES: dict[str, dict[Language, str]] = {
    "appi": {EN: "APPI", JA: "個人情報保護法"},
    "appi-wrongful": {EN: "APPI (wrongful purpose)", JA: "個人情報保護法(不正の目的)"},
    "gdpr": {EN: "GDPR", JA: "GDPR"},
}


def deadlines(clock: str, noticed: float, zone: str) -> tuple[Deadline, ...]:
    """The deadlines of a clock, for what was noticed at an instant (UTC seconds) in a zone (an IANA name).

    Raises ScheduleError for a zone that nobody knows.
    """
    return tuple(_deadline(duty, noticed, zone) for duty in CLOCKS.get(clock, ()))


def _deadline(duty: Duty, noticed: float, zone: str) -> Deadline:
    if duty.hours:
        return Deadline(duty, noticed + duty.hours * HOUR)
    early = _end_of_day(noticed, duty.early, zone) if duty.early else 0.0
    return Deadline(duty, _end_of_day(noticed, duty.days, zone), early)


def _end_of_day(noticed: float, days: int, zone: str) -> float:
    """When the last of so many days is over, the first of which is that of `noticed`."""
    day = local(noticed, zone).date() + timedelta(days=days)
    return resolve(datetime.combine(day, time()), zone).at


def remaining(deadline: Deadline, now: float, language: Language) -> str:
    """The time left, in words; of a stretch till its first end, and then till the last."""
    early, last = deadline.early - now, deadline.at - now
    if last <= 0:
        over = span(-last, language)
        return f"{over}超過" if language is JA else f"over since {over}"
    left = span(last, language)
    if early <= 0:
        return f"残り{left}" if language is JA else f"{left} left"
    first = span(early, language)
    return f"残り{first}〜{left}" if language is JA else f"{first} to {left} left"


def words(deadline: Deadline, now: float, language: Language) -> str:
    """What is due, how long is left, and where that stands, in one line."""
    duty = deadline.duty
    left = remaining(deadline, now, language)
    return f"{duty.title[language]}: {duty.within[language]} · {left} · {duty.source[language]}"


def span(seconds: float, language: Language) -> str:
    """Seconds as days and hours, or as hours and minutes."""
    minutes = int(seconds // 60)
    days, hours, rest = minutes // 1_440, minutes // 60 % 24, minutes % 60
    if language is JA:
        return f"{days}日{hours}時間" if days else f"{hours}時間{rest}分"
    plural = "" if days == 1 else "s"
    return f"{days} day{plural} {hours} h" if days else f"{hours} h {rest} min"
