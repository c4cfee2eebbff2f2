"""Standard input and output as callers leave them: closed, full, or in an encoding with fewer letters."""

import errno
import io
import os
import sys
from pathlib import Path
from typing import TextIO

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def settle() -> None:
    """What is closed becomes /dev/null; letters that an encoding lacks are written as escapes."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (to the end)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def note(line: str) -> None:
    """One line on stderr. That nobody can read it is no reason to fail what was done."""
    try:
        print(f"tuimail: {line}", file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Let go of what can't be written, lest it be tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
