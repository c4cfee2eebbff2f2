"""What can be searched in a message."""

from msgspec import Struct

TEXT_LIMIT = 200_000


class Gist(Struct, frozen=True):
    """The words of a message's body, HTML without its tags, and whether files go with it."""

    text: str
    attached: bool


def gist(message: bytes) -> Gist:
    """The words of a message, whatever its bytes are: those of its text, then the names of its files."""
    from tuimail.mail.letter.body import body
    from tuimail.mail.letter.walk import walk, whole

    message = whole(message)
    root, _ = walk(message)
    read = body(message, root)
    names = [leaf.filename for leaf in read.files if leaf.filename]
    return Gist("\n".join([read.text[:TEXT_LIMIT], *names]), bool(read.files))
