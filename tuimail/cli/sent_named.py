"""How a command names a mail that left: an outbox item, a Message-ID, `mail:…`, or the last one sent."""

from typing import TYPE_CHECKING

from tuimail.cli import mail_id
from tuimail.cli.exits import NO_INPUT, Fault
from tuimail.cli.opened import Opened
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.mail.after.sent_mail import SentMail

LOOKED_AT = 50
"""So many of the last mails are looked through for one that puts no other right."""

HELP = "an outbox item, a Message-ID, or mail:… as search prints it; the last mail sent unless given"


async def sent_mail(open_: Opened, name: str = "") -> "SentMail":
    """The mail so named. Raises Fault where there is none, MailboxError for one that is not one's own."""
    sent = open_.engine.sent
    if not name:
        for newest in await sent.latest(LOOKED_AT):
            if not newest.corrects:
                return newest
        raise Fault(NO_INPUT, "nothing was sent from here yet")
    if (ref := mail_id.parse(name)) is not None:
        return await sent.of(ref)
    spelled = name if name.startswith("<") else f"<{name}>"
    found = await sent.named(spelled) if "@" in name else await sent.of_item(name)
    if found is None:
        raise Fault(NO_INPUT, f"{line(name)!r} names no mail that was sent; tuimail outbox list names some")
    return found
