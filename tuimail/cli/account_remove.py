"""`tuimail account remove`: the account goes, its mail stays."""

import asyncio
import sys

from tuimail import wiring
from tuimail.cli.exits import USAGE, Fault
from tuimail.config import Account, Config
from tuimail.mail.hold.item import Item
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths
from tuimail.wiring import setup

STAYS = "The mail on the server, and what of it is on this computer, stays as it is."
NAMED = 5


def run(account: Account, read: Config, places: Paths, sure: bool) -> int:
    """Ask, and take its block, its password and its sign-in. Raises ConfigError, SecretError, OutboxError."""
    name = line(account.name)
    held = asyncio.run(_held(account.name, read, places))
    for item in held[:NAMED]:
        print(f"held: {item.subject or '(no subject)'}, to {line(', '.join(_people(item)))}")
    if held:
        many = f"{len(held)} mails are" if len(held) > 1 else "1 mail is"
        print(f"{many} held for {name} and would rest till you take them back: tuimail outbox undo")
    if not (sure or _agreed(f"Remove {name} ({line(account.address)})? {STAYS} [y/N] ")):
        print("Nothing was changed.")
        return 0
    asyncio.run(setup.remove(places, account))
    print(f"{name} is removed from {places.config}. {STAYS}")
    return 0


async def _held(name: str, read: Config, places: Paths) -> list[Item]:
    engine = wiring.build(read, places)
    try:
        return [item for item in await engine.outbox.held() if item.account == name]
    finally:
        await engine.close()


def _people(item: Item) -> list[str]:
    return [one.spec for one in item.recipients]


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise Fault(USAGE, "account remove asks first and needs a terminal, or --yes; nothing was changed")
    return input(question).strip().lower() in ("y", "yes")
