"""`tuimail incident`: what is done about misdirected mail, without the screen."""

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from tuimail.cli import incident_words as words
from tuimail.cli import sent_named
from tuimail.cli.exits import NO_INPUT, Fault
from tuimail.cli.opened import Opened, opened
from tuimail.cli.outbox_answer import Answer, Verb
from tuimail.cli.parser import Parser
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.mail.after.incident import Incident

STEPS = ("recall", "call", "manager", "security", "correct", "apologise", "confirm", "prevent")
FORMS = ("md", "json", "csv")


async def all_(open_: Opened, _: argparse.Namespace) -> Answer:
    incidents = await open_.engine.incidents.all()
    return Answer("\n".join(map(words.row, incidents)), [words.summary_json(one) for one in incidents])


async def show(open_: Opened, options: argparse.Namespace) -> Answer:
    return await _page(open_, await _incident(open_, options.id))


async def open_one(open_: Opened, options: argparse.Namespace) -> Answer:
    mail = await sent_named.sent_mail(open_, options.mail or "")
    return await _page(open_, await open_.engine.incidents.open(mail))


async def tick(open_: Opened, options: argparse.Namespace) -> Answer:
    incidents = open_.engine.incidents
    if options.undo:
        return await _page(open_, _known(await incidents.untick(options.id, options.step), options.id))
    ticked = await incidents.tick(options.id, options.step, options.note)
    return await _page(open_, _known(ticked, options.id))


async def note(open_: Opened, options: argparse.Namespace) -> Answer:
    text = " ".join(options.text)
    noted = await open_.engine.incidents.note(options.id, text, options.step or "")
    return await _page(open_, _known(noted, options.id))


async def export(open_: Opened, options: argparse.Namespace) -> Answer:
    """The record as it is, whichever form; `--json` is `--form json`."""
    from tuimail.mail.after.correction import Language
    from tuimail.mail.after.incident_export import Form

    form = Form.JSON if options.json else Form(options.form)
    language = Language(options.language) if options.language else None
    text = await open_.engine.incidents.export(options.id, form, language)
    if text is None:
        raise _missing(options.id)
    return Answer(text.rstrip("\n"), json.loads(text) if form is Form.JSON else None)


async def ledger(open_: Opened, _: argparse.Namespace) -> Answer:
    misses = await open_.engine.near_misses.all()
    return Answer("\n".join(words.ledger(misses)), words.ledger_json(misses))


VERBS: dict[str, Verb] = {
    "list": Verb("The incidents, newest first.", all_),
    "show": Verb("One incident: its steps, deadlines and trail.", show),
    "open": Verb("Open the incident of a mail that left.", open_one),
    "tick": Verb("Tick a step.", tick),
    "note": Verb("Write a note.", note),
    "export": Verb("Print the record, for whoever takes the report.", export),
    "ledger": Verb("What undo and rules caught on this computer.", ledger),
}


def main(args: list[str], config: str | None) -> int:
    """Run one of `VERBS`."""
    options = _parser().parse_args(args)
    answer = asyncio.run(_run(options, config))
    answer.print(options.json)
    return answer.code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail incident", description="What is done about misdirected mail.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, verb in VERBS.items():
        command = commands.add_parser(name, help=verb.does, description=verb.does)
        if name in ("show", "tick", "note", "export"):
            command.add_argument("id", metavar="ID", help="as `incident list` names it")
        _add_own(name, command)
        command.add_argument("--json", action="store_true", help="print JSON; docs/incidents.md has the keys")
    return parser


def _add_own(name: str, command: argparse.ArgumentParser) -> None:
    match name:
        case "open":
            command.add_argument("mail", metavar="MAIL", nargs="?", help=sent_named.HELP)
        case "tick":
            command.add_argument("step", metavar="STEP", choices=STEPS, help=", ".join(STEPS))
            command.add_argument("--note", default="", help="what to remember of it")
            command.add_argument("--undo", action="store_true", help="take the tick away again")
        case "note":
            command.add_argument("text", metavar="TEXT", nargs="+")
            command.add_argument("--step", metavar="STEP", choices=STEPS, help="the step it is about")
        case "export":
            command.add_argument("--form", choices=FORMS, default="md", help="md unless given")
            command.add_argument(
                "--language", choices=("ja", "en"), help="of md; that of the mail unless given"
            )


async def _run(options: argparse.Namespace, config: str | None) -> Answer:
    async with opened(config) as open_:
        return await VERBS[options.command].run(open_, options)


async def _page(open_: Opened, incident: "Incident") -> Answer:
    from tuimail.mail.after.incident_json import as_json

    incidents = open_.engine.incidents
    dossier = await incidents.dossier(incident.id)
    if dossier is None:
        raise _missing(incident.id)
    language = incidents.practice.language_of(incident.mail)
    numbers = await incidents.numbers(incident.mail)
    text = "\n".join(words.page(dossier, numbers, open_.engine.now().wall, language))
    return Answer(text, as_json(dossier))


async def _incident(open_: Opened, id_: str) -> "Incident":
    return _known(await open_.engine.incidents.get(id_), id_)


def _known(incident: "Incident | None", id_: str) -> "Incident":
    if incident is None:
        raise _missing(id_)
    return incident


def _missing(id_: str) -> Fault:
    return Fault(NO_INPUT, f"there is no incident {line(id_)!r}; tuimail incident list names them")
