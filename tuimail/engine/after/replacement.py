"""The original as a new draft: what follows a recall that is to delete and replace."""

from msgspec.structs import replace

from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.sending.outbox import Outbox
from tuimail.engine.writing.drafts import Drafts
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import MailboxError, OutboxDamaged
from tuimail.mail.letter.address import write
from tuimail.mail.letter.draft import Draft

NOT_HERE = "The text of the original is not here any more; write it anew. Nothing else was changed."


async def replacement(mail: SentMail, outbox: Outbox, mailbox: Mailbox, drafts: Drafts) -> Draft:
    """A saved draft with the original's text, files and people, blind copies too. Raises MailboxError."""
    from tuimail.mail.letter.compose import draft_of

    raw = await _original(mail, outbox, mailbox)
    blank = drafts.new(mail.account)
    copy = draft_of(raw, blank.id, mail.account)
    bcc = ", ".join(map(write, mail.bcc)) or copy.bcc
    draft = replace(copy, bcc=bcc, corrects=mail.message_id)
    await drafts.save(draft)
    return draft


async def _original(mail: SentMail, outbox: Outbox, mailbox: Mailbox) -> bytes:
    if mail.item:
        try:
            return await outbox.wire(mail.item)
        except OutboxDamaged:
            pass
    if mail.ref is None:
        raise MailboxError(NOT_HERE)
    return await mailbox.raw(mail.ref)
