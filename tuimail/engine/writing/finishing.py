"""What a draft is given before it becomes bytes: the contents of its files, an id, a date, a token."""

from msgspec.structs import replace

from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.submission import Stamp
from tuimail.ports import Clock, Files, Ids


async def with_files(draft: Draft, files: Files) -> Draft:
    """The draft with every attachment read. Raises AttachmentError for the first that can't be."""
    return replace(draft, attachments=tuple([await _read(each, files) for each in draft.attachments]))


def stamp(sender: str, clock: Clock, ids: Ids) -> Stamp:
    """A fresh stamp for a message from this address."""
    return Stamp(ids.message_id(sender.rpartition("@")[2]), clock.rfc5322(), ids.token())


async def _read(attachment: Attachment, files: Files) -> Attachment:
    if attachment.data is not None:
        return attachment
    data = await files.read(attachment.path)
    return replace(attachment, data=data, size=len(data))
