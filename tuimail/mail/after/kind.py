"""What kinds of account there are, as far as recall goes."""

from enum import StrEnum


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
