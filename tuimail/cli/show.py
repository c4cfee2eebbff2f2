"""`tuimail show`: print a message as the reader shows it."""

import argparse
import shutil

from tuimail.cli.parser import Parser, read_message

NARROWEST = 20


def main(args: list[str], config: str | None) -> int:
    """Print the message; nothing in it can reach the terminal as a command."""
    options = _parser().parse_args(args)
    width = options.width or shutil.get_terminal_size((80, 24)).columns
    print(page(read_message(options.file), max(NARROWEST, width), options.headers))
    return 0


def page(raw: bytes, width: int, headers: bool = False) -> str:
    """The message as lines of at most `width` cells; `headers` shows all of them."""
    from tuimail.mail.letter.parse import parse
    from tuimail.ui.format.letter import Headers, letter_rows

    rows = letter_rows(parse(raw), width, Headers.ALL if headers else Headers.USUAL)
    return "\n".join("".join(piece.text for piece in row).rstrip() for row in rows)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tuimail show", description="Print a message as the reader shows it, safe for a terminal."
    )
    parser.add_argument("file", metavar="FILE", help="a message (RFC 5322), or - for stdin")
    parser.add_argument("--headers", action="store_true", help="show every header")
    parser.add_argument("--width", type=int, metavar="N", help="columns; the terminal's unless given")
    return parser
