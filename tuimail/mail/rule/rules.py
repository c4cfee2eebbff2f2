"""What the rules say about a mail: when it may leave, and why; and rule by rule, how that came about."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tuimail.mail.errors import ScheduleError
from tuimail.mail.letter.address import unique
from tuimail.mail.rule.conditions import Check, Scene, all_hold, checks
from tuimail.mail.rule.decision import Decision, Delay, Guise, Until
from tuimail.mail.rule.facts import Facts
from tuimail.mail.rule.rule import Rule
from tuimail.mail.when import instant
from tuimail.mail.when.calendar import Calendar
from tuimail.mail.when.understood import understood


class Verdict(Struct, frozen=True):
    """One rule over one mail: what each of its conditions saw. Not `reached` after a rule that exempts."""

    rule: Rule
    checks: tuple[Check, ...]
    reached: bool = True

    @property
    def holds(self) -> bool:
        return self.reached and all(check.holds for check in self.checks)


def decide(
    facts: Facts, rules: Sequence[Rule], undo_seconds: float, now: float, zone: str, calendar: Calendar
) -> Decision:
    """The wishes of all rules that hold, in the order of the file, up to the first that exempts.

    `undo_seconds` is the plain window, `now` UTC seconds, `zone` the IANA name of the sender's. Raises
    ScheduleError when a condition needs the holidays of a country that nobody has.
    """
    scene = Scene(facts, instant.local(now, zone), calendar)
    return follows(tuple(_holding(rules, scene)), undo_seconds, now, zone, calendar)


def explain(
    facts: Facts, rules: Sequence[Rule], now: float, zone: str, calendar: Calendar
) -> tuple[Verdict, ...]:
    """Every rule and every condition of it."""
    scene = Scene(facts, instant.local(now, zone), calendar)
    verdicts: list[Verdict] = []
    reached = True
    for rule in rules:
        verdict = Verdict(rule, tuple(checks(rule.when, scene)), reached)
        reached = reached and not (verdict.holds and rule.exempt)
        verdicts.append(verdict)
    return tuple(verdicts)


def _holding(rules: Sequence[Rule], scene: Scene) -> Iterator[Rule]:
    for rule in rules:
        if all_hold(rule.when, scene):
            yield rule
            if rule.exempt:
                return


def follows(
    rules: Sequence[Rule], undo_seconds: float, now: float, zone: str, calendar: Calendar
) -> Decision:
    """What these rules want together, all of which hold."""
    windows = [rule.undo_seconds for rule in rules if rule.undo_seconds is not None]
    untils = [(rule, _instant(rule.until, now, zone, calendar)) for rule in rules if rule.until is not None]
    return Decision(
        undo_seconds=max(windows, default=undo_seconds),
        delays=tuple(Delay(rule.delay, rule.says()) for rule in rules if rule.delay is not None),
        untils=tuple(Until(at, rule.says()) for rule, at in untils if at is not None),
        pauses=(
            *(rule.says(rule.pause) for rule in rules if rule.pause is not None),
            *(rule.says(f"{rule.until} can't be told now") for rule, at in untils if at is None),
        ),
        confirms=tuple(rule.says(rule.confirm) for rule in rules if rule.confirm is not None),
        blocks=tuple(rule.says(rule.block) for rule in rules if rule.block is not None),
        bcc=unique(spec for rule in rules for spec in rule.add_bcc),
        by_server=any(rule.server for rule in rules),
        notes=tuple(note for rule in rules for note in _notes(rule)),
        guise=_guise(rules),
        receipts=any(rule.receipts for rule in rules),
    )


def _guise(rules: Sequence[Rule]) -> Guise | None:
    """The first identity and the first signature that are named."""
    naming = [rule for rule in rules if rule.identity or rule.signature is not None]
    if not naming:
        return None
    identity = next((rule.identity for rule in naming if rule.identity), "")
    signature = next((rule.signature for rule in naming if rule.signature is not None), None)
    return Guise(identity, signature, naming[0].says())


def _notes(rule: Rule) -> Iterator[str]:
    """What it did that is no wait."""
    if rule.undo_seconds is not None:
        yield rule.says(f"undo window {rule.undo_seconds:g} s")
    if rule.add_bcc:
        yield rule.says(f"blind copy to {', '.join(rule.add_bcc)}")
    if rule.receipts:
        yield rule.says("asks for receipts")
    if rule.exempt:
        yield rule.says("exempt from the rules after it")


def _instant(words: str, now: float, zone: str, calendar: Calendar) -> float | None:
    """When that is (UTC seconds); None when the words mean nothing at this time."""
    try:
        return understood(words, now, zone, calendar).schedule.at
    except ScheduleError:
        return None
