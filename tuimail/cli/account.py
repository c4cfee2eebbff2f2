"""`tuimail account`: list the accounts, put a password into the system's keyring, let a stopped one go on."""

import argparse
import asyncio
import getpass
import sys

from tuimail import wiring
from tuimail.cli.exits import DATA, Fault
from tuimail.cli.opened import settings
from tuimail.cli.parser import Parser, usage_error
from tuimail.cli.streams import note
from tuimail.config import Account, Config
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths


def main(args: list[str], config: str | None) -> int:
    """Do what the subcommand says; the password is asked for, never an argument."""
    options = _parser().parse_args(args)
    read, places = settings(config)
    accounts = {account.name: account for account in read.accounts}
    if options.action == "list":
        for account in accounts.values():
            print(f"{line(account.name)}  {line(account.address)}  {_login(account)}")
        return 0
    if options.name not in accounts:
        raise usage_error(f"there is no account {options.name!r}", options.name, accounts)
    if options.action == "password":
        asyncio.run(wiring.keep_password(options.name, _asked(options.name)))
        note(f"kept in the keyring; see if it works: tuimail doctor ({line(options.name)})")
    going = asyncio.run(_go(options.name, read, places))
    if going or options.action == "go":
        print(f"{line(options.name)}: {'its mail goes on' if going else 'it was not stopped'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail account", description="The accounts of the configuration.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="name, address and way to log in of each")
    password = actions.add_parser(
        "password", help="put the password of an account into the keyring, and let its mail go on"
    )
    go = actions.add_parser("go", help="try the mail of an account again whose login was refused")
    for action in (password, go):
        action.add_argument("name", metavar="NAME")
    return parser


async def _go(name: str, read: Config, places: Paths) -> bool:
    """Let the mail of an account go on; whether it had been stopped. Raises OutboxError."""
    engine = wiring.build(read, places)
    try:
        await engine.outbox.items()
        stopped = name in {stop.account for stop in engine.outbox.stops()}
        await engine.outbox.go(name)
        return stopped
    finally:
        await engine.close()


def _asked(name: str) -> str:
    """The password, typed unseen or as the first line of stdin."""
    if sys.stdin.isatty():
        secret = getpass.getpass(f"Password for {line(name)}: ")
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise Fault(DATA, "no password was given; nothing was changed")
    return secret


def _login(account: Account) -> str:
    if account.auth != "password":
        return account.auth
    return "password_command" if account.password_command else "keyring"
