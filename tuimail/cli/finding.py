"""What the doctor finds."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How a finding stands. Only `WRONG` makes the exit code 1."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Finding(NamedTuple):
    """One line of the report."""

    about: str
    state: State
    line: str
