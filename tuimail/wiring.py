"""The one place that builds real things: a configuration and places in, an engine out."""

import os
import sys
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tuimail import config as settings
from tuimail.backends.files import DiskFiles
from tuimail.backends.opener import SystemOpener
from tuimail.backends.system import SystemClock, SystemIds, local_zone
from tuimail.config import Config
from tuimail.engine.account import Account, Accounts
from tuimail.engine.engine import Engine
from tuimail.engine.folders.prefetch import BodyLimits
from tuimail.engine.reading import Reading
from tuimail.engine.sending.checks import HouseRules
from tuimail.engine.writing.drafts import Writing
from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.address import Address, ascii_domain
from tuimail.mail.letter.habits import Habits
from tuimail.mail.letter.identity import Identity
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths
from tuimail.ports import AddressBook, Clock, Ids, Keeper, MailSource, SenderLock

if TYPE_CHECKING:
    from tuimail.backends.smtp.submitter import SmtpSubmitter

FILES_ITS_OWN = ("smtp.gmail.com", "smtp.office365.com", "smtp-mail.outlook.com")
"""Servers that put a copy of what they send in Sent by themselves."""


HAND_ON = 0.002
"""Seconds after which a thread that reads mail in lets another run: the one that draws waits for so long."""


def build(
    config: Config, paths: Paths, name: str = "tuimail", clock: Clock | None = None, ids: Ids | None = None
) -> Engine:
    """An engine on this computer's disk and network. Nothing is opened or connected until it is asked.

    `name` is what other processes read of the one that holds the sender lock; the system's clock and
    randomness are used unless others are given. Raises ConfigError when the folders can't be made.
    """
    from tuimail.store.cache import CacheFile
    from tuimail.store.changes import ChangeFile
    from tuimail.store.lock import SenderLockFile
    from tuimail.store.outbox import OutboxFile

    try:
        paths.make()
    except FileExistsError as error:
        raise ConfigError(f"{error.filename} is no folder; tuimail keeps its outbox there") from None
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}; tuimail keeps its outbox there") from None
    sys.setswitchinterval(HAND_ON)
    clock, ids = clock or SystemClock(), ids or SystemIds()
    return Engine(
        Accounts({account.name: _account(account) for account in config.accounts}),
        store=OutboxFile(paths.outbox, paths.outbox_mark),
        cache=CacheFile(paths.mail_cache),
        changes=ChangeFile(paths.changes),
        lock=SenderLockFile(paths.sender_lock, name),
        changes_lock=SenderLockFile(paths.changes_lock, name),
        files=DiskFiles(),
        clock=clock,
        ids=ids,
        owner=f"{name} {ids.item()}, process {os.getpid()}, boot {clock.now().boot_id}",
        undo_seconds=config.outbox.undo_seconds,
        late_after=config.outbox.late_seconds,
        rules=house_rules(config, paths) if paths.config.exists() else None,
        writing=_writing(config, paths),
        reading=_reading(config),
        opener=SystemOpener(paths.opened, config.ui.opener, config.reader.images == "auto"),
    )


def house_rules(config: Config, paths: Paths) -> HouseRules:
    """The rules of the configuration file, read when they are asked for."""
    from tuimail.rulebook import TomlRules

    names = [account.name for account in config.accounts]
    calendar = config.calendar.working
    book = TomlRules(paths.config, names, calendar, own_addresses(config))
    return HouseRules(book, local_zone, calendar)


def own_addresses(config: Config) -> tuple[str, ...]:
    """The addresses of all identities, in lower case."""
    people = ((account.address, *(one.address for one in account.identities)) for account in config.accounts)
    return tuple(dict.fromkeys(spec.lower() for specs in people for spec in specs))


def who_sends(paths: Paths) -> str:
    """The process that holds the sender lock, in words; empty when nobody does."""
    from tuimail.store.lock import SenderLockFile

    return SenderLockFile(paths.sender_lock, "").holder()


def presence(paths: Paths, name: str = "") -> SenderLock:
    """The lock that says whether an agent runs: held by the one, asked by the others."""
    from tuimail.store.lock import SenderLockFile

    return SenderLockFile(paths.agent_lock, name)


def load_ways_out() -> None:
    """Load what sending needs, which is otherwise loaded with the first message and makes that one late."""
    import tuimail.backends.smtp.session
    import tuimail.backends.smtp.transaction  # noqa: F401


def damage(paths: Paths) -> str:
    """What is wrong with the outbox file; empty when nothing is. Not while an engine has it open."""
    from tuimail.store import inspect

    return inspect.damage(paths.outbox)


def changes_waiting(paths: Paths) -> tuple[int, str]:
    """How many deeds on messages wait for servers, and what is wrong with their file; mostly nothing."""
    from tuimail.store import changes

    return changes.waiting(paths.changes)


async def is_copy(paths: Paths) -> bool:
    """Whether the outbox is a copy that was put back, or carried here. Raises OutboxError."""
    from tuimail.store.outbox import OutboxFile

    store = OutboxFile(paths.outbox, paths.outbox_mark)
    try:
        return await store.restored()
    finally:
        await store.close()


