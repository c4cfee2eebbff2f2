"""`tuimail agent`: the background sender."""

import argparse

from tuimail.cli.parser import Parser


def main(args: list[str], config: str | None) -> int:
    """Run `agent run|status|install|uninstall`."""
    options = _parser().parse_args(args)
    if options.action == "run":
        from tuimail.cli import agent_run

        agent_run.run(config, options.until_empty, options.quiet)
        return 0
    if options.action == "status":
        from tuimail.cli import agent_status

        return agent_status.status(config, options.json)
    from tuimail.cli import agent_install

    return (agent_install.install if options.action == "install" else agent_install.uninstall)(config)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail agent", description="Sends what is held while tuimail is closed.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    run = actions.add_parser("run", help="send what is due, until told to end")
    run.add_argument("--until-empty", action="store_true", help="end when nothing is left to send")
    run.add_argument("--quiet", action="store_true", help="say only what is wrong")
    status = actions.add_parser(
        "status", help="who sends, what is held, what needs you; exit code 3: no agent runs"
    )
    status.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    actions.add_parser("install", help="let systemd, or your desktop, start it at login, and start it now")
    actions.add_parser("uninstall", help="stop it, and remove what install wrote")
    return parser
