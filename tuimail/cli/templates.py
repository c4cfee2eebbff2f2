"""`tuimail templates`: the texts one writes with, to see, and to copy for editing."""

import argparse
import asyncio
from pathlib import Path

from msgspec import Struct

from tuimail import wiring
from tuimail.backends.templates import TemplateFolder
from tuimail.cli.exits import CANT_CREATE, NO_INPUT, Fault
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import settings
from tuimail.cli.parser import Parser, usage_error
from tuimail.mail.letter.safe import block, line
from tuimail.paths import Paths

CORRECTION = "correction/"


class Listed(Struct, frozen=True):
    """One template by the name of its file below templates/, and where it is; `own` is beside the config."""

    name: str
    file: Path
    own: bool
    subject: str = ""


def main(args: list[str], config: str | None) -> int:
    """List, show or copy."""
    options = _parser().parse_args(args)
    _, places = settings(config)
    known = asyncio.run(_known(places))
    match options.command:
        case "show":
            print(block(_found(known, options.name).file.read_text("utf-8", "replace")).rstrip("\n"))
        case "copy":
            print(_copy(_found(known, options.name), places))
        case _ if getattr(options, "json", False):
            print(json_text([_json(one) for one in known]))
        case _:
            print("\n".join(map(_row, known)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail templates", description="The texts one writes with.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    listing = commands.add_parser("list", help="All of them, those of corrections included.")
    listing.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    for name, does in (("show", "Print one."), ("copy", "Copy one beside your config.toml, to be edited.")):
        command = commands.add_parser(name, help=does, description=does)
        command.add_argument("name", metavar="NAME", help="as `templates list` names it")
    return parser


async def _known(places: Paths) -> tuple[Listed, ...]:
    """The user's own first, then those of corrections, of which the user's own count."""
    found = {one.name: one for one in await _in(wiring.CORRECTIONS, CORRECTION, own=False)}
    found |= {one.name: one for one in await _in(places.corrections, CORRECTION, own=True)}
    return (*await _in(places.templates, "", own=True), *(found[name] for name in sorted(found)))


async def _in(folder: Path, prefix: str, own: bool) -> list[Listed]:
    templates = await TemplateFolder(folder).all()
    return [Listed(prefix + one.name, folder / f"{one.name}.txt", own, one.subject) for one in templates]


def _found(known: tuple[Listed, ...], name: str) -> Listed:
    """By its name, with or without `correction/` and `.txt`."""
    bare = name.removesuffix(".txt")
    for one in known:
        if bare in (one.name, one.name.removeprefix(CORRECTION)):
            return one
    names = [one.name.removeprefix(CORRECTION) for one in known]
    fault = usage_error(f"there is no template {bare!r}", bare, names)
    raise Fault(NO_INPUT, str(fault).replace("see tuimail --help", "tuimail templates lists them"))


def _copy(one: Listed, places: Paths) -> Path:
    """The copy, which from now on counts in place of the one that came along."""
    if one.own:
        raise Fault(CANT_CREATE, f"{line(str(one.file))} is your own already; edit it there")
    file = places.corrections / one.file.name
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as copy:
            copy.write(one.file.read_text("utf-8"))
    except OSError as error:
        raise Fault(CANT_CREATE, f"{line(str(file))}: {error.strerror}; nothing was copied") from None
    return file


def _row(one: Listed) -> str:
    return f"{one.name:<44} {'yours' if one.own else '     '}  {line(one.subject)}".rstrip()


def _json(one: Listed) -> dict[str, object]:
    return {"name": one.name, "own": one.own, "file": str(one.file), "subject": one.subject}
