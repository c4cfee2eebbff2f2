"""What the commands share in reading their arguments."""

import argparse
import difflib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from tuimail.cli.exits import DATA, NO_INPUT, USAGE, Fault
from tuimail.mail.letter.safe import line

LARGEST = 100_000_000


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line with the exit code of sysexits.h."""

    def error(self, message: str) -> NoReturn:
        raise Fault(USAGE, f"{line(message)}; see {self.prog} --help")


def usage_error(what: str, given: str, known: Iterable[str]) -> Fault:
    """A usage error that names the near miss."""
    near = difflib.get_close_matches(given, list(known), n=1)
    hint = f"did you mean {near[0]}?" if near else "see tuimail --help"
    return Fault(USAGE, f"{line(what)}; {hint}")


def read_message(name: str) -> bytes:
    """The bytes of a file, or of stdin for `-`. Raises Fault."""
    try:
        data = sys.stdin.buffer.read(LARGEST + 1) if name == "-" else _read(Path(name))
    except OSError as error:
        raise Fault(NO_INPUT, f"{line(name)}: {error.strerror}; nothing was read") from None
    if len(data) > LARGEST:
        raise Fault(DATA, f"{line(name)}: larger than {LARGEST // 1_000_000} MB; nothing was read")
    return data


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)
