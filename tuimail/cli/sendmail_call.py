"""How sendmail(1) is called: its options as its callers write them."""

import getopt
import re
from enum import StrEnum

from msgspec import Struct

from tuimail.cli.exits import USAGE, Fault
from tuimail.mail.letter.safe import line

_OPTIONS = "A:B:C:D:F:GIL:N:O:R:UV:X:b:ce:f:h:imno:p:r:tvx"
_OPEN = re.compile(r"-[qd].*")
"""Options whose value, where there is one, is joined to them: run the queue, debug."""


class Mode(StrEnum):
    """What is asked for, by the letter of -b. `FLUSH` is -q."""

    DELIVER = "m"
    LIST = "p"
    SMTP = "s"
    VERIFY = "v"
    FLUSH = "q"


class Call(Struct, frozen=True):
    """One call. `dots` says that a lone dot is text, `from_header` that recipients stand in the message."""

    recipients: tuple[str, ...] = ()
    from_header: bool = False
    dots: bool = False
    sender: str = ""
    name: str = ""
    mode: Mode = Mode.DELIVER


def read_call(args: list[str]) -> Call:
    """The arguments, joined (`-ti`, `-fme@x`, `-oem`) or apart. Raises Fault."""
    kept, flush = _without_open(args)
    try:
        options, recipients = getopt.gnu_getopt(kept, _OPTIONS)
    except getopt.GetoptError as error:
        raise Fault(USAGE, f"sendmail: {line(error.msg)}; see tuimail sendmail --help") from None
    given = dict(options)
    call = Call(
        recipients=tuple(recipients),
        from_header="-t" in given,
        dots="-i" in given or ("-o", "i") in options,
        sender=given.get("-f", given.get("-r", "")).strip("<>"),
        name=given.get("-F", ""),
        mode=_mode(given.get("-b", ""), flush),
    )
    if call.mode in (Mode.DELIVER, Mode.VERIFY) and not (call.recipients or call.from_header):
        raise Fault(
            USAGE, "sendmail: nobody to send to; give recipients, or -t to take them from the message"
        )
    return call


def _without_open(args: list[str]) -> tuple[list[str], bool]:
    """The arguments without -q and -d, and whether the queue is to be run."""
    end = args.index("--") if "--" in args else len(args)
    kept = [word for word in args[:end] if not _OPEN.fullmatch(word)]
    return kept + args[end:], any(word.startswith("-q") for word in args[:end])


def _mode(letter: str, flush: bool) -> Mode:
    if not letter:
        return Mode.FLUSH if flush else Mode.DELIVER
    try:
        return Mode(letter[:1])
    except ValueError:
        raise Fault(
            USAGE,
            f"sendmail: -b{line(letter)} is not offered; queue with -t or recipients, speak SMTP with -bs, "
            "list with -bp",
        ) from None
