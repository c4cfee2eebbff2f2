"""`tuimail search`: find mail, in what is on this computer."""

import argparse
import asyncio
from datetime import UTC, datetime

from msgspec.structs import replace

from tuimail import wiring
from tuimail.backends.system import local_zone
from tuimail.cli import mail_id, queue
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import settings
from tuimail.cli.parser import Parser
from tuimail.cli.streams import note
from tuimail.engine.engine import Engine
from tuimail.engine.news import Searched, Stage
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.query import Query, Term, parse
from tuimail.mail.folder.thread import Thread
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope
from tuimail.ui.format.cells import fit

NOTHING = 1
WHO = 24


def main(args: list[str], config: str | None) -> int:
    """Print what answers the query, newest first; 1 when nothing does."""
    options = _parser().parse_args(args)
    found = asyncio.run(_run(options, config))
    if options.json:
        print(json_text([as_json(each) for each in found]))
    elif found:
        print("\n".join(map(row, found)))
    return 0 if found else NOTHING


def row(found: Envelope | Thread) -> str:
    """A message, or a conversation by its newest one, as one line: when, who, about what, and its name."""
    envelope = found.newest if isinstance(found, Thread) else found
    total = f"[{found.total}] " if isinstance(found, Thread) and found.total > 1 else ""
    who = fit(envelope.sender.name or envelope.sender.spec, WHO)
    at = _local(envelope.received).strftime("%Y-%m-%d %H:%M")
    sign = " " if envelope.seen else "*"
    return f"{at} {sign} {who}  {total}{envelope.subject or '(no subject)'}  {mail_id.name(envelope.ref)}"


def as_json(found: Envelope | Thread) -> dict[str, object]:
    """The keys that docs/search.md names."""
    envelope = found.newest if isinstance(found, Thread) else found
    data: dict[str, object] = {
        "id": mail_id.name(envelope.ref),
        "account": envelope.ref.account,
        "folder": envelope.ref.folder,
        "date": _local(envelope.received).isoformat(),
        "from": _person(envelope.sender),
        "to": [_person(each) for each in envelope.to],
        "cc": [_person(each) for each in envelope.cc],
        "subject": envelope.subject,
        "message_id": envelope.message_id,
        "flags": sorted(envelope.flags),
        "labels": sorted(envelope.labels),
        "size": envelope.size,
        "attached": envelope.attached,
    }
    return data | ({"messages": found.total, "unread": found.unread} if isinstance(found, Thread) else {})


def _person(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.spec}


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone()


async def _run(options: argparse.Namespace, config: str | None) -> tuple[Envelope | Thread, ...]:
    read, places = settings(config)
    engine = wiring.build(read, places)
    try:
        return await _find(engine, View("", "", _query(engine, options), threaded=options.threads), options)
    finally:
        await engine.close()


def _query(engine: Engine, options: argparse.Namespace) -> Query:
    typed = parse(" ".join(options.query) + " ", engine.now().wall, local_zone())
    where = [Term("account", queue.named(engine, options.account).name)] if options.account else []
    where += [Term("in", options.folder)] if options.folder else []
    return replace(typed, terms=(*typed.terms, *where))


async def _find(engine: Engine, view: View, options: argparse.Namespace) -> tuple[Envelope | Thread, ...]:
    if options.server:
        await _refresh(engine, options.account)
    _note(await (engine.search.ask(view) if options.server else engine.search.here(view)))
    rows = engine.mailbox.threads if options.threads else engine.mailbox.page
    return await rows(view, 0, options.limit)


async def _refresh(engine: Engine, only: str | None) -> None:
    """Know the folders that a server is to be asked about."""
    for account in engine.accounts:
        if only in (None, account.name):
            try:
                await engine.mailbox.refresh_folders(account.name)
            except MailboxError as error:
                note(f"{account.name}: {error}")


def _note(searched: Searched) -> None:
    """What was not looked at is said on stderr."""
    if searched.stage is Stage.REFUSED:
        note(f"{searched.trouble}; only what is on this computer was searched")
    elif searched.stage is Stage.HERE and searched.textless:
        note(
            f"the text of {searched.textless:,} of {searched.total:,} messages is not on this computer;"
            " --server asks for them"
        )


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tuimail search",
        description="Find mail on this computer, newest first. docs/search.md has the operators.",
    )
    parser.add_argument("query", metavar="QUERY", nargs="+", help="words, from:anna, is:unread, after:7d …")
    parser.add_argument("--account", metavar="NAME", help="look in this account alone")
    parser.add_argument("--folder", metavar="NAME", help="look in this folder alone")
    parser.add_argument(
        "--limit", metavar="N", type=int, default=100, help="so many at most; 100 unless given"
    )
    parser.add_argument("--threads", action="store_true", help="one line a conversation")
    parser.add_argument("--server", action="store_true", help="ask the servers for what is not here")
    parser.add_argument("--json", action="store_true", help="print JSON; docs/search.md has the keys")
    return parser
