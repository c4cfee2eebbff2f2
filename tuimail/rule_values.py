"""From the keys of one rule to the rule; each is checked for what no single key can tell."""

import re
import unicodedata
from collections.abc import Collection

from msgspec import Struct

from tuimail import toml
from tuimail.config import seconds
from tuimail.mail.errors import AddressError, ConfigError, ScheduleError
from tuimail.mail.letter import address as addresses
from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.safe import block, line
from tuimail.mail.rule.conditions import DAYS
from tuimail.mail.rule.facts import folded
from tuimail.mail.rule.rule import Hours, Pattern, Phrase, Rule, When
from tuimail.mail.when.calendar import Calendar
from tuimail.mail.when.understood import understood
from tuimail.rule_keys import ACTIONS, Conditions, RuleKeys, WhenKeys
from tuimail.toml_lines import Step, Where

CHECKED_AT, CHECKED_IN = 1_800_000_000.0, "UTC"
BESIDE_EXEMPT = ("undo_seconds", "add_bcc", "receipts", "exempt", "identity", "signature")

_WIDE = re.compile("[^\x00-\x7f]+")
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-(?:([01]?\d|2[0-3]):([0-5]\d)|(24):(00))", re.ASCII)


class Ground(Struct, frozen=True):
    """What rules may refer to: the accounts by name, the calendar, and one's own addresses (lower case)."""

    accounts: Collection[str]
    calendar: Calendar
    identities: Collection[str] = ()


class Place(Struct, frozen=True):
    """A table in a file, for errors that name file, line and key."""

    text: toml.Toml
    where: Where
    ground: Ground

    def at(self, *steps: Step) -> "Place":
        return Place(self.text, (*self.where, *steps), self.ground)

    def wrong(self, what: str, accepted: str = "") -> ConfigError:
        return self.text.wrong(self.where, what, accepted)


def rule(place: Place, keys: RuleKeys) -> Rule:
    """The rule. Raises ConfigError."""
    _check_actions(place, keys)
    return Rule(
        name=_name(place.at("name"), keys.name),
        when=_when(place.at("when"), keys.when),
        delay=None if keys.delay is None else float(seconds(keys.delay)),
        until=None if keys.until is None else _until(place.at("until"), keys.until),
        pause=_said(keys.pause),
        undo_seconds=keys.undo_seconds,
        server=keys.server,
        add_bcc=_specs(place.at("add_bcc"), _many(keys.add_bcc)),
        confirm=_said(keys.confirm),
        block=_said(keys.block),
        exempt=keys.exempt,
        identity="" if keys.identity is None else _identity(place.at("identity"), keys.identity),
        signature=None if keys.signature is None else block(keys.signature),
        receipts=keys.receipts,
    )


def _identity(place: Place, given: str) -> str:
    if given.lower() not in place.ground.identities:
        raise place.wrong(f"“{line(given, 80)}” is no address of yours", " | ".join(place.ground.identities))
    return given.lower()


def _check_actions(place: Place, keys: RuleKeys) -> None:
    given = [name for name in ACTIONS if getattr(keys, name) not in (None, False)]
    if not given:
        raise place.wrong(f"{line(keys.name)} does nothing", f"one of {', '.join(ACTIONS)}")
    others = [name for name in given if name not in BESIDE_EXEMPT]
    if keys.exempt and others:
        raise place.at("exempt").wrong(
            f"{line(keys.name)} exempts and has {others[0]}",
            "exempt beside undo_seconds, add_bcc, receipts, identity and signature alone",
        )


def _name(place: Place, name: str) -> str:
    if line(name) != name:
        raise place.wrong("a name of letters that can't be seen is not accepted", "a name in quotes")
    return name


def _when(place: Place, keys: WhenKeys) -> When:
    return _conditions(place, keys, None if keys.without is None else _without(place.at("not"), keys.without))


def _without(place: Place, keys: Conditions) -> When:
    when = _conditions(place, keys, None)
    if not when.given():
        raise place.wrong("an empty table never holds", "a table of conditions")
    return when


