"""`tuimail correct`: drafts that put right a mail which has left."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tuimail.cli import sent_named
from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import Opened, opened
from tuimail.cli.parser import Parser, read_message, usage_error
from tuimail.cli.streams import note
from tuimail.mail.after.correction import Audience, Language, Scenario, Wish
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import block, line

if TYPE_CHECKING:
    from tuimail.mail.after.sent_mail import SentMail

LETTERS = dict(zip("watveo", Scenario, strict=True))
BESIDES = ("meant-for", "resend")
BESIDES_TOLD = (
    "--reason resend --to ADDR writes it to the right person,"
    " --reason meant-for to the one it was meant for or was about"
)
EACH, ALL = "each", "all"


class Written(Struct, frozen=True):
    """The drafts, of which mail, and why."""

    drafts: tuple[Draft, ...]
    mail: "SentMail"
    reason: str


def main(args: list[str], config: str | None) -> int:
    """Write the drafts; with a terminal the composer opens on the first of them."""
    from tuimail.cli import screen

    options = _parser().parse_args(args)
    written = asyncio.run(_run(options, config))
    print(_text(written, options), flush=True)
    if options.json or options.print:
        return 0
    if written.reason == Scenario.PERSON:
        note(BESIDES_TOLD)
    if not screen.has_terminal():
        return 0
    if len(written.drafts) > 1:
        note(f"{len(written.drafts):,} drafts; the composer opens on the first, the others are in Drafts")
    return screen.write(config, written.drafts[0].id)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail correct", description="Write mail that puts right one which has left.")
    parser.add_argument("id", metavar="ID", nargs="?", default="", help=sent_named.HELP)
    reasons = ", ".join((*Scenario, *BESIDES))
    parser.add_argument(
        "--reason", default="", metavar="WHAT", help=f"{reasons}, or one of your own templates"
    )
    parser.add_argument("--lang", choices=tuple(Language), help="that of the mail unless given")
    parser.add_argument(
        "--wording", choices=tuple(Audience), help="by whether anybody is outside unless given"
    )
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="each|all|ADDR,…",
        help="a mail each, one mail, or to these",
    )
    parser.add_argument("--edited", metavar="FILE", help="the mail's text as it should have been; - is stdin")
    parser.add_argument("--attach", action="append", default=[], metavar="FILE", help="a file to go along")
    parser.add_argument("--with-files", action="store_true", help="send the mail's own files again")
    parser.add_argument("--print", "--dry-run", action="store_true", help="print the drafts, save none")
    parser.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    return parser


async def _run(options: argparse.Namespace, config: str | None) -> Written:
    wish = _wish(options)
    async with opened(config) as open_:
        last = None if options.id else await open_.engine.corrections.last()
        mail = last or await sent_named.sent_mail(open_, options.id)
        reason = await _reason(open_, options, mail)
        corrections = open_.engine.corrections
        if reason in BESIDES:
            return Written((await _besides(open_, mail, reason, wish, options),), mail, reason)
        make = corrections.written if options.print else corrections.drafts
        return Written(await make(mail, reason, wish), mail, reason)


async def _besides(
    open_: Opened, mail: "SentMail", reason: str, wish: Wish, options: argparse.Namespace
) -> Draft:
    """To the one it was meant for, or to the right one: whoever `--to` names."""
    corrections, to = open_.engine.corrections, ", ".join(wish.to or ())
    make = corrections.meant_for if reason == "meant-for" else corrections.resend
    return await make(mail, to, wish, save=not options.print)


def _wish(options: argparse.Namespace) -> Wish:
    words = [word.strip() for given in options.to for word in given.split(",") if word.strip()]
    to = tuple(word for word in words if word not in (EACH, ALL))
    edited = read_message(options.edited).decode("utf-8", "replace") if options.edited else ""
    return Wish(
        Language(options.lang) if options.lang else None,
        Audience(options.wording) if options.wording else None,
        to or None,
        True if EACH in words else False if ALL in words else None,
        block(edited),
        tuple(str(Path(file).expanduser().absolute()) for file in options.attach),
        options.with_files,
    )


async def _reason(open_: Opened, options: argparse.Namespace, mail: "SentMail") -> str:
    """The reason given, or asked for on a terminal."""
    known = (*Scenario, *BESIDES, *await open_.engine.corrections.added())
    given = options.reason or (Scenario.CONTENT if options.edited else "")
    if not given and sys.stdin.isatty() and sys.stderr.isatty() and not options.json:
        given = await asyncio.to_thread(_asked, mail)
    if not given:
        raise Fault(USAGE, f"say what was wrong with --reason: {line(', '.join(known))}")
    given = LETTERS.get(given, given)
    if given not in known:
        raise usage_error(f"{line(given)!r} is no reason that has a template", given, known)
    return str(given)


def _asked(mail: "SentMail") -> str:
    rows = "\n".join(f"  {letter}  {scenario}" for letter, scenario in LETTERS.items())
    sys.stderr.write(f"What was wrong with 「{line(mail.subject, 60)}」?\n{rows}\n> ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _text(written: Written, options: argparse.Namespace) -> str:
    if options.json:
        return json_text([_json(draft, written) for draft in written.drafts])
    if options.print:
        return "\n\n".join(map(_page, written.drafts))
    return "\n".join(draft.id for draft in written.drafts)


def _page(draft: Draft) -> str:
    fields = (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc), ("Subject", draft.subject))
    head = [f"{name}: {line(value, 100_000)}" for name, value in fields if value]
    head += [f"File: {line(file.name)}" for file in draft.attachments]
    return "\n".join([*head, "", block(draft.body).rstrip("\n")])


def _json(draft: Draft, written: Written) -> dict[str, Any]:
    return {
        "id": draft.id,
        "corrects": written.mail.message_id,
        "reason": written.reason,
        "to": _listed(draft.to),
        "cc": _listed(draft.cc),
        "bcc": _listed(draft.bcc),
        "subject": draft.subject,
        "body": draft.body,
        "attachments": [file.name for file in draft.attachments],
    }


def _listed(text: str) -> Sequence[str]:
    from tuimail.mail.letter.address import typed

    return [person.spec for person in typed(text)] if text else []
