"""What can come of an HTTP request: an answer, nothing done, or nothing known."""

from collections.abc import Mapping

from msgspec import Struct

from tuimail.mail.errors import MailboxError

REDIRECTS = (301, 302, 303, 307, 308)


class Unreached(MailboxError):  # noqa: N818 (it says what is known)
    """The request did not get there: nothing was done."""


class AnswerLost(MailboxError):  # noqa: N818 (it says what is known)
    """No answer, or one that is cut off or makes no sense: what was asked may have been done."""


class Response(Struct, frozen=True):
    """A whole answer. The names of `headers` are in lower case."""

    code: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Where a redirect points, as it was written; empty for every other answer."""
        return self.headers.get("location", "") if self.code in REDIRECTS else ""
