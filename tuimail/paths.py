"""Where things live on this computer: one frozen value, and folders that only their owner may enter."""

import os
from pathlib import Path
from zlib import crc32

from msgspec import Struct

from tuimail.mail.errors import ConfigError

PRIVATE_FOLDER = 0o700


class Paths(Struct, frozen=True):
    """The config file and the folders. Nothing is made until `make` is called."""

    config: Path
    data: Path
    cache: Path
    state: Path | None = None

    @property
    def outbox(self) -> Path:
        """The precious file: outbox and local drafts."""
        return self.data / "outbox.db"

    @property
    def outbox_mark(self) -> Path:
        """How far this outbox has come, apart from it where the platform has a place for that."""
        return (self.state or self.data) / f"outbox-{crc32(bytes(self.outbox)):08x}.mark"

    @property
    def changes(self) -> Path:
        """The precious file: what was done to messages and is to be done on the servers yet."""
        return (self.state or self.data) / "changes.db"

    @property
    def after(self) -> Path:
        """The precious file: what was done about mail that had left."""
        return (self.state or self.data) / "after.db"

    @property
    def changes_lock(self) -> Path:
        """Held by the one process that does on the servers what was done here."""
        return (self.state or self.data) / "changes-replay.lock"

    @property
    def sender_lock(self) -> Path:
        """Held by the one process that sends."""
        return self.data / "sender.lock"

    @property
    def agent_lock(self) -> Path:
        """Held by the background agent as long as it runs, sending or not."""
        return self.data / "agent.lock"

    @property
    def sign_ins(self) -> Path:
        """What is kept of the accounts' sign-ins, encrypted."""
        return self.data / "sign-ins"

    @property
    def mail_cache(self) -> Path:
        """The disposable file: what is known of the mailboxes."""
        return self.cache / "cache.db"

    @property
    def opened(self) -> Path:
        """Copies of attachments that other programs show; they go with the next start."""
        return self.cache / "opened"

    @property
    def themes(self) -> Path:
        """The user's own themes, beside the config."""
        return self.config.parent / "themes"

    @property
    def templates(self) -> Path:
        """The user's templates, beside the config."""
        return self.config.parent / "templates"

    @property
    def corrections(self) -> Path:
        """The user's templates of mail that puts sent mail right."""
        return self.templates / "correction"

    def make(self) -> "Paths":
        """Make the folders that are missing, 0700. Raises OSError."""
        for folder in (self.data, self.cache):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        return self

    @classmethod
    def under(cls, root: Path) -> "Paths":
        """Everything below one folder: the demo, tests."""
        return cls(root / "config" / "config.toml", root / "data", root / "cache")


def find(config: str | None = None) -> Paths:
    """The platform's folders; the XDG variables and `config` (a file) override them. Raises ConfigError."""
    import platformdirs

    app = platformdirs.PlatformDirs("tuimail", appauthor=False)
    try:
        own = Path(config).expanduser() if config else None
        return Paths(
            config=own or _folder("XDG_CONFIG_HOME", app.user_config_path) / "config.toml",
            data=_folder("XDG_DATA_HOME", app.user_data_path),
            cache=_folder("XDG_CACHE_HOME", app.user_cache_path),
            state=_state(app.user_state_path),
        )
    except RuntimeError:
        raise ConfigError(
            "there is no home folder here; set HOME, and give files by their whole path"
        ) from None


def _folder(variable: str, fallback: Path) -> Path:
    """XDG asks that a relative path be ignored."""
    value = os.environ.get(variable, "")
    return Path(value) / "tuimail" if Path(value).is_absolute() else fallback


def _state(fallback: Path) -> Path | None:
    """Data in a place of its own has its state there too, unless that has a place as well."""
    if Path(os.environ.get("XDG_STATE_HOME", "")).is_absolute():
        return _folder("XDG_STATE_HOME", fallback)
    return None if Path(os.environ.get("XDG_DATA_HOME", "")).is_absolute() else fallback


def exposed(path: Path) -> str:
    """One line when others on this computer can read `path`; empty when they can't or it is not there."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        return ""
    if not mode & 0o077:
        return ""
    wanted = "700" if path.is_dir() else "600"
    return f"{path}: other users of this computer can read it (mode {mode:03o}); run: chmod {wanted} {path}"
