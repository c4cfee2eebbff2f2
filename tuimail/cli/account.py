"""`tuimail account`: list the accounts, and put a password into the system's keyring."""

import argparse
import asyncio
import getpass
import sys

from tuimail import wiring
from tuimail.cli.exits import DATA, Fault
from tuimail.cli.opened import settings
from tuimail.cli.parser import Parser, usage_error
from tuimail.config import Account
from tuimail.mail.letter.safe import line


def main(args: list[str], config: str | None) -> int:
    """Do what the subcommand says; the password is asked for, never an argument."""
    options = _parser().parse_args(args)
    accounts = {account.name: account for account in settings(config)[0].accounts}
    if options.action == "list":
        for account in accounts.values():
            print(f"{line(account.name)}  {line(account.address)}  {_login(account)}")
        return 0
    if options.name not in accounts:
        raise usage_error(f"there is no account {options.name!r}", options.name, accounts)
    asyncio.run(wiring.keep_password(options.name, _asked(options.name)))
    print(f"kept in the keyring; see if it works: tuimail doctor ({line(options.name)})", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail account", description="The accounts of the configuration.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="name, address and way to log in of each")
    password = actions.add_parser("password", help="put the password of an account into the keyring")
    password.add_argument("name", metavar="NAME")
    return parser


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
