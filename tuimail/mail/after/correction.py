"""A follow-up that puts a sent mail right: what was wrong, in which language, to whom."""

from enum import StrEnum

from msgspec import Struct


class Scenario(StrEnum):
    """What was wrong; the value names its template files."""

    PERSON = "wrong-person"
    ATTACHMENT = "attachment"
    CONTENT = "content"
    ADDRESSES = "addresses"
    EARLY = "early"
    OTHER = "other"


class Language(StrEnum):
    """What it is written in."""

    JAPANESE = "ja"
    ENGLISH = "en"


class Audience(StrEnum):
    """Whom it is worded for."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class Wish(Struct, frozen=True):
    """How somebody wants a correction written; what is not said follows from the mail.

    `to` are addr-specs, `each` wants a message for everybody. `edited` is the original's text as it should
    have been, `files` are paths of what goes along; `keep_files` sends the original's own again.
    """

    language: Language | None = None
    audience: Audience | None = None
    to: tuple[str, ...] | None = None
    each: bool | None = None
    edited: str = ""
    files: tuple[str, ...] = ()
    keep_files: bool = False
