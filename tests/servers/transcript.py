"""What real IMAP servers answered, recorded: one file for each answer, in a folder for each server.

A file has LF lines and A######## for the tag of the command it answers.
"""

import re
from pathlib import Path

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "mailkit-imap-wire"
NAMES = sorted(path.relative_to(CORPUS).as_posix()[:-4] for path in CORPUS.glob("*/*.txt"))
WIRE_TAG = b"A########"


def answer(name: str) -> bytes:
    """A recorded answer as `servers.imapdouble` takes it."""
    return recorded(name).replace(WIRE_TAG, b"{tag}")


def recorded(name: str) -> bytes:
    return (CORPUS / f"{name}.txt").read_bytes().replace(b"\n", b"\r\n")


def named(*patterns: str) -> list[str]:
    """The recordings whose names match any of these."""
    return [name for name in NAMES if any(re.fullmatch(pattern, name) for pattern in patterns)]


def lines(name: str) -> list[bytes]:
    """The untagged lines of a recording."""
    return [line[2:] for line in recorded(name).split(b"\r\n") if line.startswith(b"* ")]
