"""What a letter offers besides being read, as the ids of the keys that take it up."""

from collections.abc import Iterator

from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.unsubscribe import way_out

OFFERS = ("invitation", "link", "save_files", "open_file", "unsubscribe")
"""The ids there are; which of them a letter offers is `offers`."""


def offers(letter: Letter) -> Iterator[str]:
    """The rarer ones first: they are what one would not look for."""
    if letter.invitation is not None and letter.invitation.asks:
        yield "invitation"
    if way_out(letter.mailing) is not None:
        yield "unsubscribe"
    if letter.links:
        yield "link"
    if letter.parts:
        yield from ("save_files", "open_file")
