"""`tuimail compose`: the client, with the composer open on a new mail."""

import argparse

from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.parser import Parser
from tuimail.engine.engine import Engine
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.mailto import SCHEME, mailto


def main(args: list[str], config: str | None) -> int:
    """Open the composer; a link or a template that is none is told before the screen opens."""
    from tuimail.cli import screen

    options = _options(args)
    if options.link:
        mailto(_link(options.link))
    if not screen.has_terminal():
        raise Fault(USAGE, "writing a mail needs a terminal; tuimail send takes a finished one")

    async def begin(engine: Engine) -> tuple[Draft, str]:
        return await draft(engine, options.link, options.template)

    return screen.start(config, begin)


async def draft(engine: Engine, link: str, template: str) -> tuple[Draft, str]:
    """The draft to begin with, and what of the link was left out. Raises DraftError."""
    made, said = engine.drafts.new(), ""
    if link:
        made, read = engine.drafts.linked(_link(link))
        said = read.notice()
    if template:
        made = await engine.drafts.filled(made, template)
    return made, said


def _link(given: str) -> str:
    """A link, or an address to write to."""
    return given if given[: len(SCHEME)].lower() == SCHEME else f"{SCHEME}{given.replace('%', '%25')}"


def _options(args: list[str]) -> argparse.Namespace:
    parser = Parser(prog="tuimail compose", description="Write a mail.")
    parser.add_argument("link", nargs="?", default="", metavar="LINK", help="a mailto: link, or an address")
    parser.add_argument(
        "--template", default="", metavar="NAME", help="a text in templates/ beside your config.toml"
    )
    return parser.parse_args(args)
