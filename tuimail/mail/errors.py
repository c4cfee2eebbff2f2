"""Everything tuimail expects to go wrong, as one tree.

    TuimailError
     ├─ DraftError            the draft can't be sent as it is; it stays where it is
     │   ├─ AddressError      an address is none
     │   ├─ AttachmentError   a file is missing or unreadable
     │   └─ ConfirmError      a rule asks a person first; the text is what it asks
     ├─ OutboxError           the outbox can't be read or written; nothing was queued or changed
     │   └─ OutboxDamaged     the message asked for can't be read any more; the others can
     ├─ MailboxError          a server or a Maildir could not be reached or said no
     │   ├─ LoginError        name, password or token were refused
     │   ├─ MailboxRefused    the server was reached, and said no
     │   └─ MessageGone       the message is no longer there
     ├─ ContactsError         an address book could not be read; completion goes on without it
     ├─ RecallError           nothing was asked of the server that has the delivered copies
     ├─ SecretError           no password or token could be had
     ├─ AgentError            the background agent could not be started, or does not send
     ├─ SaveError             a file could not be written
     ├─ OpenError             something could not be opened, or handed to another program or a website
     ├─ ScheduleError         the words for a time are not understood, or it has passed; nothing was scheduled
     └─ ConfigError           the configuration is wrong (file, line, accepted values)

The text of each is one line for a person: what happened, what was kept, what to do. It is already
sanitised: whoever quotes a server in it passes the quote through `letter.safe`.
"""


class TuimailError(Exception):
    """The root: catch this, and only this, where an error becomes a line on the screen."""


class DraftError(TuimailError):
    """The draft can't be sent as it is."""


class AddressError(DraftError):
    """Something in To, Cc, Bcc or From is not an address."""


class AttachmentError(DraftError):
    """An attachment is missing or unreadable."""


class ConfirmError(DraftError):
    """A rule asks a person before the mail is queued."""


class OutboxError(TuimailError):
    """The outbox can't be read or written."""


class OutboxDamaged(OutboxError):  # noqa: N818 (it is a state of the outbox before it is an error)
    """The message asked for can't be read any more."""


class MailboxError(TuimailError):
    """A server or a Maildir could not be reached or said no."""


class LoginError(MailboxError):
    """Name, password or token were refused."""


class MailboxRefused(MailboxError):  # noqa: N818 (it is the server's answer)
    """The server was reached, and said no."""


class MessageGone(MailboxError):  # noqa: N818 (it is a state of the mailbox before it is an error)
    """The message is no longer there."""


class RecallError(TuimailError):
    """Nothing was asked of the server."""


class ContactsError(TuimailError):
    """An address book could not be read."""


class SecretError(TuimailError):
    """No password or token could be had."""


class AgentError(TuimailError):
    """The background agent could not be started, or does not send."""


class SaveError(TuimailError):
    """A file could not be written."""


class OpenError(TuimailError):
    """Something could not be opened, or handed to another program or a website."""


class ScheduleError(TuimailError):
    """The words for a time are not understood, or that time has passed."""


class ConfigError(TuimailError):
    """The configuration is wrong."""
