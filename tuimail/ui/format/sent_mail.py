"""A mail that left, in words."""

from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.safe import line
from tuimail.ui.format.times import moment

LATEST = "the last mail sent"
"""Said of one that nobody chose."""


def which(mail: SentMail, now: float) -> str:
    """Which mail, when it left, to how many."""
    subject = line(mail.subject, 200) or "(no subject)"
    return f"{subject} · sent {moment(mail.sent, now)} to {recipients(mail)}"


def recipients(mail: SentMail) -> str:
    """How many it went to."""
    count = len(mail.people)
    return "1 person" if count == 1 else f"{count:,} people"
