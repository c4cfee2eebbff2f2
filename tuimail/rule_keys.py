"""What may stand in a rule. The text under each field is its documentation (docs/rules.md).

No text with a pattern stands beside a tuple here: msgspec 0.22 frees such a type twice.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from tuimail.config import Span, UndoSeconds

RuleName = Annotated[
    str,
    Meta(
        pattern="^[^\\x00-\\x20]([^\\x00-\\x1f]{0,98}[^\\x00-\\x20])?$",
        extra={"accepted": "a name in quotes, of at most 100 letters"},
    ),
]
_TEXT = Meta(min_length=1, extra={"accepted": "text in quotes"})
Text = Annotated[str, _TEXT]
_LIST = Meta(min_length=1, extra={"accepted": "a list of them"})
Texts = Text | Annotated[tuple[Text, ...], _LIST]
Said = bool | Text
_HOURS = Meta(min_length=1, extra={"accepted": 'hours such as "18:00-08:30"'})
Stretch = Annotated[str, _HOURS]
_DAYS = Meta(extra={"accepted": "mon | tue | wed | thu | fri | sat | sun"})
Day = Annotated[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], _DAYS]
_KINDS = Meta(extra={"accepted": "new | reply | reply_all | forward"})
Kind = Annotated[Literal["new", "reply", "reply_all", "forward"], _KINDS]


class Conditions(Struct, frozen=True, forbid_unknown_fields=True):
    """All that are given must hold. Of a list, one entry is enough; a single one needs no brackets."""

    external: bool | None = None
    """Somebody it goes to is outside: at none of the account's `internal_domains`, or, when it has none,
    not at the domain of your own address. `false`: nobody is."""

    domains: Texts | None = None
    """Somebody it goes to is at such a domain. `*` stands for any letters: `*.example.jp` is every
    subdomain of `example.jp`, but not `example.jp` itself."""

    addresses: Texts | None = None
    """It goes to such an address, with `*` as in `domains`."""

    first_time: bool | None = None
    """You never wrote to somebody it goes to: the address is in To or Cc of nothing in a Sent folder that
    tuimail has seen, and got nothing that it sent. Your own addresses don't count. `false`: you wrote to
    all of them."""

    not_in_contacts: bool | None = None
    """Somebody it goes to is in no mail that tuimail has seen, neither as sender nor in To or Cc, and got
    nothing that it sent. `false`: all of them are in some."""

    recipients_over: Annotated[int, Meta(ge=0, extra={"accepted": "a whole number from 0 on"})] | None = None
    """It goes to more than so many addresses, in To, Cc and Bcc together."""

    attachments: bool | None = None
    """It has attachments, or none."""

    attachment_names: Texts | None = None
    """An attachment has such a name, with `*` for any letters: `*.xlsx`, `見積*`."""

    subject: Texts | None = None
    """Such a text stands anywhere in the subject. Capitals and full-width forms make no difference: `ABC`
    finds `ａｂｃ`. Between slashes it is a pattern in RE2's syntax: `/[0-9]{4}-[0-9]{2}/`."""

    body: Texts | None = None
    """Such a text stands anywhere in the body, quoted lines and signature included; else as `subject`."""

    account: Texts | None = None
    """It leaves by such an account."""

    kind: Kind | Annotated[tuple[Kind, ...], _LIST] | None = None
    """What it is. Where it was not begun as a reply or forward in tuimail: a forward when its subject begins
    with `Fwd:` or `FW:`, a reply when it has an In-Reply-To, to all when it then goes to more than one."""

    hours: Stretch | Annotated[tuple[Stretch, ...], _LIST] | None = None
    """It is sent off between these hours, the first included, the second not; `18:00-08:30` goes over
    midnight."""

    days: Day | Annotated[tuple[Day, ...], _LIST] | None = None
    """It is sent off on such a day of the week."""

    holidays: bool | None = None
    """It is sent off on a public holiday or a day off of `[calendar]`. `false`: on any other day."""


class WhenKeys(Conditions, frozen=True, forbid_unknown_fields=True):
    """The conditions, and what must not be."""

    without: Conditions | None = field(default=None, name="not")
    """A table of conditions that must not all hold."""


class RuleKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule has a name, a condition and at least one thing it does."""

    name: RuleName
    """What the countdown and the trail call it; no two rules share one."""

    when: WhenKeys
    """The conditions; `when = {}` is always."""

    delay: Span | None = None
    """The mail waits so long at least, from Send on."""

    until: Text | None = None
    """The mail waits until then, in the words of a schedule: `next working day 09:00`, `明日の9時`."""

    pause: Said = False
    """The mail waits until you release it. A text is shown as the reason."""

    undo_seconds: UndoSeconds | None = None
    """The undo window of this mail, in place of the usual one. Of several rules the longest counts."""

    server: bool = False
    """A time you chose for the mail is handed to the server, where it can keep mail."""

    add_bcc: Texts | None = None
    """These addresses get a blind copy."""

    confirm: Said = False
    """You are asked before it is queued; sent by a program, it waits until you release it. A text is what
    is asked."""

    block: Said = False
    """It is not queued at all. A text says why."""

    receipts: bool = False
    """Word of delivery and reading is asked for, as with the composer's switch; of a mail that a program
    wrote, of delivery alone."""

    exempt: bool = False
    """Rules after this one are not looked at. The undo window stays. Goes with `undo_seconds`, `add_bcc`,
    `receipts`, `identity` and `signature` alone."""

    identity: Text | None = None
    """The composer writes as this address of yours as soon as the rule holds, and says so; `alt+i` changes
    it back. Of several rules the first counts. Mail sent by a program keeps its From."""

    signature: str | None = None
    """The composer puts this signature in the place of yours, unless you changed it by hand; empty for none.
    Of several rules the first counts."""


class RuleFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules."""

    rules: tuple[RuleKeys, ...] = ()


class ConfigRules(Struct, frozen=True):
    """What config.toml says of rules. Its other keys are read elsewhere."""

    rules: tuple[RuleKeys, ...] = ()
    rules_file: Text | None = None


ACTIONS = tuple(name for name in RuleKeys.__struct_fields__ if name not in ("name", "when"))
