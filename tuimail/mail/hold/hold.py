"""How long a mail is held before it leaves, and why."""

from tuimail.mail.hold.move import Hold


def window(undo_seconds: float) -> Hold:
    """The plain undo window."""
    return Hold(undo_seconds, f"undo window {undo_seconds:g} s")
