"""`tuimail recall`: ask Exchange to delete what was delivered, and say what became of it."""

import argparse
import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tuimail.cli import exits, recall_words, sent_named
from tuimail.cli.exits import NO_PERMISSION, UNAVAILABLE, USAGE, Fault
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import Opened, opened
from tuimail.cli.parser import Parser
from tuimail.cli.streams import note
from tuimail.mail.errors import TuimailError
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.mail.after.page import Page
    from tuimail.mail.after.sent_mail import SentMail

SAID_NO = 1
LOOK_EVERY = 5.0
NOTICES = "notices"
"""What has to be typed where outsiders would be sent a mail."""

UNAUTHORIZED = "401 "


class Done(NamedTuple):
    """One mail: its page (None when it was not found), what went wrong, the draft that takes its place."""

    name: str
    page: "Page | None"
    error: str = ""
    code: int = 0
    draft: str = ""


def main(args: list[str], config: str | None) -> int:
    """Ask for the mails named, each once; 69 when one could not be asked for, 1 when a person said no."""
    options = _parser().parse_args(args)
    done = asyncio.run(_run(options, config))
    print(_printed(done, options), flush=True)
    return next((one.code for one in done if one.code), 0)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tuimail recall",
        description="Ask Exchange to delete delivered copies: a request, never a promise (docs/recall.md).",
    )
    parser.add_argument("ids", metavar="ID", nargs="+", help="an outbox item, a Message-ID, or mail:…")
    parser.add_argument("--dry-run", action="store_true", help="say what is known, and ask for nothing")
    parser.add_argument("--replace", action="store_true", help="save the original as a new draft, too")
    parser.add_argument("--yes", action="store_true", help="do not ask; nobody outside is sent anything")
    parser.add_argument(
        "--notices-to",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="agree that this address outside, or list with outsiders, is sent a notice; once for each",
    )
    parser.add_argument("--again", action="store_true", help="ask although it was asked for before")
    parser.add_argument("--wait", metavar="SECONDS", type=float, default=0.0, help="wait for the report")
    parser.add_argument("--export", choices=("md", "csv", "json"), help="print the result in this form")
    parser.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    return parser


async def _run(options: argparse.Namespace, config: str | None) -> list[Done]:
    """Those that can't be asked for do not hold up the others."""
    async with opened(config) as open_:
        done = []
        for number, name in enumerate(options.ids, 1):
            try:
                done.append(await _one(open_, name, options))
            except TuimailError as error:
                if len(options.ids) == 1:
                    raise
                note(str(error))
                done.append(Done(name, None, str(error), exits.code(error)))
            _progress(number, len(options.ids), done[-1])
        return done


def _progress(number: int, total: int, done: Done) -> None:
    if total > 1 and not done.error:
        recall = done.page.recall if done.page is not None else None
        note(f"{number} of {total}: {recall.state.value if recall else 'nothing was asked'}")


async def _one(open_: Opened, name: str, options: argparse.Namespace) -> Done:
    from tuimail.mail.after.recall import RecallState

    mail = await sent_named.sent_mail(open_, name)
    recalls = open_.engine.recalls
    made = await recalls.page(mail)
    if options.dry_run:
        return Done(name, await _waited(open_, mail, made, options.wait))
    if not _agreed(made, options):
        return Done(name, made, "nothing was asked", SAID_NO)
    notices = bool(made.foresight.noticed)
    recall = await recalls.ask(mail, made.foresight, notices, options.replace, options.again)
    made = await recalls.page(mail, made.foresight)
    if recall.state not in (RecallState.REQUESTED, RecallState.REPORTED):
        refused = NO_PERMISSION if recall.said.startswith(UNAUTHORIZED) else UNAVAILABLE
        return Done(name, made, recall.trail[-1].why, refused)
    draft = await _replacement(open_, mail) if options.replace else ""
    return Done(name, await _waited(open_, mail, made, options.wait), draft=draft)


