"""Whether a recipient's copy can be asked for, and why; said before anything is asked."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.letter.address import Address


class Kind(StrEnum):
    """What kind of account a mail was sent from, as far as recall goes."""

    WORK = "work"
    """Microsoft 365, work or school, signed in to Graph."""

    PERSONAL = "personal"
    """outlook.com and its like."""

    ON_PREMISES = "on premises"
    """An Exchange server of the organisation's own."""

    UNSIGNED = "unsigned"
    """Microsoft 365 by IMAP and SMTP alone, without Graph."""

    OTHER = "other"


class Tenant(Struct, frozen=True):
    """The account's organisation: its kind and the domains it has proved to be its own (lower case)."""

    kind: Kind
    domains: tuple[str, ...] = ()


class Answer(StrEnum):
    """What can be said of one recipient."""

    CAN = "can be asked"
    CANNOT = "can't"
    UNKNOWN = "can't be known"


class Verdict(Struct, frozen=True):
    """One recipient: whether the server can be asked for the copy, and the reason in words.

    `notice` says that a recall would send this one, or somebody on that list, a mail that draws attention to
    it.
    """

    person: Address
    answer: Answer
    reason: str
    notice: bool = False


class Course(StrEnum):
    """What to offer for the whole message."""

    RECALL = "recall"
    CONFIRM = "confirm"
    CORRECT = "correct"
    SIGN_IN = "sign in"


class Foresight(Struct, frozen=True):
    """All verdicts of a message, the course to offer, and the words that have to be said with it."""

    course: Course
    words: str
    verdicts: tuple[Verdict, ...]

    @property
    def noticed(self) -> tuple[Address, ...]:
        """Those whom a recall would send a notice."""
        return tuple(verdict.person for verdict in self.verdicts if verdict.notice)
