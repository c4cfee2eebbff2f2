"""The `outbox` commands that change something."""

import argparse
from collections.abc import Awaitable, Callable

from tuimail.cli import queue, times
from tuimail.cli.exits import UNAVAILABLE, USAGE, Fault
from tuimail.cli.opened import Opened
from tuimail.cli.outbox_answer import Answer, each, item
from tuimail.cli.outbox_words import iso
from tuimail.cli.streams import note
from tuimail.engine.sending.outbox import Outbox
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import Item, State, Wait
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import line

TOO_LATE = "nothing was taken back: what was held has left, is leaving or was taken back already"


async def undo(open_: Opened, options: argparse.Namespace) -> Answer:
    """Take back the items named, the newest, or with `--batch` all of one call of a program."""
    if options.batch and options.ids:
        raise Fault(USAGE, "--batch takes back what the newest held mail came with; leave out the ids")
    if options.batch:
        return await _undo_batch(open_)
    if options.ids:
        return await each(open_, options.ids, _undo)
    return _taken_back(await _newest(open_))


async def edit(open_: Opened, options: argparse.Namespace) -> Answer:
    """Take it back, and let the composer open it where there is a terminal."""
    from tuimail.cli.screen import has_terminal

    if options.ids:
        draft = await _back(open_.engine.outbox, await item(open_, options.ids))
    else:
        draft = await _newest(open_)
    answer = _taken_back(draft)
    if has_terminal() and not options.json:
        return answer._replace(text="", draft=draft.id)
    return answer._replace(text=f"{answer.text}; open it from the drafts of tuimail")


async def now(open_: Opened, options: argparse.Namespace) -> Answer:
    """End the wait, or try a failed one again."""
    deed = _changing(Outbox.now, "{id} leaves now", "it neither waits nor failed")
    return await _and_who_sends(open_, await each(open_, options.ids, deed))


async def retry(open_: Opened, options: argparse.Namespace) -> Answer:
    """Try again now what failed or waits for its next try."""
    try_now = _changing(Outbox.now, "{id} is tried again now", "it neither waits nor failed")

    async def deed(open_: Opened, found: Item) -> Answer:
        again = found.state is State.WAITING and found.wait is Wait.RETRY
        if found.state is not State.FAILED and not again:
            raise Fault(UNAVAILABLE, _nothing(found, "it has not failed"))
        return await try_now(open_, found)

    return await _and_who_sends(open_, await each(open_, options.ids, deed))


async def later(open_: Opened, options: argparse.Namespace) -> Answer:
    """Wait for a span longer, or until the time that the words mean."""
    found, words = await item(open_, options.ids[0]), " ".join(options.when)
    outbox, seconds = open_.engine.outbox, times.span(words)
    if seconds is None:
        meant = times.understood(words, open_.engine.now(), open_.config)
        done, text = await outbox.reschedule(found.id, meant.schedule), meant.words
    else:
        done, text = await outbox.later(found.id, seconds), ""
    if not done:
        raise Fault(UNAVAILABLE, _nothing(found, "it does not wait"))
    changed, at = await item(open_, found.id), open_.engine.now()
    leaves = at.wall + changed.left(at)
    return Answer(f"{found.id} leaves {text or queue.when(leaves)}", {"id": found.id, "due": iso(leaves)})


async def pause(open_: Opened, options: argparse.Namespace) -> Answer:
    """Rest until it is released."""
    words = "{id} rests until you release it: tuimail outbox release {id}"
    return await each(open_, options.ids, _changing(Outbox.pause, words, "it does not wait"))


async def release(open_: Opened, options: argparse.Namespace) -> Answer:
    """A paused one goes on."""
    deed = _changing(Outbox.release, "{id} goes on, and leaves after the undo window", "it is not paused")
    return await _and_who_sends(open_, await each(open_, options.ids, deed))


async def settle(open_: Opened, options: argparse.Namespace) -> Answer:
    """The answer about one that was probably sent."""
    found, sent = await item(open_, options.ids[0]), options.how == "sent"
    if not await open_.engine.outbox.settle(found.id, sent):
        raise Fault(UNAVAILABLE, _nothing(found, "there is no doubt about it"))
    text = f"{found.id} counts as sent" if sent else f"{found.id} goes out again, the same bytes"
    return Answer(text, {"id": found.id})


async def delete(open_: Opened, options: argparse.Namespace) -> Answer:
    """Forget what is finished."""

    async def deed(open_: Opened, found: Item) -> Answer:
        if not await open_.engine.outbox.delete(found.id):
            raise Fault(
                UNAVAILABLE, f"{found.id} is still to leave; take it back first: tuimail undo {found.id}"
            )
        return Answer(f"{found.id} is gone", {"id": found.id})

    return await each(open_, options.ids, deed)


def _changing(
    change: Callable[[Outbox, str], Awaitable[bool]], done: str, otherwise: str
) -> Callable[[Opened, Item], Awaitable[Answer]]:
    """A deed from what the engine does: `done` is said then, `otherwise` why it could not be."""

    async def deed(open_: Opened, found: Item) -> Answer:
        if not await change(open_.engine.outbox, found.id):
            raise Fault(UNAVAILABLE, _nothing(found, otherwise))
        return Answer(done.format(id=found.id), {"id": found.id})

    return deed


async def _undo(open_: Opened, found: Item) -> Answer:
    answer = _taken_back(await _back(open_.engine.outbox, found))
    kept = "; the server gave it back, and it went to nobody" if found.handle else ""
    return answer._replace(text=answer.text + kept)


async def _back(outbox: Outbox, found: Item) -> Draft:
    draft = await outbox.undo(found.id)
    if draft is None:
        raise Fault(UNAVAILABLE, TOO_LATE)
    return draft


async def _newest(open_: Opened) -> Draft:
    outbox = open_.engine.outbox
    draft = await outbox.undo()
    if draft is not None:
        return draft
    kept = next((found for found in outbox.known() if found.handle), None)
    if kept is not None:
        raise Fault(
            UNAVAILABLE,
            f"nothing is held here; the server keeps {kept.id}, ask it back with: tuimail undo {kept.id}",
        )
    raise Fault(UNAVAILABLE, TOO_LATE)


def _taken_back(draft: Draft) -> Answer:
    subject = line(draft.subject) or "(no subject)"
    return Answer(f"taken back to Drafts: {subject}", {"draft": draft.id, "subject": subject})


async def _undo_batch(open_: Opened) -> Answer:
    """What came back is counted on disk, so that an error in the middle hides nothing."""
    outbox = open_.engine.outbox
    ids = [found.id for found in await outbox.batch()]
    if not ids:
        raise Fault(UNAVAILABLE, TOO_LATE)
    try:
        await outbox.undo_batch()
    except TuimailError as error:
        note(str(error))
    after = [await outbox.item(item_id) for item_id in ids]
    back = [found.id for found in after if found is not None and found.state is State.UNDONE]
    late = [item_id for item_id in ids if item_id not in back]
    text = f"{len(back)} taken back to Drafts" + (f", {len(late)} too late" if late else "")
    return Answer(text, {"taken_back": back, "too_late": late}, UNAVAILABLE if late else 0)


async def _and_who_sends(open_: Opened, answer: Answer) -> Answer:
    if not answer.code:
        open_.note_sender()
    return answer


def _nothing(found: Item, why: str) -> str:
    """That nothing was changed, and why."""
    if found.handle:
        return f"the server keeps {found.id} until its time; take it back first: tuimail undo {found.id}"
    return f"{found.id} is {found.state.value}: {why}; nothing was changed"
