"""What an organisation wants done about a misdirected mail, from the configuration."""

from collections.abc import Callable

from msgspec import Struct

from tuimail.mail.after.correction import Language
from tuimail.mail.after.sent_mail import SentMail


class Practice(Struct, frozen=True):
    """`manager` and `security` are addresses as typed, mostly one each; empty where nobody was named.

    `clocks` are switched on with every incident, by name. `language` is that of pages and reports; without
    it, a mail's own. `zone` answers an IANA name.
    """

    manager: str = ""
    security: str = ""
    clocks: tuple[str, ...] = ()
    language: Language | None = None
    zone: Callable[[], str] = lambda: "UTC"

    def language_of(self, mail: SentMail) -> Language:
        """The language to speak in about a mail: Japanese when its subject or a name in it is."""
        if self.language is not None:
            return self.language
        texts = (mail.subject, mail.sender.name, *(person.name for person in mail.people))
        return Language.JAPANESE if any(map(_is_japanese, texts)) else Language.ENGLISH


def _is_japanese(text: str) -> bool:
    return any("\u3041" <= letter <= "\u9fff" or "\uff66" <= letter <= "\uff9f" for letter in text)
