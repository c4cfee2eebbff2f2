"""What `tuimail rules` prints, for a person and as JSON. docs/commands.md lists the keys: a promise."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tuimail.engine.sending.checks import Explained
from tuimail.engine.sending.trial import Judged, Tally
from tuimail.mail.hold.hold import Hold
from tuimail.mail.rule.rule import Rule
from tuimail.mail.rule.rules import Verdict
from tuimail.mail.rule.words import actions, conditions, span


class Answer(NamedTuple):
    """Lines for a person, and the same as JSON."""

    lines: list[str]
    data: Any


def rules(found: Sequence[Rule]) -> Answer:
    """The rules in words, in their order."""
    lines = [line for number, rule in enumerate(found, 1) for line in _rule_lines(number, rule)]
    return Answer(lines or ["there are no rules; every mail waits for the undo window"], [*map(_rule, found)])


def explained(given: Explained, held: Hold, at: float) -> Answer:
    """What each rule saw in a message, and what follows."""
    lines = [line for n, verdict in enumerate(given.verdicts, 1) for line in _verdict_lines(n, verdict)]
    decision = given.decision
    data = {
        "at": _iso(at),
        "rules": [_verdict(verdict) for verdict in given.verdicts],
        "leaves": None if held.due is None or decision.blocks else _iso(at + held.seconds),
        "seconds": None if held.due is None or decision.blocks else round(held.seconds, 3),
        "reasons": list(held.reasons),
        "pauses": list(decision.pauses),
        "confirms": list(decision.confirms),
        "blocks": list(decision.blocks),
        "add_bcc": list(decision.bcc),
    }
    return Answer([*lines, *_follows(given, held, at)], data)


def tried(tallies: Sequence[Tally], mails: Sequence[Judged]) -> Answer:
    """What each rule would have done to the mails."""
    held = sum(mail.held for mail in mails)
    lines = [line for tally in tallies for line in _tally_lines(tally, len(mails))]
    lines.append(f"in all {held} of {len(mails)} would have waited longer than the undo window")
    return Answer(lines, {"mails": len(mails), "held": held, "rules": [_tally(tally) for tally in tallies]})


def _rule_lines(number: int, rule: Rule) -> Iterator[str]:
    yield f"{number:>3}  {rule.name}"
    yield f"     when {conditions(rule.when)}"
    yield f"     {', '.join(actions(rule))}"


def _rule(rule: Rule) -> dict[str, Any]:
    return {"name": rule.name, "when": conditions(rule.when), "does": [*actions(rule)]}


def _verdict_lines(number: int, verdict: Verdict) -> Iterator[str]:
    does = ", ".join(actions(verdict.rule))
    said = f"holds: {does}" if verdict.holds else "does not hold"
    yield f"{number:>3}  {verdict.rule.name}: {said if verdict.reached else 'not reached'}"
    for check in verdict.checks:
        yield f"     {'yes' if check.holds else 'no':<4}{_key(check.name):<17}{check.seen}"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    checks = [{"name": _key(c.name), "holds": c.holds, "seen": c.seen} for c in verdict.checks]
    return {
        "name": verdict.rule.name,
        "holds": verdict.holds,
        "reached": verdict.reached,
        "checks": checks,
    }


def _key(name: str) -> str:
    """A condition as it stands in the file."""
    return "not" if name == "without" else name


def _follows(given: Explained, held: Hold, at: float) -> Iterator[str]:
    decision, why = given.decision, " · ".join(held.reasons)
    if decision.blocks:
        yield f"not queued: {' · '.join(decision.blocks)}"
        return
    if decision.confirms:
        yield f"asked first: {' · '.join(decision.confirms)}"
    if held.due is None:
        yield f"waits until you release it: {why}"
    else:
        yield f"leaves {_local(at + held.seconds)}, after {_rounded(held.seconds)}: {why}"


def _tally_lines(tally: Tally, total: int) -> Iterator[str]:
    count = len(tally.mails)
    yield f"{tally.rule.name}: {count} of {total}, {_waits(tally)}" if count else f"{tally.rule.name}: none"
    for mail in tally.examples:
        people = ", ".join(address.spec for address in (*mail.envelope.to, *mail.envelope.cc)[:2])
        yield f"     {_local(mail.envelope.received)}  {mail.envelope.subject or '(no subject)'}, to {people}"


def _waits(tally: Tally) -> str:
    if not tally.waits:
        return ", ".join(actions(tally.rule))
    shortest, longest = _rounded(min(tally.waits)), _rounded(max(tally.waits))
    return f"held {shortest}" if shortest == longest else f"held {shortest} to {longest}"


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "name": tally.rule.name,
        "does": [*actions(tally.rule)],
        "mails": len(tally.mails),
        "shortest": round(min(tally.waits), 3) if tally.waits else None,
        "longest": round(max(tally.waits), 3) if tally.waits else None,
        "examples": [_example(mail) for mail in tally.examples],
    }


def _example(mail: Judged) -> dict[str, Any]:
    return {
        "at": _iso(mail.envelope.received),
        "subject": mail.envelope.subject,
        "recipients": [address.spec for address in (*mail.envelope.to, *mail.envelope.cc)],
    }


def _rounded(seconds: float) -> str:
    """A length of time as one says it: exact when short, to the minute when long."""
    if seconds < 3_600:
        return span(round(seconds))
    days, rest = divmod(round(seconds / 60), 1_440)
    parts = ((days, "d"), (rest // 60, "h"), (rest % 60, "m"))
    return " ".join(f"{count}{unit}" for count, unit in parts if count)


def _local(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%a %d %b %H:%M:%S")


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
