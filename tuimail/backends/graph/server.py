"""Where Microsoft Graph is and how long it may take."""

from msgspec import Struct, field

from tuimail.backends.network import Bounds, host_of, is_allowed
from tuimail.mail.errors import MailboxError

AT_ONCE = 3
"""A mailbox takes four requests at once, and answers a fifth with 429."""


class GraphServer(Struct, frozen=True):
    """One account's way to Graph; `url` has no path. `upload` is how long a large attachment may take.

    `remedy` is what a person can do about a token that is refused.

    Raises MailboxError for a clear connection off this computer.
    """

    url: str = "https://graph.microsoft.com"
    user: str = ""
    bounds: Bounds = field(default_factory=lambda: Bounds(at_once=AT_ONCE))
    upload: float = 1_800
    remedy: str = "sign in to this account again"

    def __post_init__(self) -> None:
        if not is_allowed(self.url):
            raise MailboxError(f"{self.host}: mail and token would cross the network in clear; use https://")

    @property
    def host(self) -> str:
        return host_of(self.url)
