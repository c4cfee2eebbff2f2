"""What commands that act on rows are made of, `outbox` and `incident`: verbs, and what they answer."""

import argparse
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from tuimail.cli import exits
from tuimail.cli.exits import NO_INPUT, Fault
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import Opened
from tuimail.cli.streams import note
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import Item
from tuimail.mail.letter.safe import line


class Answer(NamedTuple):
    """What a command says: to a person, and as JSON; its exit code; a draft to open now."""

    text: str
    data: Any
    code: int = 0
    draft: str = ""

    def print(self, as_json: bool) -> None:
        """Nothing where there is nothing to say."""
        if text := json_text(self.data) if as_json else self.text:
            print(text, flush=True)


class Verb(NamedTuple):
    """One such command; `ids` is argparse's nargs, None for a command that takes no id."""

    does: str
    run: Callable[[Opened, argparse.Namespace], Awaitable[Answer]]
    ids: str | int | None = None


Deed = Callable[[Opened, Item], Awaitable[Answer]]
"""What is done to one item. Raises TuimailError."""


async def each(open_: Opened, ids: Sequence[str], deed: Deed) -> Answer:
    """The deed on each item; of several, one that can't be done does not hold up the others."""
    if len(ids) == 1:
        return await deed(open_, await item(open_, ids[0]))
    answers = [await _tried(open_, item_id, deed) for item_id in ids]
    texts = [answer.text for answer in answers if answer.text]
    code = next((answer.code for answer in answers if answer.code), 0)
    return Answer("\n".join(texts), [answer.data for answer in answers], code)


async def item(open_: Opened, item_id: str) -> Item:
    """The item of that id. Raises Fault."""
    found = await open_.engine.outbox.item(item_id)
    if found is None:
        shown = line(item_id)
        raise Fault(NO_INPUT, f"there is no item {shown!r} in the outbox; tuimail outbox list names them")
    return found


async def _tried(open_: Opened, item_id: str, deed: Deed) -> Answer:
    try:
        return await deed(open_, await item(open_, item_id))
    except TuimailError as error:
        note(str(error))
        return Answer("", {"id": item_id, "error": str(error)}, exits.code(error))
