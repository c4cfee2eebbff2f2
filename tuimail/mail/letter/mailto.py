"""A mailto: link (RFC 6068): what is taken from it into a draft, and what is left out and said.

To, Cc, subject, body and In-Reply-To are taken; no file is ever attached and nobody is written to unseen,
since a link is a stranger's text.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.errors import DraftError
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.header import decode, message_ids
from tuimail.mail.letter.safe import Safe, block, line

LONGEST = 200_000
FIELDS, PEOPLE, SUBJECT = 100, 100, 1_000
SCHEME = "mailto:"

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]")


class Mailto(Struct, frozen=True):
    """Address fields as one would type them. `ignored` names what was in the link and is not here."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: Safe = Safe("")
    body: Safe = Safe("")
    in_reply_to: str = ""
    ignored: tuple[Safe, ...] = ()

    def into(self, draft: Draft) -> Draft:
        """The draft with what the link says in the place of what it had."""
        return replace(
            draft,
            to=", ".join(self.to) or draft.to,
            cc=", ".join(self.cc) or draft.cc,
            subject=self.subject or draft.subject,
            body=self.body or draft.body,
            in_reply_to=self.in_reply_to,
            references=(self.in_reply_to,) if self.in_reply_to else (),
        )

    def notice(self) -> Safe:
        """What was left out, in a line; empty when nothing was."""
        names = ", ".join(self.ignored[:5]) + (", …" if len(self.ignored) > 5 else "")
        return line(f"The link also asked for {names}: left out." if names else "")


def mailto(url: str) -> Mailto:
    """What the link says. Raises DraftError, in one line, for text that is none or is too long."""
    if url[: len(SCHEME)].lower() != SCHEME:
        raise DraftError(f"“{line(url, 60)}” is no mailto: link; nothing was opened.")
    if len(url) > LONGEST:
        raise DraftError(f"The link has more than {LONGEST // 1000},000 letters; nothing was opened.")
    path, _, query = url[len(SCHEME) :].partition("#")[0].partition("?")
    reading = _Reading()
    reading.people("to", path)
    for number, given in enumerate(query.split("&") if query else ()):
        name, _, value = given.partition("=")
        reading.field(_text(name).strip().lower() if number < FIELDS else "further fields", value)
    return reading.read()


class _Reading:
    """The fields as they come, of each the first."""

    def __init__(self) -> None:
        self._people: dict[str, list[str]] = {"to": [], "cc": []}
        self._texts: dict[str, str] = {}
        self._ignored: dict[Safe, None] = {}

    def field(self, name: str, value: str) -> None:
        if name in self._people:
            self.people(name, value)
        elif name in ("subject", "body", "in-reply-to") and name not in self._texts:
            self._texts[name] = _text(value)
        elif name or value:
            self._ignore(name or "a field without a name")

    def people(self, name: str, value: str) -> None:
        for one in filter(str.strip, map(_text, value.split(","))):
            known = sum(map(len, self._people.values()))
            if known < PEOPLE and "@" in one and not _UNSEEN.search(one) and line(one) == one:
                self._people[name].append(one.strip())
            elif one.strip(" ,;"):
                self._ignore(f"an address in {name}")

    def read(self) -> Mailto:
        return Mailto(
            to=tuple(self._people["to"]),
            cc=tuple(self._people["cc"]),
            subject=decode(self._texts.get("subject", ""), SUBJECT),
            body=block(self._texts.get("body", "")),
            in_reply_to=next(iter(self._answered()), ""),
            ignored=tuple(self._ignored),
        )

    def _answered(self) -> Iterator[str]:
        given = self._texts.get("in-reply-to", "")
        found = message_ids(given)
        if given.strip() and (not found or _UNSEEN.search(given)):
            self._ignore("in-reply-to")
        else:
            yield from found[:1]

    def _ignore(self, what: str) -> None:
        self._ignored[line(what, 40)] = None


def _text(encoded: str) -> str:
    """Percent-decoded UTF-8; a plus is a plus."""
    return unquote(encoded, "utf-8", "replace")
