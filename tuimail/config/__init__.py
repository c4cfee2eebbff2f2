"""config.toml as frozen values."""

from pathlib import Path

from tuimail import toml
from tuimail.config.checks import check, on_loopback
from tuimail.config.tables import (
    Account,
    Cache,
    Calendar,
    Composer,
    Config,
    Contacts,
    Graph,
    Identity,
    Incident,
    Jmap,
    List,
    NewMail,
    OAuth,
    Outbox,
    Reader,
    Recall,
    Server,
    Span,
    Ui,
    UndoSeconds,
    seconds,
    size_bytes,
)
from tuimail.mail.errors import ConfigError

__all__ = [
    "REFUSED",
    "Account",
    "Cache",
    "Calendar",
    "Composer",
    "Config",
    "Contacts",
    "Graph",
    "Identity",
    "Incident",
    "Jmap",
    "List",
    "NewMail",
    "OAuth",
    "Outbox",
    "Reader",
    "Recall",
    "Server",
    "Span",
    "Ui",
    "UndoSeconds",
    "load",
    "on_loopback",
    "seconds",
    "size_bytes",
    "understood",
]

REFUSED = {
    "guards": "guards are not supported by this version: take them out, lest mail leave unchecked",
    "accounts.password": "a password is never in this file; use the keyring or password_command",
    "accounts.token": "a token is never in this file; give token_command",
}


def load(path: Path) -> Config:
    """Read config.toml; raises ConfigError with file, line, key and the accepted values."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no configuration yet; make one with tuimail account add, or try: tuimail demo"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; nothing was read") from None
    return understood(path, data)


def understood(path: Path, data: bytes) -> Config:
    """What the file says that holds `data`. Raises ConfigError as `load` does."""
    text = toml.parsed(path, data, REFUSED)
    config = text.into(Config)
    check(text, config)
    return config
