"""A draft as bytes for a Drafts folder, where any client may take it up."""

from tuimail.mail.errors import AddressError
from tuimail.mail.letter import encode
from tuimail.mail.letter.address import Address, typed
from tuimail.mail.letter.compose import content, threading, wishing
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.submission import DRAFT_HEADER, Stamp
from tuimail.mail.letter.wire import assert_formed, stamped


def unfinished(draft: Draft, sender: Address, stamp: Stamp) -> bytes:
    """The draft with all that was typed, Bcc and half an address too. Every file must have its data."""
    fields = [encode.addresses("From", [sender])]
    for name, text in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc)):
        fields += [_as_typed(name, text)] if text.strip() else []
    fields += [encode.field("Subject", draft.subject), *stamped(stamp), *threading(draft)]
    fields += wishing(draft, sender)
    fields += [encode.field(DRAFT_HEADER, draft.id), "User-Agent: tuimail", "MIME-Version: 1.0"]
    wire, names = content(fields, draft, stamp)
    assert_formed(wire, names)
    return wire


def _as_typed(name: str, text: str) -> str:
    try:
        return encode.addresses(name, typed(text))
    except AddressError:
        return encode.field(name, text)
