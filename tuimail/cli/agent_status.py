"""`tuimail agent status`: who sends, what starts it, what is held, what needs its user."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from tuimail import paths, wiring
from tuimail.cli import agent_unit, resting, systemctl
from tuimail.cli.agent_unit import UNIT, StartFile
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import opened
from tuimail.cli.outbox_words import iso
from tuimail.cli.streams import note
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.concern import told
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths

RUNS, RUNS_NOT = 0, 3
"""As the Linux Standard Base has it for `status`."""


def status(config: str | None, as_json: bool) -> int:
    """Print it; the exit code says whether an agent runs."""
    places = paths.find(config)
    found = _processes(places) | {"unit": _unit(agent_unit.unit(config))}
    found["autostart"] = agent_unit.entry(config).standing.value
    lines = list(_about(found))
    try:
        held, needs = asyncio.run(_outbox(config))
        found |= held
        lines += [_held(held), *(f"  {words}" for words in needs)]
    except TuimailError as error:
        found |= {"held": None, "next_due": None, "concerns": None}
        note(str(error))
    print(json_text(found) if as_json else "\n".join(lines))
    return RUNS if found["running"] else RUNS_NOT


def _processes(places: Paths) -> dict[str, Any]:
    agent, sender = wiring.presence(places).holder(), wiring.who_sends(places)
    return {
        "running": bool(agent),
        "agent_pid": _pid(agent),
        "sender": line(sender) or None,
        "sender_pid": _pid(sender),
    }


def _pid(holder: str) -> int | None:
    found = re.search(r"\(process (\d+)\)$", holder)
    return int(found[1]) if found else None


def _unit(unit: StartFile) -> dict[str, Any]:
    known = systemctl.is_there()
    return {
        "file": str(unit.path),
        "state": unit.standing.value,
        "enabled": _said("is-enabled", "enabled") if known else None,
        "active": _said("is-active", "active") if known else None,
    }


def _said(question: str, yes: str) -> bool | None:
    """None when systemd can't be asked here."""
    answer = systemctl.ask(question, UNIT)
    return answer.said == yes if " " not in answer.said else None


async def _outbox(config: str | None) -> tuple[dict[str, Any], Sequence[str]]:
    async with opened(config) as open_:
        items, now = await open_.engine.outbox.items(), open_.engine.now()
        needs = await resting.resting(open_)
    held = [item for item in items if item.held]
    due = [now.wall + max(0.0, item.left(now)) for item in held if _leaves(item)]
    data = {
        "held": len(held),
        "next_due": iso(min(due)) if due else None,
        "concerns": [resting.as_json(concern, now) for concern in needs],
    }
    return data, [told(concern, now) for concern in needs]


def _leaves(item: Item) -> bool:
    return item.state is State.WAITING and item.due is not None


def _about(found: dict[str, Any]) -> Iterator[str]:
    runs = f"runs (process {found['agent_pid']})" if found["running"] else "does not run"
    yield f"agent    {runs}"
    yield f"sender   {found['sender'] or 'nobody sends now'}"
    unit = found["unit"]
    words = [unit["state"]]
    words += [("" if unit[key] else "not ") + key for key in ("enabled", "active") if unit[key] is not None]
    yield f"unit     {', '.join(words)}: {line(unit['file'])}"
    if found["autostart"] != "missing":
        yield f"desktop  {found['autostart']}"


def _held(held: dict[str, Any]) -> str:
    if held["next_due"] is None:
        return f"held     {held['held']}"
    when = datetime.fromisoformat(held["next_due"]).astimezone()
    return f"held     {held['held']}, the next leaves on {when:%Y-%m-%d at %H:%M:%S}"
