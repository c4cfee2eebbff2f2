"""`tuimail undo`: take back the newest held mail, or the one named."""

from tuimail.cli import outbox


def main(args: list[str], config: str | None) -> int:
    """The same as `tuimail outbox undo`."""
    return outbox.main(["undo", *args], config)
