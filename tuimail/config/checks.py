"""What no single key of config.toml can tell: each wrong one named with its place and what is accepted."""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from tuimail import toml
from tuimail.config.tables import HOURS, Account, Calendar, Config, Contacts, Identity, OAuth
from tuimail.mail.errors import AddressError
from tuimail.mail.letter import address as addresses
from tuimail.toml_lines import Where


def check(text: toml.Toml, config: Config) -> None:
    """What no single key can tell."""
    if not config.accounts:
        raise text.wrong(
            ("accounts",), "there is none; give at least one [[accounts]] with name, address, smtp and imap"
        )
    _check_hours(text, config.calendar)
    _check_contacts(text, config.contacts)
    for key in ("manager", "security"):
        if address := getattr(config.incident, key):
            _check_address(text, ("incident", key), address)
    names: set[str] = set()
    for number, account in enumerate(config.accounts):
        where: Where = ("accounts", number)
        if account.name in names:
            raise text.wrong(
                (*where, "name"), f"{account.name} is taken by an account above", "a name of its own"
            )
        names.add(account.name)
        _check_address(text, (*where, "address"), account.address)
        _check_signature(text, where, account)
        _check_identities(text, where, account)
        _check_source(text, where, account)
        _check_login(text, where, account)
        _check_jmap(text, where, account)
        _check_graph(text, where, account)


def _check_hours(text: toml.Toml, calendar: Calendar) -> None:
    start, _, end = calendar.working_hours.partition("-")
    if start >= end:
        raise text.wrong(("calendar", "working_hours"), f"{start} is not before {end}", HOURS["accepted"])


def _check_address(text: toml.Toml, where: Where, address: str) -> None:
    try:
        addresses.check(address)
    except AddressError as error:
        raise text.wrong(where, str(error).rstrip("."), "an address such as you@example.jp") from None


def _check_identities(text: toml.Toml, where: Where, account: Account) -> None:
    for number, identity in enumerate(account.identities):
        here: Where = (*where, "identities", number)
        _check_address(text, (*here, "address"), identity.address)
        _check_signature(text, here, identity)


def _check_signature(text: toml.Toml, where: Where, given: Account | Identity) -> None:
    if given.signature and given.signature_file is not None:
        raise text.wrong((*where, "signature_file"), "there is a signature already", "one of the two")


def _check_contacts(text: toml.Toml, contacts: Contacts) -> None:
    for name, people in contacts.aliases.items():
        try:
            found = addresses.typed(people)
        except AddressError as error:
            raise text.wrong(("contacts", "aliases", name), str(error).rstrip("."), "addresses") from None
        if not found:
            raise text.wrong(("contacts", "aliases", name), "there is no address", "addresses")


def _check_source(text: toml.Toml, where: Where, account: Account) -> None:
    if account.imap is None and account.maildir is None and account.graph is None:
        raise text.wrong(where, f"{account.name} has no mailbox", "imap, maildir or graph")
    if account.smtp is None and account.graph is None:
        raise text.wrong(where, f"{account.name} has no server that takes mail", "smtp or graph")
    if account.imap is not None and account.maildir is not None:
        raise text.wrong((*where, "maildir"), f"{account.name} has imap and maildir", "one of them")
    if account.maildir is not None and not _has_a_home(account.maildir):
        raise text.wrong(
            (*where, "maildir"), f"there is no home folder for {account.maildir}", "a whole path"
        )
    for key, server in (("imap", account.imap), ("smtp", account.smtp)):
        if server is not None and server.security == "none" and not on_loopback(server.host):
            raise text.wrong(
                (*where, key, "security"),
                f"none would send your mail in the clear to {server.host}",
                "tls | starttls",
            )


def _has_a_home(folder: str) -> bool:
    try:
        Path(folder).expanduser()
    except RuntimeError:
        return False
    return True


def _check_login(text: toml.Toml, where: Where, account: Account) -> None:
    _check_no_sign_in(text, where, account)
    if account.token_command is None:
        _check_sign_in(text, where, account)
    servers = [server for server in (account.imap, account.smtp) if server is not None]
    if account.auth == "none" and not all(on_loopback(server.host) for server in servers):
        raise text.wrong(
            (*where, "auth"), "none is for servers on this computer only", "password | microsoft | google"
        )


def _check_no_sign_in(text: toml.Toml, where: Where, account: Account) -> None:
    """What is for signing in says nothing to an account that has a password: its auth was forgotten."""
    if account.auth in ("microsoft", "google"):
        return
    for key, given in (("oauth", account.oauth != OAuth()), ("token_command", account.token_command)):
        if given:
            raise text.wrong(
                (*where, key), f"with auth {account.auth} nobody signs in", "auth microsoft or google with it"
            )


def _check_sign_in(text: toml.Toml, where: Where, account: Account) -> None:
    oauth = account.oauth
    if account.auth == "microsoft" and not oauth.client_id:
        raise text.wrong(
            (*where, "auth"),
            "to sign in to Microsoft, tuimail needs the id of a client (docs/accounts.md)",
            "oauth = { client_id = … }, or a token_command",
        )
    if account.auth == "google" and oauth.client_file is None:
        raise text.wrong(
            (*where, "auth"),
            "to sign in to Google, tuimail needs the file of a client (docs/accounts.md)",
            "oauth = { client_file = … }, or a token_command",
        )
    _check_url(text, (*where, "oauth", "authority"), oauth.authority)


def _check_graph(text: toml.Toml, where: Where, account: Account) -> None:
    if account.graph is None:
        return
    key = (*where, "graph", "url")
    host = _check_url(text, key, account.graph.url)
    if account.auth in ("password", "google"):
        raise text.wrong((*where, "auth"), "Microsoft Graph takes no password", "microsoft")
    if account.auth == "none" and not on_loopback(host):
        raise text.wrong((*where, "auth"), "none is for servers on this computer only", "microsoft")


def _check_url(text: toml.Toml, key: Where, url: str) -> str:
    """The host of an address that secrets go to: https, or http on this computer."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("https", "http"):
        raise text.wrong(key, "that is no address of a server", "https://…")
    if parts.scheme == "http" and not on_loopback(host):
        raise text.wrong(key, f"http would send your mail in the clear to {host}", "https://…")
    return host


def _check_jmap(text: toml.Toml, where: Where, account: Account) -> None:
    if account.jmap is None:
        return
    host = _check_url(text, (*where, "jmap", "url"), account.jmap.url)
    if account.auth == "none" and not on_loopback(host):
        raise text.wrong((*where, "auth"), "none is for servers on this computer only", "password")


def on_loopback(host: str) -> bool:
    """Whether `host` is this computer."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
