"""`tuimail sendmail`: takes the place of sendmail(1): other programs' mail is held and can be undone."""

import asyncio
import re
import sys

from msgspec.structs import replace

from tuimail.cli import queue
from tuimail.cli.caller import batch
from tuimail.cli.exits import DATA, Fault
from tuimail.cli.opened import Opened, opened
from tuimail.cli.parser import read_message
from tuimail.cli.sendmail_call import Call, Mode, read_call
from tuimail.cli.streams import note
from tuimail.mail.hold.item import Item
from tuimail.mail.letter.address import Address, typed
from tuimail.mail.letter.pieces import pieces

USAGE_TEXT = """\
usage: tuimail sendmail [-t] [-i] [-f ADDRESS] [-F NAME] [RECIPIENT ...] < message
       tuimail sendmail -bs

Queues the message on stdin as sendmail(1) would. It is held for the undo window and leaves while tuimail
runs. A link to tuimail that is named sendmail does the same, one named mailq lists the outbox.

  -t             take the recipients from To, Cc and Bcc, besides those given
  -i, -oi        a line with a single dot does not end the message
  -f ADDRESS     the envelope sender; also chooses the account (-r is the same)
  -F NAME        your name, when the message has no From
  -bs            speak SMTP on stdin and stdout
  -bp            list the outbox
  -bv            print the addresses that the recipients stand for, and queue nothing
  RECIPIENT      an address; a name without @ is you

Other options of sendmail(1) are taken and change nothing. Exit codes: 0 queued, 64 usage, 65 the message or
an address is wrong, or a rule says no, 75 try again later, 78 configuration."""

_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def main(args: list[str], config: str | None) -> int:
    """Queue what is on stdin; nothing is printed on stdout, as callers expect."""
    if args in (["--help"], ["-h"]):
        print(USAGE_TEXT)
        return 0
    call = read_call(args)
    match call.mode:
        case Mode.LIST:
            from tuimail.cli import outbox

            return outbox.main(["list"], config)
        case Mode.FLUSH:
            note("what is due leaves by itself while tuimail or its agent runs")
        case Mode.SMTP:
            asyncio.run(_speak(call, config))
        case Mode.VERIFY:
            asyncio.run(_verify(call, config))
        case Mode.DELIVER:
            asyncio.run(_deliver(call, config))
    return 0


def message(data: bytes, dots: bool) -> bytes:
    """What of stdin is the message: up to a line with a single dot, unless dots are text."""
    if dots:
        return data
    lines = data.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines) if line.rstrip(b"\r\n") == b"."), len(lines))
    return b"".join(lines[:end])


def addresses(recipients: tuple[str, ...], own: Address) -> tuple[str, ...]:
    """Recipients as specs; a name without a domain is a user of this computer, and that is you."""
    found: list[str] = []
    for piece in (piece for text in recipients for piece in pieces(text)):
        local = piece.whole and _LOCAL.fullmatch(piece.spec)
        found += [own.spec] if local else [address.spec for address in typed("".join(piece.written))]
    return tuple(dict.fromkeys(found))


async def _deliver(call: Call, config: str | None) -> None:
    raw = message(read_message("-"), call.dots)
    async with opened(config) as open_:
        await _queue(call, raw, open_)
        open_.note_sender()


async def _queue(call: Call, raw: bytes, open_: Opened) -> Item:
    outbox = open_.engine.outbox
    own = queue.account(open_.engine, call.sender, *queue.header_specs(raw, "From"))
    raw = queue.with_from(raw, own, call.name)
    written = queue.addressed(raw) if call.from_header else ()
    recipients = addresses((*written, *call.recipients), own.address)
    sender = call.sender if "@" in call.sender else ""
    item = await outbox.send_raw(own.name, raw, sender, recipients, batch=batch())
    queue.report(item, open_.engine.now())
    return item


async def _speak(call: Call, config: str | None) -> None:
    from tuimail.cli.smtp_stdin import Dialogue

    async with opened(config) as open_:

        async def deliver(sender: str, recipients: tuple[str, ...], raw: bytes) -> str:
            given = replace(call, sender=sender or call.sender, recipients=recipients, from_header=False)
            return (await _queue(given, raw, open_)).id

        own = queue.account(open_.engine, call.sender).address.spec
        whole = await Dialogue(sys.stdin.buffer, sys.stdout.buffer, deliver, own).run()
        open_.note_sender()
    if not whole:
        raise Fault(DATA, "sendmail: the message ended before its last line; it was not queued")


async def _verify(call: Call, config: str | None) -> None:
    async with opened(config) as open_:
        own = queue.account(open_.engine, call.sender)
        for given in call.recipients:
            print(f"{given}... {', '.join(addresses((given,), own.address))}, by account {own.name}")
