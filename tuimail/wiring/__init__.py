"""The one place that builds real things: a configuration and places in, an engine out."""

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuimail import config as settings
from tuimail.backends.files import DiskFiles
from tuimail.backends.opener import SystemOpener
from tuimail.backends.system import SystemClock, SystemIds, local_zone
from tuimail.config import Config
from tuimail.engine.account import Accounts
from tuimail.engine.aftercare import Aftercare
from tuimail.engine.disk import Disk
from tuimail.engine.engine import Engine
from tuimail.engine.folders.prefetch import BodyLimits
from tuimail.engine.reading import Reading
from tuimail.engine.sending.checks import HouseRules
from tuimail.engine.sending.sending import Sending
from tuimail.engine.writing.drafts import Writing
from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.habits import Habits
from tuimail.paths import Paths
from tuimail.ports import AddressBook, Clock, Ids, SenderLock, TemplateShelf
from tuimail.wiring.accounts import account_of

if TYPE_CHECKING:
    from tuimail.engine.after.practice import Practice

HAND_ON = 0.002
"""Seconds after which a thread that reads mail in lets another run: the one that draws waits for so long."""

CORRECTIONS = Path(__file__).parents[1] / "templates" / "correction"
"""The templates of corrections that come along."""


def build(
    config: Config, paths: Paths, name: str = "tuimail", clock: Clock | None = None, ids: Ids | None = None
) -> Engine:
    """An engine on this computer's disk and network. Nothing is opened or connected until it is asked.

    `name` is what other processes read of the one that holds the sender lock; the system's clock and
    randomness are used unless others are given. Raises ConfigError when the folders can't be made.
    """
    try:
        paths.make()
    except FileExistsError as error:
        raise ConfigError(f"{error.filename} is no folder; tuimail keeps its outbox there") from None
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}; tuimail keeps its outbox there") from None
    sys.setswitchinterval(HAND_ON)
    clock, ids = clock or SystemClock(), ids or SystemIds()
    owner = f"{name} {ids.item()}, process {os.getpid()}, boot {clock.now().boot_id}"
    rules = house_rules(config, paths) if paths.config.exists() else None
    return Engine(
        _accounts(config, paths),
        _disk(paths, name),
        clock,
        ids,
        Sending(owner, config.outbox.undo_seconds, config.outbox.late_seconds, rules),
        _writing(config, paths),
        _reading(config),
        Aftercare(config.recall.enabled, _corrections(paths), lambda: _practice(config)),
        SystemOpener(paths.opened, config.ui.opener, config.reader.images == "auto"),
    )


def _disk(paths: Paths, name: str) -> Disk:
    from tuimail.store.after import AfterFile
    from tuimail.store.cache import CacheFile
    from tuimail.store.changes import ChangeFile
    from tuimail.store.lock import SenderLockFile
    from tuimail.store.outbox import OutboxFile

    return Disk(
        OutboxFile(paths.outbox, paths.outbox_mark),
        CacheFile(paths.mail_cache),
        ChangeFile(paths.changes),
        AfterFile(paths.after),
        SenderLockFile(paths.sender_lock, name),
        SenderLockFile(paths.changes_lock, name),
        DiskFiles(),
    )


def _accounts(config: Config, paths: Paths) -> Accounts:
    recall = config.recall.enabled
    return Accounts({given.name: account_of(given, paths, recall=recall) for given in config.accounts})


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
    packaged = Path(__file__).parents[1] / "themes"
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


def _corrections(paths: Paths) -> TemplateShelf:
    from tuimail.backends.templates import Shelves

    return Shelves(CORRECTIONS, paths.corrections)


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


def _practice(config: Config) -> "Practice":
    from tuimail.engine.after.practice import Practice
    from tuimail.mail.after.correction import Language

    own = config.incident
    language = None if own.language == "auto" else Language(own.language)
    return Practice(own.manager, own.security, own.clocks, language, local_zone)


def _reading(config: Config) -> Reading:
    from tuimail.backends.notify import DesktopNotifier

    new = config.new_mail
    return Reading(
        BodyLimits(config.cache.bodies_days, config.cache.bodies_max_bytes),
        DesktopNotifier(new.notify, new.command) if new.notify or new.command else None,
        new.bell,
    )


async def keep_password(account: str, secret: str) -> None:
    """Put a password into the system's keyring. Raises SecretError when it does not stay there."""
    from tuimail.backends import secrets

    await secrets.store(account, secret)
