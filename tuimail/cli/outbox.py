"""`tuimail outbox` and `tuimail undo`: the outbox without the screen."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from tuimail.cli import outbox_words as words
from tuimail.cli.exits import NO_INPUT, UNAVAILABLE, Fault
from tuimail.cli.opened import opened
from tuimail.cli.parser import Parser
from tuimail.engine.engine import Engine
from tuimail.mail.hold.item import Item
from tuimail.mail.letter.safe import line


class Answer(NamedTuple):
    """What a command says: to a person, and as JSON."""

    text: str
    data: Any


class Verb(NamedTuple):
    """One `outbox` command; `ids` is argparse's nargs, None for a command that takes no id."""

    does: str
    run: Callable[[Engine, str | None], Awaitable[Answer]]
    ids: str | None = None


def main(args: list[str], config: str | None) -> int:
    """Run `outbox list|show|undo|now|delete`."""
    options = _parser().parse_args(args)
    answer = asyncio.run(_run(options, config))
    text = json.dumps(answer.data, ensure_ascii=False, indent=2) if options.json else answer.text
    if text:
        print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail outbox", description="The outbox without the screen.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, verb in VERBS.items():
        command = commands.add_parser(name, help=verb.does, description=verb.does)
        if verb.ids == "?":
            command.add_argument("id", metavar="ID", nargs="?", help="the item; the newest unless given")
        elif verb.ids:
            command.add_argument("id", metavar="ID", help="the item, as `outbox list` names it")
        command.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    return parser


async def _run(options: argparse.Namespace, config: str | None) -> Answer:
    async with opened(config) as open_:
        return await VERBS[options.command].run(open_.engine, getattr(options, "id", None))


async def _list(engine: Engine, _: str | None) -> Answer:
    items, now = await engine.outbox.items(), engine.now()
    return Answer("\n".join(words.table(items, now)), [words.as_json(item, now) for item in items])


async def _show(engine: Engine, item_id: str | None) -> Answer:
    item, now = await _item(engine, item_id), engine.now()
    trail = await engine.outbox.trail(item.id)
    data = {**words.as_json(item, now), "trail": [words.entry_json(entry) for entry in trail]}
    return Answer("\n".join(words.page(item, trail, now)), data)


async def _undo(engine: Engine, item_id: str | None) -> Answer:
    if item_id is not None:
        await _item(engine, item_id)
    draft = await engine.outbox.undo(item_id)
    if draft is None:
        raise Fault(
            UNAVAILABLE,
            "nothing was taken back: what was held has left, is leaving or was taken back already",
        )
    subject = line(draft.subject) or "(no subject)"
    return Answer(f"taken back to Drafts: {subject}", {"draft": draft.id, "subject": subject})


async def _now(engine: Engine, item_id: str | None) -> Answer:
    item = await _item(engine, item_id)
    if not await engine.outbox.now(item.id):
        raise Fault(
            UNAVAILABLE, f"{item.id} is {item.state.value}: it neither waits nor failed; nothing was changed"
        )
    return Answer(f"{item.id} leaves now", {"id": item.id})


async def _delete(engine: Engine, item_id: str | None) -> Answer:
    item = await _item(engine, item_id)
    if not await engine.outbox.delete(item.id):
        raise Fault(UNAVAILABLE, f"{item.id} is still to leave; take it back first: tuimail undo {item.id}")
    return Answer(f"{item.id} is gone", {"id": item.id})


async def _item(engine: Engine, item_id: str | None) -> Item:
    item = await engine.outbox.item(item_id or "")
    if item is None:
        raise Fault(
            NO_INPUT,
            f"there is no item {line(item_id or '')!r} in the outbox; tuimail outbox list names them",
        )
    return item


VERBS: dict[str, Verb] = {
    "list": Verb("What waits, what failed, what was sent lately; newest first.", _list),
    "show": Verb("One item and its trail.", _show, "1"),
    "undo": Verb("Take a held mail back to Drafts.", _undo, "?"),
    "now": Verb("Send now, or try a failed one again.", _now, "1"),
    "delete": Verb("Forget a finished or failed item and its text.", _delete, "1"),
}