def _agreed(made: "Page", options: argparse.Namespace) -> bool:
    """Whether a person agrees, beforehand or now. Raises Fault where nobody can be asked."""
    from tuimail.cli.screen import has_terminal
    from tuimail.mail.after.verdict import Course

    course, names = made.foresight.course, recall_words.names(made)
    if course in (Course.CORRECT, Course.SIGN_IN):
        words = f"{made.foresight.words.rstrip('.')}; nothing was asked"
        raise Fault(UNAVAILABLE, f"{words}. A correction reaches everyone: tuimail correct")
    unnamed = course is Course.CONFIRM and not _named(made, options.notices_to)
    if options.yes and not unnamed:
        return True
    if has_terminal() and not options.yes and not options.json:
        return _asked(made, names if unnamed else "")
    if not unnamed:
        raise Fault(USAGE, "nobody can be asked here, and nothing was asked; say --yes")
    each = " ".join(f"--notices-to {line(one.spec)}" for one in made.foresight.noticed)
    words = f"a recall would send a notice to {names}; nothing was asked. Agree to it with --yes {each}"
    raise Fault(USAGE, f"{words}, or write a correction: tuimail correct")


def _named(made: "Page", given: Sequence[str]) -> bool:
    """Whether every one of those who would be sent a notice was named."""
    agreed = {each.strip().lower() for some in given for each in some.split(",")}
    return {one.spec.lower() for one in made.foresight.noticed} <= agreed


def _asked(made: "Page", names: str) -> bool:
    print(recall_words.page(made, _zone()), flush=True)
    if names:
        print(f"\nA recall would send a notice to {names}. A correction reaches everyone.", flush=True)
        return _typed(f"Type {NOTICES} to ask Exchange all the same: ") == NOTICES
    return _typed("\nAsk Exchange? [y/N] ").lower() in ("y", "yes")


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


async def _waited(open_: Opened, mail: "SentMail", made: "Page", seconds: float) -> "Page":
    """The page once a report came, whoever wrote it, or the time was up."""
    recalls, ends = open_.engine.recalls, time.monotonic() + seconds
    while _is_waited_for(made, open_.engine.now().wall):
        left = ends - time.monotonic()
        if left <= 0:
            break
        await recalls.look(mail.account, ask=True)
        made = await recalls.page(mail, made.foresight)
        if _is_waited_for(made, open_.engine.now().wall):
            await asyncio.sleep(min(LOOK_EVERY, left))
    return made


def _is_waited_for(made: "Page", now: float) -> bool:
    recall = made.recall
    return recall is not None and recall.awaits(now) and (recall.report is None or bool(recall.told))


async def _replacement(open_: Opened, mail: "SentMail") -> str:
    """The id of the draft. That it could not be made is said, and changes nothing of the request."""
    from tuimail.engine.after.replacement import replacement

    engine = open_.engine
    try:
        return (await replacement(mail, engine.outbox, engine.mailbox, engine.drafts)).id
    except TuimailError as error:
        note(str(error))
        return ""


def _printed(done: list[Done], options: argparse.Namespace) -> str:
    from tuimail.mail.after.export import export

    if options.json:
        data = [_json(one) for one in done]
        return json_text(data if len(options.ids) > 1 else data[0])
    if options.export:
        return "\n".join(export(one.page, options.export, _zone()) for one in done if one.page).rstrip("\n")
    return "\n\n".join(_text(one) for one in done if one.page)


def _text(done: Done) -> str:
    assert done.page is not None
    said = [f"\nsaved as a new draft: {done.draft}"] if done.draft else []
    said += [f"\n{done.error}"] if done.error else []
    return "\n".join([recall_words.page(done.page, _zone()), *said])


def _json(done: Done) -> dict[str, Any]:
    from tuimail.mail.after.export import as_json

    page = as_json(done.page, UTC) if done.page is not None else {}
    error = {"error": done.error} if done.error else {}
    return {"id": done.name, **page, **error, "draft": done.draft or None}


def _zone() -> Any:
    return datetime.now().astimezone().tzinfo or UTC
