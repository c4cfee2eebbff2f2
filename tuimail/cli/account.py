"""`tuimail account`: make, list, try and remove accounts; put passwords into the keyring; sign in."""

import argparse
import asyncio
import getpass
import sys
from typing import Any

from tuimail import paths, wiring
from tuimail.cli import account_sign_in
from tuimail.cli.exits import DATA, Fault
from tuimail.cli.json_text import json_text
from tuimail.cli.opened import settings
from tuimail.cli.parser import Parser, usage_error
from tuimail.cli.streams import note
from tuimail.config import Account, Config
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths


def main(args: list[str], config: str | None) -> int:
    """Do what the subcommand says; secrets are asked for, never arguments."""
    options = _parser().parse_args(args)
    if options.action == "add":
        from tuimail.cli import account_add

        return account_add.run(paths.find(config), options.address)
    read, places = settings(config)
    if options.action == "list":
        return _list(read, options.json)
    account = _account(read, options.name) if options.name else None
    return _do(options, read, places, account)


def _do(options: argparse.Namespace, read: Config, places: Paths, account: Account | None) -> int:
    """What needs the accounts there are; without one it is about all of them."""
    if options.action == "test":
        from tuimail.cli import account_test

        return account_test.run(read if account is None else Config((account,)), places, options.json)
    assert account is not None
    if options.action == "remove":
        from tuimail.cli import account_remove

        return account_remove.run(account, read, places, options.yes)
    if options.action == "sign-out":
        asyncio.run(account_sign_in.sign_out(account, places))
        return 0
    if options.action == "password":
        asyncio.run(wiring.keep_password(account.name, _asked(account.name)))
        note(f"kept in the keyring; see if it works: tuimail account test {line(account.name)}")
    elif options.action == "sign-in":
        asyncio.run(account_sign_in.sign_in(options, account, read, places))
    going = asyncio.run(_go(account.name, read, places))
    if going or options.action == "go":
        print(f"{line(account.name)}: {'its mail goes on' if going else 'it was not stopped'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tuimail account", description="Your mail accounts.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make one: finds the servers, tries them, keeps what works")
    add.add_argument("address", nargs="?", default="", metavar="ADDRESS")
    listed = actions.add_parser("list", help="name, address and way to log in of each")
    test = actions.add_parser("test", help="log in to the servers of one, or of all; nothing is sent")
    test.add_argument("name", nargs="?", metavar="NAME")
    remove = actions.add_parser("remove", help="forget one; its mail stays where it is")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    password = actions.add_parser(
        "password", help="put its password into the keyring, and let its mail go on"
    )
    go = actions.add_parser("go", help="try the mail of an account again whose login was refused")
    for action in (remove, password, go):
        action.add_argument("name", metavar="NAME")
    for action in (listed, test):
        action.add_argument("--json", action="store_true", help="print JSON; docs/commands.md has the keys")
    account_sign_in.add_to(actions)
    return parser


def _account(read: Config, name: str) -> Account:
    accounts = {account.name: account for account in read.accounts}
    if name not in accounts:
        raise usage_error(f"there is no account {name!r}", name, accounts)
    return accounts[name]


def _list(read: Config, as_json: bool) -> int:
    if as_json:
        print(json_text([_as_json(account) for account in read.accounts]))
        return 0
    for account in read.accounts:
        print(f"{line(account.name)}  {line(account.address)}  {_login(account)}")
    return 0


def _as_json(account: Account) -> dict[str, Any]:
    servers = {kind: getattr(account, kind) for kind in ("imap", "smtp")}
    return {
        "name": account.name,
        "address": account.address,
        "login": _login(account),
        **{kind: f"{one.host}:{one.port} {one.security}" if one else None for kind, one in servers.items()},
        "graph": account.graph.url if account.graph else None,
        "maildir": account.maildir,
    }


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
    """What one logs in with, as a person calls it."""
    if account.auth != "password":
        return "token_command" if account.token_command else account.auth
    return "password_command" if account.password_command else "keyring"
