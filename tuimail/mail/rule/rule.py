"""A rule: under which conditions a mail is held, and how."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Struct

from tuimail.mail.letter.draft import Kind
from tuimail.mail.rule.facts import Text


class Pattern(Protocol):
    """A compiled regular expression, one that takes time in proportion to the text."""

    def search(self, text: str, /) -> object | None: ...


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to look for in a text: `letters`, which are folded like the text, or a pattern.

    `written` is how it stands in the file.
    """

    written: str
    letters: str
    pattern: Pattern | None = field(default=None, compare=False)

    def stands_in(self, text: Text) -> bool:
        if self.pattern is not None:
            return self.pattern.search(text.plain) is not None
        return self.letters in text.folded


class Hours(Struct, frozen=True):
    """A stretch of the day in minutes since midnight; one that ends before it begins goes over midnight."""

    start: int
    end: int

    def __contains__(self, minute: int) -> bool:
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


class When(Struct, frozen=True):
    """The conditions of a rule. All that are given must hold; None or nothing in a list is not given.

    Of a list one entry is enough. `days` count from Monday, 0. `without` are conditions that must not all
    hold.
    """

    external: bool | None = None
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    first_time: bool | None = None
    not_in_contacts: bool | None = None
    recipients_over: int | None = None
    attachments: bool | None = None
    attachment_names: tuple[str, ...] = ()
    subject: tuple[Phrase, ...] = ()
    body: tuple[Phrase, ...] = ()
    account: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    hours: tuple[Hours, ...] = ()
    days: tuple[int, ...] = ()
    holidays: bool | None = None
    without: "When | None" = None

    def given(self) -> tuple[tuple[str, object], ...]:
        """The conditions that are asked for, by name."""
        values = ((name, getattr(self, name)) for name in NAMES)
        return tuple((name, value) for name, value in values if value is not None and value != ())

    def asks(self, names: Collection[str]) -> bool:
        """Whether one of these conditions is given, here or in what must not hold."""
        here = any(name in names for name, _ in self.given())
        return here or (self.without is not None and self.without.asks(names))


NAMES = When.__struct_fields__


class Rule(Struct, frozen=True):
    """What happens to a mail for which `when` holds.

    `delay` is in seconds, `until` in the words of a schedule, looked at when the mail is sent off.
    `pause`, `confirm` and `block` are what is said, None where they are not asked for. `undo_seconds`
    takes the place of the plain undo window; `exempt` keeps later rules from being looked at. `identity`
    and `signature` are what the composer writes under. `receipts` asks for word of delivery and reading.
    """

    name: str
    when: When
    delay: float | None = None
    until: str | None = None
    pause: str | None = None
    undo_seconds: float | None = None
    server: bool = False
    add_bcc: tuple[str, ...] = ()
    confirm: str | None = None
    block: str | None = None
    exempt: bool = False
    identity: str = ""
    signature: str | None = None
    receipts: bool = False

    def says(self, text: str = "") -> str:
        """The reason this rule is shown with."""
        return f"rule: {self.name}: {text}" if text else f"rule: {self.name}"
