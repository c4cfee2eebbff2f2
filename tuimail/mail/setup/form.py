"""What a person says on the way to an account, step by step; the same for a screen and a terminal."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.errors import AddressError, ConfigError
from tuimail.mail.letter.address import check
from tuimail.mail.letter.safe import line
from tuimail.mail.setup.server import Kind, typed
from tuimail.mail.setup.setting import Setting, Way

NAME = re.compile(r"[^\x00-\x20/\x7f]([^\x00-\x1f/\x7f]{0,62}[^\x00-\x20/\x7f])?")


COMMON = "common"
"""Microsoft's word for accounts of any organisation."""

_TENANT = re.compile(r"[A-Za-z0-9.-]{1,100}")


class Step(StrEnum):
    """Where one is; the value is the heading."""

    ADDRESS = "Who you are"
    SERVERS = "Your servers"
    LOGIN = "How you log in"
    TEST = "Trying it"
    SAVED = "Done"


class Through(StrEnum):
    """The way to a Microsoft 365 mailbox."""

    GRAPH = "Microsoft Graph"
    IMAP = "IMAP and SMTP"


class SignIn(StrEnum):
    """Where one signs in to Microsoft or Google."""

    BROWSER = "a browser here"
    DEVICE = "any browser, by a code"


class Form(Struct, frozen=True):
    """Everything but the secret, as it was typed. `ways` are those that the chosen setting offers."""

    address: str = ""
    display_name: str = ""
    through: str = Through.IMAP
    imap: str = ""
    smtp: str = ""
    user: str = ""
    name: str = ""
    ways: tuple[Way, ...] = tuple(Way)
    way: str = Way.PASSWORD
    command: str = ""
    client_id: str = ""
    tenant: str = COMMON
    client_file: str = ""
    sign_in: str = SignIn.BROWSER

    @property
    def by_graph(self) -> bool:
        return self.through == Through.GRAPH

    @property
    def auth(self) -> str:
        """How one logs in, as `auth` in the configuration says it."""
        if self.way in (Way.PASSWORD, Way.COMMAND):
            return "password"
        google = self.way == Way.GOOGLE or (self.way == Way.TOKEN and Way.GOOGLE in self.ways)
        return "google" if google and not self.by_graph else "microsoft"

    @property
    def signs_in(self) -> bool:
        """Whether tuimail itself signs in, in a browser."""
        return self.way in (Way.MICROSOFT, Way.GOOGLE)


def with_setting(form: Form, setting: Setting | None, names: Collection[str]) -> Form:
    """The form with what was found; without anything found, what was typed before stays."""
    address = check(form.address)
    name = form.name or _free_name(setting.name if setting else "", address, names)
    if setting is None:
        return replace(form, name=name, user=form.user or address, ways=tuple(Way), through=Through.IMAP)
    return replace(
        form,
        imap=str(setting.imap),
        smtp=str(setting.smtp),
        user=setting.user,
        name=name,
        ways=setting.ways,
        way=setting.ways[0],
        through=Through.GRAPH if setting.graph else Through.IMAP,
    )


def _free_name(provider: str, address: str, names: Collection[str]) -> str:
    """A name that no account has: the provider's, or the domain's first label."""
    plain = re.sub(r"[^a-z0-9]+", "-", provider.lower()).strip("-")
    name = plain or address.rpartition("@")[2].partition(".")[0] or "mail"
    return next(one for one in (name, *(f"{name}{n}" for n in range(2, 1000))) if one not in names)


def faults(step: Step, form: Form, secret: str, names: Collection[str]) -> Mapping[str, str]:
    """What is wrong with the answers of a step, by the id of the question; empty when one may go on."""
    match step:
        case Step.ADDRESS:
            return _address(form)
        case Step.SERVERS:
            return _servers(form, names)
        case Step.LOGIN:
            return _login(form, secret)
        case _:
            return {}


def _address(form: Form) -> dict[str, str]:
    if not form.address.strip():
        return {"address": "it is empty; an address is like you@example.jp"}
    try:
        check(form.address.strip())
    except AddressError as error:
        return {"address": str(error)}
    return {}


def _servers(form: Form, names: Collection[str]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for kind in () if form.by_graph else Kind:
        try:
            typed(getattr(form, kind), kind)
        except ConfigError as error:
            wrong[kind] = str(error)
    if not form.by_graph and not form.user.strip():
        wrong["user"] = "say with which name you log in there"
    if form.name in names:
        wrong["name"] = f"there is an account {line(form.name)} already"
    elif not NAME.fullmatch(form.name):
        wrong["name"] = "a short name, without / in it"
    return wrong


def _login(form: Form, secret: str) -> dict[str, str]:
    match form.way:
        case Way.PASSWORD if not secret:
            return {"secret": "it is empty"}
        case Way.COMMAND | Way.TOKEN if not form.command.strip():
            return {"command": "say which command prints it"}
        case Way.MICROSOFT if not form.client_id.strip():
            return {"client_id": "tuimail has none of its own: docs/accounts.md tells how to get one"}
        case Way.MICROSOFT if not _TENANT.fullmatch(form.tenant.strip()):
            return {"tenant": "common, or the domain or id of your organisation"}
        case Way.GOOGLE if not form.client_file.strip():
            return {"client_file": "tuimail has none of its own: docs/accounts.md tells how to get one"}
        case _:
            return {}
