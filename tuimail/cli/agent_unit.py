"""The files that start the agent: a systemd user unit, or an autostart entry where there is no systemd.

Each begins with a line that has a digest of the rest, so that one changed by hand is never overwritten.
"""

import hashlib
import os
import re
import sys
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from tuimail.mail.errors import AgentError

UNIT = "tuimail-agent.service"
ENTRY = "tuimail-agent.desktop"
MARK = "# written by tuimail agent install, "
PLACES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")

_UNIT = """\
# Changes belong into a file of their own: systemctl --user edit tuimail-agent
[Unit]
Description=tuimail's background sender
Documentation=man:systemd.service(5)

[Service]
Type=exec
ExecStart={command}
{environment}Restart=on-failure
RestartSec=10
RestartPreventExitStatus=64
KillMode=mixed
TimeoutStopSec=15
UMask=0077
# What a password_command needs to run is left open; one that comes as a snap needs NoNewPrivileges=no.
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=default.target
"""

_ENTRY = """\
[Desktop Entry]
Type=Application
Name=tuimail agent
Comment=Sends what tuimail holds while it is closed
Exec={command}
Terminal=false
NoDisplay=true
"""


class Standing(StrEnum):
    """How a file stands that may be ours."""

    MISSING = "missing"
    OURS = "installed"
    EDITED = "edited"
    FOREIGN = "foreign"


class StartFile(Struct, frozen=True):
    """One of the files, where it belongs and what it says."""

    path: Path
    text: str

    @property
    def standing(self) -> Standing:
        """Raises AgentError when it can't be read."""
        found = self._found()
        if found is None:
            return Standing.MISSING
        head, _, rest = found.partition("\n")
        if not head.startswith(MARK):
            return Standing.FOREIGN
        return Standing.OURS if head == _head(rest) else Standing.EDITED

    @property
    def is_current(self) -> bool:
        """Whether it says what would be written now."""
        return self._found() == self.whole

    @property
    def whole(self) -> str:
        return f"{_head(self.text)}\n{self.text}"

    def write(self) -> None:
        """Put it in its place. Raises AgentError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_name(f".{self.path.name}.new")
            new.write_text(self.whole, "utf-8")
            new.replace(self.path)
        except OSError as error:
            raise AgentError(
                f"{self.path} can't be written: {error.strerror}; nothing was installed"
            ) from error

    def remove(self) -> None:
        """Raises AgentError."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise AgentError(f"{self.path} can't be removed: {error.strerror}") from error

    def _found(self) -> str | None:
        try:
            return self.path.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AgentError(f"{self.path} can't be read: {error.strerror}") from error


def unit(config: str | None) -> StartFile:
    """The systemd user unit (systemd.unit(5)) of an agent with this `--config`."""
    words = " ".join(map(_systemd, (*command(config), "--quiet")))
    set_here = ((name, os.environ.get(name, "")) for name in PLACES)
    lines = [
        f"Environment={_systemd(f'{name}={value}', of_command=False)}\n"
        for name, value in set_here
        if Path(value).is_absolute()
    ]
    text = _UNIT.format(command=words, environment="".join(lines))
    return StartFile(_config_home() / "systemd" / "user" / UNIT, text)


def entry(config: str | None) -> StartFile:
    """The autostart entry (Desktop Application Autostart Specification) of an agent with this `--config`."""
    words = " ".join(map(_desktop, (*command(config), "--quiet")))
    return StartFile(_config_home() / "autostart" / ENTRY, _ENTRY.format(command=words))


def command(config: str | None) -> tuple[str, ...]:
    """What starts an agent, by whole paths."""
    file = ("--config", str(Path(config).expanduser().absolute())) if config else ()
    return (sys.executable, "-m", "tuimail", *file, "agent", "run")


def _head(rest: str) -> str:
    return f"{MARK}{hashlib.sha256(rest.encode()).hexdigest()[:16]}"


def _config_home() -> Path:
    given = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    try:
        return given if given.is_absolute() else Path("~/.config").expanduser()
    except RuntimeError:
        raise AgentError("there is no home folder here; set HOME") from None


def _systemd(word: str, of_command: bool = True) -> str:
    """One word of a unit: quoted, nothing in it a specifier or a variable."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return f'"{word.replace("$", "$$") if of_command else word}"'


def _desktop(word: str) -> str:
    """One word of Exec, quoted once for the command line and once more as a value of the file."""
    quoted = re.sub(r'(["`$\\])', r"\\\1", word).replace("\\", "\\\\").replace("\n", "\\n")
    return f'"{quoted.replace("%", "%%")}"'
