"""config.toml as frozen values. The text under each field is its documentation (docs/config.md)."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

if TYPE_CHECKING:
    from tuimail.mail.when import calendar as working

Port = Annotated[int, Meta(ge=1, le=65535)]
UndoSeconds = Annotated[int, Meta(ge=0, le=3600)]
_SPAN = {"accepted": "a number and s, m, h or d, such as 90s, 15m, 24h or 2d"}
Span = Annotated[str, Meta(pattern="^[0-9]{1,6}[smhd]$", extra=_SPAN)]
Name = Annotated[
    str,
    Meta(
        pattern="^[^\\x00-\\x20/]([^\\x00-\\x1f/]{0,62}[^\\x00-\\x20/])?$",
        extra={"accepted": "a short name in quotes, without / and line breaks"},
    ),
]
Spec = Annotated[str, Meta(extra={"accepted": "an address such as you@example.jp"})]
Folder = Annotated[str, Meta(min_length=1, extra={"accepted": "a folder in quotes"})]
File = Annotated[str, Meta(min_length=1, extra={"accepted": "a file in quotes"})]
Command = Annotated[str, Meta(min_length=1, extra={"accepted": "a command in quotes"})]
_ALIASES = {"accepted": 'names and addresses such as { team = "aiko@example.jp, ken@example.jp" }'}
_SIZE = {"accepted": "a number of bytes such as 500k or 20M"}
Size = Annotated[str, Meta(pattern="^[0-9]{1,9}[kM]?$", extra=_SIZE)]
_TENANT = {"accepted": "common, organizations, consumers, or a domain or id in quotes"}
_CLOCKS = {"accepted": 'some of ["appi", "appi-wrongful", "gdpr"]'}
_COUNTRY = {"accepted": "a country such as JP, or a region of one such as DE-BY"}
Country = Annotated[str, Meta(pattern="^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$", extra=_COUNTRY)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAYS = {"accepted": 'days such as ["mon", "tue", "wed"]'}
HOURS = {"accepted": "two times of one day such as 09:00-18:00"}
Hours = Annotated[str, Meta(pattern=f"^{_CLOCK}-{_CLOCK}$", extra=HOURS)]
_DAYS_OFF = {"accepted": 'days such as ["12-31", "2026-08-13"]'}
_DAY_OFF = {"accepted": "a day such as 12-31, or 2026-08-13 for one year"}
DayOff = Annotated[
    str, Meta(pattern="^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", extra=_DAY_OFF)
]


class Outbox(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a mail waits on this computer, and what happens to it when you quit."""

    undo_seconds: UndoSeconds = 10
    """How many seconds every mail waits before it leaves; `u` takes it back until then."""

    on_quit: Literal["ask", "agent", "now", "drafts", "keep"] = "ask"
    """What quitting does with held mail: ask, leave it to the agent, send it, take it to Drafts, keep it."""

    late_after: Span = "24h"
    """Mail that fell due longer ago than this while nothing ran is asked about before it leaves."""

    @property
    def late_seconds(self) -> int:
        """`late_after` in seconds."""
        return seconds(self.late_after)


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a server is and how it is spoken to."""

    host: Annotated[str, Meta(min_length=1, extra={"accepted": "a host such as imap.example.jp"})]
    """The server's name, as its certificate has it."""

    port: Port
    """Usually 993 for IMAP and 465 for SMTP with `tls`, 143 and 587 with `starttls`."""

    security: Literal["tls", "starttls", "none"] = "tls"
    """`tls` from the first byte, `starttls` before the login, or `none`, on this computer only."""


class Jmap(Struct, frozen=True, forbid_unknown_fields=True):
    """A JMAP server that keeps scheduled mail until its time, so that this computer may be off."""

    url: Annotated[str, Meta(extra={"accepted": "an address such as https://api.example.jp/jmap/session"})]
    """Its session address, or its host alone; `https`, or `http` on this computer only."""

    token_command: Command | None = None
    """Prints an API token for this server; without it you log in as everywhere else."""


class Graph(Struct, frozen=True, forbid_unknown_fields=True):
    """Microsoft Graph, for a Microsoft 365 account: sends, recalls, and reads the mailbox without `imap`."""

    url: Annotated[str, Meta(extra={"accepted": "an address such as https://graph.microsoft.com"})] = (
        "https://graph.microsoft.com"
    )
    """Another one for a national cloud; `https`, or `http` on this computer only."""


