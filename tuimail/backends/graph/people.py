"""Who a message is for, as Graph reads it: from the header, blind copies too."""

from tuimail.mail.letter.address import ascii_domain, parse_addresses
from tuimail.mail.letter.fields import split
from tuimail.mail.letter.safe import Safe, line
from tuimail.mail.letter.submission import Submission

SHOWN = (b"to", b"cc")


def stranger(submission: Submission) -> Safe:
    """Somebody in To or Cc who is not to get this message, though Graph would send it there; mostly empty."""
    wanted = {_key(spec) for spec in submission.recipients}
    return next((line(spec, 80) for spec in _shown(submission.wire) if _key(spec) not in wanted), line(""))


def addressed(submission: Submission) -> bytes:
    """The message with its blind copies in a Bcc header, which Graph takes out as it sends."""
    shown = {_key(spec) for spec in _shown(submission.wire)}
    blind = [spec for spec in submission.recipients if _key(spec) not in shown]
    if not blind:
        return submission.wire
    people = ",\r\n ".join(blind)
    return f"Bcc: {people}\r\n".encode() + submission.wire


def _shown(wire: bytes) -> list[str]:
    rows = split(wire, 0, len(wire)).rows
    values = [value for name, value in rows if name.lower() in SHOWN]
    return [address.spec for value in values for address in parse_addresses(value)]


def _key(spec: str) -> str:
    local, _, domain = spec.rpartition("@")
    return f"{local}@{ascii_domain(domain) or domain}".lower()