def _conditions(place: Place, keys: Conditions, without: When | None) -> When:
    return When(
        external=keys.external,
        domains=tuple(_domain(place.at("domains"), each) for each in _many(keys.domains)),
        addresses=tuple(_address(place.at("addresses"), each) for each in _many(keys.addresses)),
        first_time=keys.first_time,
        not_in_contacts=keys.not_in_contacts,
        recipients_over=keys.recipients_over,
        attachments=keys.attachments,
        attachment_names=tuple(folded(each) for each in _many(keys.attachment_names)),
        subject=tuple(_phrase(place.at("subject"), each) for each in _many(keys.subject)),
        body=tuple(_phrase(place.at("body"), each) for each in _many(keys.body)),
        account=tuple(_account(place.at("account"), each) for each in _many(keys.account)),
        kind=tuple(Kind(each) for each in _many(keys.kind)),
        hours=tuple(_hours(place.at("hours"), each) for each in _many(keys.hours)),
        days=tuple(DAYS.index(each) for each in _many(keys.days)),
        holidays=_holidays(place.at("holidays"), keys.holidays),
        without=without,
    )


def _many(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else given


def _said(given: bool | str) -> str | None:
    """The text that is shown with it, which may be empty; None when it is not asked for."""
    if given is False:
        return None
    return "" if given is True else line(given)


def _until(place: Place, words: str) -> str:
    try:
        understood(words, CHECKED_AT, CHECKED_IN, place.ground.calendar)
    except ScheduleError as error:
        raise place.wrong(str(error).rstrip("."), 'a time such as "next working day 09:00"') from None
    return line(words)


def _specs(place: Place, given: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(addresses.check(spec) for spec in given)
    except AddressError as error:
        raise place.wrong(str(error).rstrip("."), "an address such as you@example.jp") from None


def _domain(place: Place, given: str) -> str:
    star, name = ("*.", given[2:]) if given.startswith("*.") else ("", given)
    found = name if name.isascii() else addresses.ascii_domain(name)
    if not found or "@" in found or any(letter.isspace() for letter in found):
        raise place.wrong(f"“{line(given, 80)}” is no domain", "example.jp or *.example.jp")
    return f"{star}{found}".lower()


def _address(place: Place, given: str) -> str:
    local, at, domain = given.rpartition("@")
    if not at or not local or not domain:
        raise place.wrong(
            f"“{line(given, 80)}” is no address", "you@example.jp or *@example.jp; domains is for the rest"
        )
    return f"{local.lower()}@{_domain(place, domain)}"


def _account(place: Place, given: str) -> str:
    if given not in place.ground.accounts:
        raise place.wrong(f"there is no account {line(given, 80)}", " | ".join(place.ground.accounts))
    return given


def _hours(place: Place, given: str) -> Hours:
    found = _HOURS.fullmatch(given)
    hours, minutes, *ends = (int(number) for number in found.groups() if number) if found else (0, 0, 0, 0)
    start, end = 60 * hours + minutes, 60 * ends[0] + ends[1]
    if start == end:
        raise place.wrong(f"{line(given, 40)} are no hours", 'hours such as "18:00-08:30"')
    return Hours(start, end)


def _holidays(place: Place, given: bool | None) -> bool | None:
    calendar = place.ground.calendar
    if given is not None and not calendar.country and not calendar.days_off:
        raise place.wrong("no holidays are known", "a country under [calendar] first")
    return given


def _phrase(place: Place, given: str) -> Phrase:
    if len(given) > 2 and given.startswith("/") and given.endswith("/"):
        return Phrase(line(given), "", _pattern(place, given[1:-1]))
    return Phrase(line(given), folded(given))


def _pattern(place: Place, written: str) -> Pattern:
    """Its full-width letters are made plain as those of the texts are; what becomes a sign stays a letter."""
    import re2

    options = re2.Options()
    options.case_sensitive, options.log_errors = False, False
    plain = _WIDE.sub(lambda run: re.escape(unicodedata.normalize("NFKC", run[0])), written)
    try:
        compiled: Pattern = re2.compile(plain, options)
    except re2.error as error:
        raise place.wrong(
            f"the pattern is wrong: {line(error.args[0].decode('utf-8', 'replace'), 80)}",
            "RE2's syntax, without look-around and back-references",
        ) from None
    return compiled