class OAuth(Struct, frozen=True, forbid_unknown_fields=True):
    """How you sign in to Microsoft or Google; docs/accounts.md tells how to register a client of your own."""

    client_id: Annotated[str, Meta(max_length=200, extra={"accepted": "the id of a client in quotes"})] = ""
    """The application (client) id that you or your organisation registered with Microsoft."""

    tenant: Annotated[str, Meta(pattern="^[A-Za-z0-9.-]{1,100}$", extra=_TENANT)] = "common"
    """Whose accounts sign in: `common`, `organizations`, `consumers`, or your organisation's domain or id."""

    authority: Annotated[str, Meta(extra={"accepted": "an address such as https://login.example.com"})] = (
        "https://login.microsoftonline.com"
    )
    """Where Microsoft accounts sign in; another one for a national cloud."""

    client_file: File | None = None
    """The JSON file of a desktop client that Google's console gives you; for `google`."""


class Identity(Struct, frozen=True, forbid_unknown_fields=True):
    """Another address of yours that the account's mail may be from; `alt+i` in the composer changes to it."""

    address: Spec
    """The address, as it stands in From; the server has to let you send from it."""

    display_name: str | None = None
    """The name in From; that of the account unless given."""

    signature: str = ""
    """Stands under mail from this address."""

    signature_file: File | None = None
    """A file with that signature, instead."""


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """One mailbox and the way out of it: `smtp` with `imap` or `maildir`, or `graph` with or without them."""

    name: Name
    """What the account is called on screen and in `--account`."""

    address: Spec
    """Your address, as it stands in From."""

    smtp: Server | None = None
    """The server that takes your mail."""

    imap: Server | None = None
    """The server that keeps your mail."""

    maildir: Folder | None = None
    """A Maildir that another program keeps in step, instead of `imap`; `~` is your home."""

    jmap: Jmap | None = None
    """A server that keeps scheduled mail and gives it back; without it `smtp` is asked to keep mail."""

    graph: Graph | None = None
    """Microsoft Graph: mail leaves by it and can be asked back; without `imap` the mailbox is read by it."""

    oauth: OAuth = OAuth()
    """How you sign in where `auth` is `microsoft` or `google` and there is no `token_command`."""

    display_name: str = ""
    """Your name, as it stands in From."""

    user: str = ""
    """The name you log in with; your address unless given."""

    auth: Literal["password", "microsoft", "google", "none"] = "password"
    """How you log in: a password, an OAuth token, or not at all (servers on this computer only)."""

    password_command: Command | None = None
    """Prints your password on its first line; without it the password comes from the system's keyring."""

    token_command: Command | None = None
    """Prints an access token for `$TUIMAIL_TOKEN_FOR` (`graph`, `mail`); without it you sign in here."""

    internal_domains: tuple[str, ...] = ()
    """The domains of your own people, for rules; others are outside. That of your address unless given."""

    signature: str = ""
    """Stands under every new mail, after a line with `-- `."""

    signature_file: File | None = None
    """A file with that signature, instead."""

    identities: tuple[Identity, ...] = ()
    """Your other addresses on this account; an answer is from the one that the mail was sent to."""


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """When you work. Mail put off to a day leaves as your hours begin; `next working day` minds holidays."""

    country: Country = ""
    """Whose public holidays are yours: two letters, and perhaps a region (`JP`, `DE-BY`)."""

    working_days: Annotated[tuple[Weekday, ...], Meta(min_length=1, extra=_DAYS)] = _WEEKDAYS[:5]
    """The days on which you work."""

    working_hours: Hours = "09:00-18:00"
    """From when until when you work, in this computer's time zone."""

    days_off: Annotated[tuple[DayOff, ...], Meta(extra=_DAYS_OFF)] = ()
    """Further days without work: `12-31` is one of every year, `2026-08-13` one of that year."""

    def working(self) -> "working.Calendar":
        """The calendar that schedules and rules ask."""
        from datetime import time

        from tuimail.mail.when import calendar as working

        start, end = (time.fromisoformat(hour) for hour in self.working_hours.split("-"))
        days = frozenset(_WEEKDAYS.index(day) for day in self.working_days)
        return working.Calendar(self.country, days, start, end, frozenset(self.days_off))


class Composer(Struct, frozen=True, forbid_unknown_fields=True):
    """How you write."""

    reply_above: bool = True
    """Whether the cursor begins above what an answer quotes, or below it."""

    quote_prefix: Annotated[str, Meta(max_length=8, extra={"accepted": 'a few letters such as "> "'})] = "> "
    """Stands before every quoted line."""

    flowed: bool = False
    """Send paragraphs as format=flowed, which readers fit to their own width."""

    large: Size = "20M"
    """From how many bytes of attachments on the composer warns; `k` and `M` are a thousand and a million."""

    drafts_on_server: Literal["leave", "save", "never"] = "leave"
    """When a draft is copied to the server: on leaving it and on `ctrl+s`, on `ctrl+s` alone, or never."""

    @property
    def large_bytes(self) -> int:
        """`large` in bytes."""
        return size_bytes(self.large)


