"""How a command names a message of a mailbox: `mail:ACCOUNT/FOLDER/KEY`, safe in a shell."""

from urllib.parse import quote, unquote

from tuimail.mail.letter.envelope import Ref

SCHEME = "mail:"


def name(ref: Ref) -> str:
    """The name that `parse` understands."""
    return SCHEME + "/".join(quote(part, safe="@.+~") for part in (ref.account, ref.folder, ref.uid))


def parse(text: str) -> Ref | None:
    """The message so named; None when it is no such name."""
    parts = text.removeprefix(SCHEME).split("/")
    return Ref(*map(unquote, parts)) if text.startswith(SCHEME) and len(parts) == 3 else None
