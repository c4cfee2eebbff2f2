"""What can be searched in a message."""

from msgspec import Struct


class Gist(Struct, frozen=True):
    """The words of a message's body, HTML without its tags, and whether files go with it."""

    text: str
    attached: bool
