"""What was found for an address: its servers, how one logs in there, and who said so."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.setup.server import Server


class Way(StrEnum):
    """How one logs in. The value is what a person chooses by."""

    PASSWORD = "password"  # noqa: S105 (a word, no secret)
    COMMAND = "a command that prints the password"
    MICROSOFT = "Microsoft sign-in"
    GOOGLE = "Google sign-in"
    TOKEN = "a command that prints a token"  # noqa: S105 (a word, no secret)


BY_PASSWORD = (Way.PASSWORD, Way.COMMAND)
BY_MICROSOFT = (Way.MICROSOFT, Way.TOKEN)


class Setting(Struct, frozen=True):
    """Servers for one address. `source` says who named them, after "found by".

    `sure` is False where anybody between here and there could have said it (DNS that is not signed, guesses):
    then a person has to look at the names. `ways` to log in, the best one first. `help` is what the provider
    wants first, in words; empty for nothing. `graph` says that Microsoft Graph can take the place of both;
    `name` is the provider's, where it is known.
    """

    source: str
    imap: Server
    smtp: Server
    user: str
    ways: tuple[Way, ...] = BY_PASSWORD
    sure: bool = False
    help: str = ""
    graph: bool = False
    name: str = ""

    @property
    def doubt(self) -> str:
        """What a person has to see to before a secret goes there; empty for nothing."""
        if self.sure:
            return ""
        if self.name:
            return f"That is not signed: go on if your mail is really at {self.name}."
        return "That is not signed: look at the names before your password goes there."


def filled(template: str, address: str) -> str:
    """A user name with the address in the places of its placeholders (autoconfig 1.1)."""
    local, _, domain = address.rpartition("@")
    for mark, value in (("%EMAILADDRESS%", address), ("%EMAILLOCALPART%", local), ("%EMAILDOMAIN%", domain)):
        template = template.replace(mark, value)
    return template
