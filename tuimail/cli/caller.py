"""The program that called this one: what it sends off is one batch, which `undo --batch` takes back."""

import os
from pathlib import Path, PurePath

from msgspec import Struct

SHELLS = {"sh", "ash", "bash", "busybox", "dash", "fish", "ksh", "mksh", "nu", "pwsh", "tcsh", "xonsh", "zsh"}
WRAPPERS = 4
"""So many shells may stand between the program and this one."""

PARENT, STARTED = 1, 19
"""Fields of /proc/PID/stat, counted from the state on (proc(5))."""


class Process(Struct, frozen=True):
    """A running process: its parent, when it began (in the kernel's own ticks), and its command line."""

    pid: int
    parent: int
    started: int
    command: tuple[str, ...]

    @property
    def is_wrapper(self) -> bool:
        """A shell that runs one command, as `system(3)` starts it."""
        return self._is_shell and any(_has_c(word) for word in self.command[1:2])

    @property
    def is_interactive(self) -> bool:
        """A shell that somebody types into: it has neither a command nor a script."""
        return self._is_shell and all(word[:1] in "-+" and not _has_c(word) for word in self.command[1:])

    @property
    def _is_shell(self) -> bool:
        return bool(self.command) and PurePath(self.command[0]).name.lstrip("-") in SHELLS


def batch(proc: Path = Path("/proc"), parent: int | None = None) -> str:
    """A text that is the same for all calls by one process, and for no other since this computer was made.

    Empty when somebody calls by hand. Where the system tells nothing about processes, the parent's id.
    """
    pid = os.getppid() if parent is None else parent
    caller = _process(proc, pid)
    if caller is None:
        return str(pid)
    for _ in range(WRAPPERS):
        above = _process(proc, caller.parent) if caller.is_wrapper else None
        if above is None:
            break
        caller = above
    if caller.is_interactive:
        return ""
    return f"{caller.pid}.{caller.started}.{_boot(proc)}"


def _process(proc: Path, pid: int) -> Process | None:
    try:
        stat = (proc / str(pid) / "stat").read_text("utf-8", "replace")
        command = (proc / str(pid) / "cmdline").read_text("utf-8", "replace")
        fields = stat.rpartition(")")[2].split()
        return Process(pid, int(fields[PARENT]), int(fields[STARTED]), tuple(command.split("\0")[:-1]))
    except (OSError, ValueError, IndexError):
        return None


def _boot(proc: Path) -> str:
    try:
        return (proc / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _has_c(word: str) -> bool:
    """Whether it is `-c`, alone or among other letters."""
    return word.startswith("-") and not word.startswith("--") and "c" in word
