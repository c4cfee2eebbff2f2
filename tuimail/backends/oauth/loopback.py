"""An authority on this computer that speaks http, which msal does not take. The only importer of requests."""

from typing import Any
from urllib.parse import urlsplit

import requests

from tuimail.backends.network import is_loopback
from tuimail.mail.errors import SecretError
from tuimail.mail.letter.safe import line

HTTP_SECONDS = 30.0


class Loopback:
    """An HTTP client as msal wants one, which asks by http what msal is told is https.

    Raises SecretError for an authority that is not on this computer.
    """

    def __init__(self, plain: str) -> None:
        if not is_loopback(urlsplit(plain).hostname or ""):
            raise SecretError(f"{line(plain)} would have your sign-in cross the network in clear; use https")
        self._http = plain
        self._https = plain.replace("http://", "https://", 1)
        self._session = requests.Session()
        self._session.trust_env = False

    def plain(self, url: str) -> str:
        return url.replace(self._https, self._http, 1)

    def get(self, url: str, **given: Any) -> Any:
        return self._session.get(self.plain(url), timeout=HTTP_SECONDS, **given)

    def post(self, url: str, **given: Any) -> Any:
        return self._session.post(self.plain(url), timeout=HTTP_SECONDS, **given)

    def close(self) -> None:
        self._session.close()