class Contacts(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom you write to, besides everybody met in your mail."""

    vcards: tuple[File, ...] = ()
    """vCard files, or folders of them; `~` is your home. They are read when you first type a name."""

    query_command: Command | None = None
    """Finds people as mutt's does: a first line, then address, tab, name on each; `%s` is what you typed."""

    aliases: Annotated[dict[str, str], Meta(extra=_ALIASES)] = {}
    """Short names for one address or for several."""


class Cache(Struct, frozen=True, forbid_unknown_fields=True):
    """What of your mail is kept on this computer, to read it offline and to search in it."""

    bodies_days: Annotated[int, Meta(ge=0, le=36_500)] = 90
    """Mail of the last so many days is fetched whole, while you do something else; 0 fetches none."""

    bodies_max: Size = "2M"
    """Larger mail is fetched when you open it; `k` and `M` are a thousand and a million bytes."""

    @property
    def bodies_max_bytes(self) -> int:
        """`bodies_max` in bytes."""
        return size_bytes(self.bodies_max)


class NewMail(Struct, frozen=True, forbid_unknown_fields=True):
    """What happens when unread mail comes into an inbox, at most once in ten seconds for an account."""

    notify: bool = True
    """Show a notification on the desktop, where there is one (`notify-send` or `gdbus`)."""

    bell: bool = False
    """Ring the terminal's bell."""

    command: Command | None = None
    """Is run, not by a shell; what came is in `$TUIMAIL_FROM` and the like, and as JSON on its input."""


class List(Struct, frozen=True, forbid_unknown_fields=True):
    """The lists of messages."""

    threads: bool = False
    """Show conversations at first, not single messages; `Z` changes it for a folder."""


class Recall(Struct, frozen=True, forbid_unknown_fields=True):
    """Asking Exchange to delete what was delivered. Microsoft offers this to programs as a beta."""

    enabled: bool = True
    """Whether it is offered at all; corrections always are."""


class Incident(Struct, frozen=True, forbid_unknown_fields=True):
    """What your organisation wants done about a misdirected mail; see docs/incidents.md."""

    manager: Spec = ""
    """Whom the report of an incident goes to; you fill it in when it is not given."""

    security: Spec = ""
    """The desk for security or privacy, which gets a copy of it."""

    clocks: Annotated[tuple[Literal["appi", "appi-wrongful", "gdpr"], ...], Meta(extra=_CLOCKS)] = ()
    """Which times for reporting are shown with every incident; `K` switches them on one by one."""

    language: Literal["auto", "ja", "en"] = "auto"
    """The language of incident pages and reports; `auto` is that of the mail."""


class Ui(Struct, frozen=True, forbid_unknown_fields=True):
    """How the screens look and behave."""

    theme: str = ""
    """The name of a theme; the one that fits your terminal unless given."""

    editor: str = ""
    """The editor for the body of a mail; `$VISUAL` or `$EDITOR` unless given."""

    download_folder: str = "~/Downloads"
    """Where attachments are saved."""

    opener: str = ""
    """The command that opens links and files, given as its last word; the system's own unless given."""


class Reader(Struct, frozen=True, forbid_unknown_fields=True):
    """How a message is shown."""

    images: Literal["auto", "off"] = "auto"
    """`auto` shows the images that are in a mail, in coloured cells where there are colours; `off`, none."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    accounts: tuple[Account, ...] = ()
    """Your accounts, each under `[[accounts]]`; new mail is written from the first one unless you choose."""

    outbox: Outbox = Outbox()
    """The outbox, under `[outbox]`."""

    calendar: Calendar = Calendar()
    """Your working days, under `[calendar]`."""

    composer: Composer = Composer()
    """The composer, under `[composer]`."""

    contacts: Contacts = Contacts()
    """Your address books, under `[contacts]`."""

    cache: Cache = Cache()
    """What is kept of your mail, under `[cache]`."""

    new_mail: NewMail = NewMail()
    """What happens when mail comes, under `[new_mail]`."""

    list: List = List()
    """The lists of messages, under `[list]`."""

    recall: Recall = Recall()
    """Asking for delivered mail, under `[recall]`."""

    incident: Incident = Incident()
    """What is done about a misdirected mail, under `[incident]`."""

    ui: Ui = Ui()
    """The screens, under `[ui]`."""

    reader: Reader = Reader()
    """The reader, under `[reader]`."""

    rules: Any = ()
    """Your rules, each under `[[rules]]`; a wrong one pauses what you send, see docs/rules.md."""

    rules_file: Any = None
    """A file with more `[[rules]]`, beside this one; see docs/rules.md."""


def seconds(span: str) -> int:
    """A `Span` in seconds."""
    return int(span[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[span[-1]]


def size_bytes(size: str) -> int:
    """A `Size` in bytes."""
    number = size.rstrip("kM")
    return int(number) * {"": 1, "k": 1_000, "M": 1_000_000}[size[len(number) :]]
