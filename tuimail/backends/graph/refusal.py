"""What Graph says no with: told apart by the code of the error, never by its text."""

import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from tuimail.backends.response import AnswerLost, Response
from tuimail.mail.errors import MailboxError, MailboxRefused
from tuimail.mail.letter.safe import line

LONGEST_TEXT = 300
NOT_FOUND, TOO_MANY_REQUESTS = 404, 429
NO_ID = ("ErrorInvalidIdMalformed", "ErrorInvalidMailboxItemId")
LONGEST_PAUSE = 14_400.0


class Rejected(MailboxRefused):
    """A definite no: nothing was done. `code` is HTTP's, `name` that of Graph's error."""

    def __init__(self, text: str, code: int, name: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.name = name

    @property
    def is_gone(self) -> bool:
        """Whether it says that there is nothing under that id in this mailbox."""
        return self.code == NOT_FOUND or self.name in NO_ID


class Busy(MailboxError):  # noqa: N818 (it is an answer)
    """429: nothing was done; it wants to be left alone for `pause` seconds."""

    def __init__(self, text: str, pause: float) -> None:
        super().__init__(text)
        self.pause = pause


class Failed(AnswerLost):
    """5xx: it may have been done. `pause` is in seconds, 0 when none was named."""

    def __init__(self, text: str, pause: float) -> None:
        super().__init__(text)
        self.pause = pause


def refusal(host: str, answer: Response, now: Callable[[], float]) -> MailboxError | None:
    """The error that an answer stands for; None for a success. `now` gives UTC seconds."""
    if 200 <= answer.code < 300:
        return None
    if answer.target:
        return Rejected(
            f"{host} redirects to {line(answer.target.partition('?')[0], 100)}; not followed", answer.code
        )
    name, said = error_of(answer.body)
    text = f"{host} answered {answer.code} {name}".rstrip() + (f": {said}" if said else "")
    pause = retry_after(answer.headers.get("retry-after", ""), now())
    if answer.code == TOO_MANY_REQUESTS:
        return Busy(text, pause)
    return Rejected(text, answer.code, name) if 300 <= answer.code < 500 else Failed(text, pause)


def error_of(body: bytes) -> tuple[str, str]:
    """The code and the text of an error, sanitised; of what is no error of Graph's, its beginning."""
    try:
        error = json.loads(body)["error"]
        return line(str(error["code"]), 80), line(str(error.get("message", "")), LONGEST_TEXT)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return "", line(body[:LONGEST_TEXT].decode("utf-8", "replace"), LONGEST_TEXT)


def retry_after(value: str, now: float) -> float:
    """The seconds of a Retry-After header (RFC 9110 §10.2.3), which has a number or a date; 0 for none."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError, TypeError):
            return 0.0
    return min(max(seconds, 0.0), LONGEST_PAUSE) if seconds == seconds else 0.0
