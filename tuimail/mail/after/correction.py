"""A follow-up that puts a sent mail right: what was wrong, in which language, to whom."""

from enum import StrEnum


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
