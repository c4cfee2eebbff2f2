"""`tuimail account sign-in` and `sign-out`: Microsoft and Google accounts, in a browser or with a code."""

import argparse
from typing import TYPE_CHECKING, Any

from tuimail.cli.streams import note
from tuimail.config import Account, Config
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths
from tuimail.wiring import signing_in

if TYPE_CHECKING:
    from tuimail.backends.oauth.grant import Prompt


def add_to(actions: Any) -> None:
    """The two subcommands, among those of `tuimail account`."""
    sign_in = actions.add_parser("sign-in", help="sign in to Microsoft or Google, and let the mail go on")
    sign_in.add_argument(
        "--device", action="store_true", help="with a code that is typed on another device (Microsoft)"
    )
    sign_out = actions.add_parser("sign-out", help="forget the sign-in on this computer")
    for action in (sign_in, sign_out):
        action.add_argument("name", metavar="NAME")


async def sign_in(options: argparse.Namespace, account: Account, config: Config, places: Paths) -> None:
    """Sign in as the options say, and tell who did. Raises ConfigError, LoginError, SecretError."""
    if options.device:
        who = await signing_in.sign_in_device(account, places, _show)
    else:
        who = await signing_in.sign_in_browser(account, places, _show, config.ui.opener)
    note(f"{line(account.name)} is signed in{f' as {who}' if who else ''}; see if it works: tuimail doctor")


async def sign_out(account: Account, places: Paths) -> None:
    """Forget the sign-in, and tell where else it has to be ended. Raises ConfigError, SecretError."""
    name = line(account.name)
    if not await signing_in.sign_out(account, places):
        note(f"{name} was not signed in")
        return
    where = "myaccount.google.com/connections" if account.auth == "google" else "myapps.microsoft.com"
    note(f"{name} is signed out on this computer; to take back what you consented to: https://{where}")


def _show(prompt: "Prompt") -> None:
    if prompt.code:
        print(f"Open {prompt.url} on any device and type this code: {prompt.code}", flush=True)
    else:
        print(
            f"Sign in in the browser; if none opens, open this address in one here:\n{prompt.url}", flush=True
        )
