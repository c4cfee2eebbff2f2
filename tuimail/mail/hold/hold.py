"""How long a mail is held before it leaves, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hold:
    """`seconds` before the first attempt, and the reason in words."""

    seconds: float
    why: str


def window(undo_seconds: float) -> Hold:
    """The plain undo window."""
    return Hold(undo_seconds, f"undo window {undo_seconds:g} s")
