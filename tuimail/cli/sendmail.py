"""`tuimail sendmail`: takes the place of sendmail(1): other programs' mail is held and can be undone."""

import asyncio
import getopt
import re
from dataclasses import dataclass

from tuimail.cli import outbox, queue
from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.opened import opened
from tuimail.cli.parser import read_message
from tuimail.mail.letter.address import Address, typed
from tuimail.mail.letter.pieces import pieces

USAGE_TEXT = """\
usage: tuimail sendmail [-t] [-i] [-f ADDRESS] [-F NAME] [RECIPIENT ...] < message

Queues the message on stdin as sendmail(1) would. It is held for the undo window and leaves while tuimail
runs.

  -t             take the recipients from To, Cc and Bcc, besides those given
  -i, -oi        a line with a single dot does not end the message
  -f ADDRESS     the envelope sender; also chooses the account (-r is the same)
  -F NAME        your name, when the message has no From
  -bp            list the outbox
  RECIPIENT      an address; a name without @ is you

Other options of sendmail(1) are taken and change nothing. Exit codes: 0 queued, 64 usage, 65 the message or
an address is wrong, 75 try again later, 78 configuration."""

_OPTIONS = "A:B:C:D:F:GIL:N:O:R:UV:X:b:cd:e:f:h:imno:p:r:q:tvx"
_DELIVER, _LIST = "m", "p"
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Call:
    """How sendmail was called. `dots` says that a lone dot is text; `mode` is the letter of -b."""

    recipients: tuple[str, ...] = ()
    from_header: bool = False
    dots: bool = False
    sender: str = ""
    name: str = ""
    mode: str = _DELIVER


def main(args: list[str], config: str | None) -> int:
    """Queue what is on stdin; nothing is printed on stdout, as callers expect."""
    if args in (["--help"], ["-h"]):
        print(USAGE_TEXT)
        return 0
    call = read_call(args)
    if call.mode == _LIST:
        return outbox.main(["list"], config)
    asyncio.run(_queue(call, config))
    return 0


def read_call(args: list[str]) -> Call:
    """The arguments as sendmail's callers write them: joined (`-ti`, `-fme@x`, `-oem`) or apart."""
    try:
        options, recipients = getopt.gnu_getopt(args, _OPTIONS)
    except getopt.GetoptError as error:
        raise Fault(USAGE, f"sendmail: {error.msg}; see tuimail sendmail --help") from None
    given = dict(options)
    mode = given.get("-b", _DELIVER)[:1]
    if mode not in (_DELIVER, _LIST):
        raise Fault(USAGE, f"sendmail: -b{mode} is not offered; queue with -t or recipients, list with -bp")
    call = Call(
        recipients=tuple(recipients),
        from_header="-t" in given,
        dots="-i" in given or ("-o", "i") in options,
        sender=given.get("-f", given.get("-r", "")).strip("<>"),
        name=given.get("-F", ""),
        mode=mode,
    )
    if mode == _DELIVER and not (call.recipients or call.from_header):
        raise Fault(
            USAGE, "sendmail: nobody to send to; give recipients, or -t to take them from the message"
        )
    return call


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


async def _queue(call: Call, config: str | None) -> None:
    raw = message(read_message("-"), call.dots)
    async with opened(config) as open_:
        own = queue.account(open_.engine, call.sender, *queue.header_specs(raw, "From"))
        raw = queue.with_from(raw, own, call.name)
        written = queue.header_values(raw, "To", "Cc", "Bcc") if call.from_header else ()
        recipients = addresses((*written, *call.recipients), own.address)
        sender = call.sender if "@" in call.sender else ""
        queue.report(await open_.engine.outbox.send_raw(own.name, raw, sender, recipients))
        open_.note_sender()
