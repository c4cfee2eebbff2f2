"""`outbox list`, `concerns` and `show`: what is in the outbox."""

import argparse

from tuimail.cli import outbox_words as words
from tuimail.cli import resting
from tuimail.cli.opened import Opened
from tuimail.cli.outbox_answer import Answer, item


async def all_(open_: Opened, _: argparse.Namespace) -> Answer:
    """What rests, in lines that begin with `! `, then the items; as JSON the items alone."""
    needs = await resting.resting(open_)
    outbox, now = open_.engine.outbox, open_.engine.now()
    lines = [f"! {line}" for line in resting.lines(needs, now)]
    lines += words.table(outbox.known(), now)
    stopped = {stop.account for stop in outbox.stops()}
    return Answer("\n".join(lines), [words.as_json(each, now, stopped) for each in outbox.known()])


async def concerns(open_: Opened, _: argparse.Namespace) -> Answer:
    """What rests, the most pressing first."""
    needs, now = await resting.resting(open_), open_.engine.now()
    lines = resting.lines(needs, now)
    return Answer("\n".join(lines), [resting.as_json(concern, now) for concern in needs])


async def show(open_: Opened, options: argparse.Namespace) -> Answer:
    """One item and its trail."""
    found, now = await item(open_, options.ids[0]), open_.engine.now()
    await open_.engine.outbox.items()
    stopped = {stop.account for stop in open_.engine.outbox.stops()}
    trail = await open_.engine.outbox.trail(found.id)
    data = {**words.as_json(found, now, stopped), "trail": [words.entry_json(entry) for entry in trail]}
    return Answer("\n".join(words.page(found, trail, now)), data)
