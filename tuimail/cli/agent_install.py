"""`tuimail agent install` and `uninstall`: let the system start the agent, or no longer."""

import sys

from tuimail.cli import agent_unit, systemctl
from tuimail.cli.agent_unit import UNIT, Standing, StartFile
from tuimail.cli.exits import CANT_CREATE, UNAVAILABLE, Fault
from tuimail.cli.streams import note
from tuimail.mail.letter.safe import line

NEXT = f"systemctl --user daemon-reload && systemctl --user enable --now {UNIT}"
LINGER = "it runs while you are logged in; for longer: loginctl enable-linger"


def install(config: str | None) -> int:
    """Write the unit, or the autostart entry where there is no systemd, and start it. Raises AgentError."""
    if systemctl.is_there():
        return _install_unit(agent_unit.unit(config))
    if sys.platform != "linux" and "bsd" not in sys.platform:
        raise Fault(
            UNAVAILABLE,
            "this system starts programs in its own way; let it run at your login: tuimail agent run --quiet",
        )
    return _install_entry(agent_unit.entry(config))


def uninstall(config: str | None) -> int:
    """Stop the agent and remove what `install` wrote, unless it was changed by hand. Raises AgentError."""
    unit, entry = agent_unit.unit(config), agent_unit.entry(config)
    if unit.standing in (Standing.OURS, Standing.EDITED) and systemctl.is_there():
        answer = systemctl.ask("disable", "--now", UNIT)
        if not answer.ok:
            note(f"systemd did not stop it: {answer.said}")
    gone = [file.path for file in (unit, entry) if _removed(file)]
    if unit.path in gone and systemctl.is_there():
        systemctl.ask("daemon-reload")
    print("\n".join(f"removed {line(str(path))}" for path in gone) or "the agent is not installed")
    return 0


def _install_unit(unit: StartFile) -> int:
    changed = _written(unit)
    for words in (
        ("daemon-reload",),
        ("enable", "--now", UNIT),
        *([("try-restart", UNIT)] if changed else []),
    ):
        answer = systemctl.ask(*words)
        if not answer.ok:
            note(f"systemd did not take it over: {answer.said}")
            print(f"in a session of your own run: {NEXT}")
            return UNAVAILABLE
    print(f"the agent is installed and runs; {LINGER}")
    return 0


def _install_entry(entry: StartFile) -> int:
    _written(entry)
    print("there is no systemd here; your desktop starts the agent at the next login")
    print("now, or where there is no desktop: nohup tuimail agent run --quiet >/dev/null 2>&1 &")
    return 0


def _written(file: StartFile) -> bool:
    """Whether it replaced an older one. One that was changed by hand stays as it is."""
    standing, path = file.standing, line(str(file.path))
    if standing is Standing.FOREIGN:
        raise Fault(CANT_CREATE, f"{path} is not tuimail's; nothing was changed. Move it away first")
    if standing is Standing.EDITED:
        note(f"{path} was changed by hand and stays as it is; remove it to have it written anew")
        return False
    if file.is_current:
        return False
    file.write()
    print(f"wrote {path}")
    return standing is Standing.OURS


def _removed(file: StartFile) -> bool:
    if file.standing is Standing.OURS:
        file.remove()
        return True
    if file.standing is not Standing.MISSING:
        note(f"{line(str(file.path))} is not as tuimail wrote it and stays; remove it yourself")
    return False
