"""What an answer of Graph's means for a message on its way out."""

from tuimail.backends.graph.refusal import Busy, Failed, Rejected
from tuimail.backends.response import AnswerLost
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.hold.outcome import Denied, Outcome, Refused, Unreachable, Vanished

UNAUTHORIZED, FORBIDDEN, TIMED_OUT, TOO_LONG = 401, 403, 408, 413
AGAIN = (409, 423)
"""Somebody else works on the mailbox just now: nothing was done."""

NOT_ALLOWED, TOO_LARGE, FAILED = 550, 552, 554
"""Graph's no in SMTP's numbers, which the outbox reads: all of them final."""

SIZES = ("ErrorMessageSizeExceeded", "ErrorAttachmentSizeLimitExceeded", "MessageSizeExceeded")
ACCOUNT = (
    "ErrorAccessDenied",
    "Authorization_RequestDenied",
    "AccessDenied",
    "ErrorAccountSuspend",
    "ErrorAccountSuspendShowTierUpgrade",
    "ErrorMailboxNotEnabledForRESTAPI",
    "MailboxNotEnabledForRESTAPI",
    "extensionError",
    "ErrorInvalidLicense",
    "ErrorNoLicense",
)
"""Codes with a 403 that are about the account, not about the message."""


def before_sending(error: MailboxError) -> Outcome:
    """While the message was being brought there: nothing of it can have left."""
    match error:
        case Rejected():
            return _refused(error)
        case LoginError():
            return Denied(UNAUTHORIZED, str(error))
        case Busy(pause=pause) | Failed(pause=pause):
            return Unreachable(str(error), pause)
        case _:
            return Unreachable(str(error))


def sending(error: MailboxError) -> Outcome:
    """Of `/send`: without a definite answer it may have left, and so may a draft that is gone."""
    match error:
        case AnswerLost():
            return Vanished(str(error))
        case Rejected() if error.is_gone or error.code == TIMED_OUT:
            return Vanished(str(error))
        case _:
            return before_sending(error)


def _refused(error: Rejected) -> Outcome:
    if error.code == FORBIDDEN and error.name in ACCOUNT:
        return Denied(FORBIDDEN, str(error))
    if error.code in AGAIN or error.code == TIMED_OUT:
        return Unreachable(str(error))
    if error.code == TOO_LONG or error.name in SIZES:
        return Refused(TOO_LARGE, str(error))
    return Refused(NOT_ALLOWED if error.code == FORBIDDEN else FAILED, str(error))