def themes(paths: Paths) -> Iterator[dict[str, Any]]:
    """The themes that come along, then the user's own. Raises ConfigError for one that is not TOML."""
    packaged = Path(__file__).with_name("themes")
    folder = packaged if packaged.is_dir() else packaged.parents[1] / "themes"
    for file in (*sorted(folder.glob("*.toml")), *sorted(paths.themes.glob("*.toml"))):
        try:
            yield tomllib.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{file}: the theme can't be read: {error}") from None


def _writing(config: Config, paths: Paths) -> Writing:
    from tuimail.backends.templates import TemplateFolder

    own = config.composer
    habits = Habits(own.reply_above, own.quote_prefix, own.flowed, own.large_bytes, own.drafts_on_server)
    return Writing(habits, tuple(_address_books(config.contacts)), TemplateFolder(paths.templates))


def _address_books(given: settings.Contacts) -> Iterator[AddressBook]:
    if given.aliases:
        from tuimail.backends.aliases import Aliases

        yield Aliases(given.aliases)
    if given.vcards:
        from tuimail.backends.vcard import CardFiles

        yield CardFiles(given.vcards)
    if given.query_command is not None:
        from tuimail.backends.query_command import QueryCommand

        yield QueryCommand(given.query_command)


def _identity(account: settings.Account, given: settings.Identity) -> Identity:
    name = account.display_name if given.display_name is None else given.display_name
    return Identity(account.name, Address(given.address, name), _signature(given))


def _signature(given: settings.Account | settings.Identity) -> str:
    """The text of a signature. Raises ConfigError for a file that can't be read."""
    if given.signature_file is None:
        return given.signature
    try:
        return Path(given.signature_file).expanduser().read_text("utf-8", "replace").strip("\n")
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"signature_file {line(given.signature_file)} can't be read: {reason}") from None


def _account(given: settings.Account) -> Account:
    submitter = _submitter(given)
    return Account(
        name=given.name,
        address=Address(given.address, given.display_name),
        source=_source(given),
        submitter=submitter,
        signature=_signature(given),
        aliases=tuple(_identity(given, one) for one in given.identities),
        files_sent=given.smtp.host.lower() not in FILES_ITS_OWN,
        keeps_bodies=given.maildir is None,
        domains=tuple(ascii_domain(each).lower() for each in given.internal_domains),
        keeper=_keeper(given, submitter),
    )


def _reading(config: Config) -> Reading:
    from tuimail.backends.notify import DesktopNotifier

    new = config.new_mail
    return Reading(
        BodyLimits(config.cache.bodies_days, config.cache.bodies_max_bytes),
        DesktopNotifier(new.notify, new.command) if new.notify or new.command else None,
        new.bell,
    )


def _source(given: settings.Account) -> MailSource:
    if given.imap is None:
        from tuimail.backends.maildir.source import MaildirSource

        return MaildirSource(given.maildir or "", given.name)
    from tuimail.backends.imap.server import ImapServer
    from tuimail.backends.imap.source import ImapSource

    imap = given.imap
    auth: Literal["password", "token"] = "token" if _by_token(given) else "password"
    server = ImapServer(imap.host, imap.port, _user(given), imap.security, auth)
    return ImapSource(given.name, server, partial(credential, given))


def _submitter(given: settings.Account) -> "SmtpSubmitter":
    from tuimail.backends.smtp.server import Server
    from tuimail.backends.smtp.submitter import SmtpSubmitter

    smtp = given.smtp
    auth: Literal["xoauth2", "password", "none"] = "xoauth2" if _by_token(given) else "password"
    auth = "none" if given.auth == "none" else auth
    server = Server(smtp.host, smtp.port, smtp.security, _user(given), auth)
    return SmtpSubmitter(server, partial(credential, given))


def _keeper(given: settings.Account, submitter: "SmtpSubmitter") -> Keeper:
    """Who keeps scheduled mail: JMAP where it is given, else the submission server, if it can."""
    if given.jmap is None:
        from tuimail.backends.smtp.release import SmtpKeeper

        return SmtpKeeper(submitter)
    from tuimail.backends.jmap.keeper import JmapKeeper
    from tuimail.backends.jmap.server import JmapServer

    by_token = given.jmap.token_command is not None or _by_token(given)
    server = JmapServer(given.jmap.url, _user(given), "token" if by_token else "password")
    return JmapKeeper(server, partial(_jmap_credential, given, given.jmap.token_command))


async def _jmap_credential(given: settings.Account, token_command: str | None) -> str:
    from tuimail.backends import secrets

    if token_command is None:
        return await credential(given)
    return await secrets.printed(f"jmap.token_command of {line(given.name)}", token_command)


async def credential(given: settings.Account) -> str:
    """The password or token of an account, asked for anew each time. Raises SecretError."""
    from tuimail.backends import secrets

    if given.auth == "none":
        return ""
    if _by_token(given):
        return await secrets.printed(f"token_command of {line(given.name)}", given.token_command or "")
    return await secrets.password(given.name, given.password_command)


async def keep_password(account: str, secret: str) -> None:
    """Put a password into the system's keyring. Raises SecretError when it does not stay there."""
    from tuimail.backends import secrets

    await secrets.store(account, secret)


def _by_token(given: settings.Account) -> bool:
    return given.auth in ("microsoft", "google")


def _user(given: settings.Account) -> str:
    return given.user or given.address
