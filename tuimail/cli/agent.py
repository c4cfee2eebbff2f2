"""`tuimail agent`: the background sender."""

import argparse

from tuimail.cli.parser import Parser


def main(args: list[str], config: str | None) -> int:
    """Run `agent run|status|install|uninstall`."""
    options = _parser().parse_args(args)
    from tuimail.cli import agent_run

    agent_run.run(config, options.until_empty, options.quiet)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail agent", description="Sends what is held while tuimail is closed.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    run = actions.add_parser("run", help="send what is due, until told to end")
    run.add_argument("--until-empty", action="store_true", help="end when nothing is left to send")
    run.add_argument("--quiet", action="store_true", help="say only what is wrong")
    return parser
