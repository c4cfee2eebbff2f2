"""Starting the agent when the client is left, and seeing that it sends."""

import asyncio
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import tuimail
from tuimail import wiring
from tuimail.mail.errors import AgentError
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths
from tuimail.ui.background import Outlook

START_SECONDS = 10.0
SYSTEMD_SECONDS = 5.0
TAKE_OVER_SECONDS = 3.0
LOOK_EVERY = 0.02


class Starter:
    """`ui.background.Background`: by systemd where the unit is installed, else a process of its own that
    ends when nothing is left to send.
    """

    def __init__(self, places: Paths, config: str | None) -> None:
        self._places = places
        self._config = config
        self._presence = wiring.presence(places)
        self._process: subprocess.Popen[bytes] | None = None

    def outlook(self) -> Outlook:
        if who := self._presence.holder():
            return Outlook(True, True, line(f"{who} runs"))
        if self._unit_is_ours():
            return Outlook(True, False, line("systemd starts it now"))
        return Outlook(True, False, line("it is started now, and ends when all has left"))

    async def start(self) -> None:
        """An agent runs when this returns, or has found nothing that it could send. Raises AgentError."""
        if self._runs() or await self._by_systemd():
            return
        process = self._process = self._spawned()
        await _until(lambda: self._runs() or process.poll() is not None, START_SECONDS)
        if not self._runs() and process.poll() != 0:
            raise AgentError(f"The agent could not be started{self._last_words()}. All is kept.")

    async def took_over(self) -> bool:
        """Whether somebody else sends by now, or nothing was left that could be sent."""
        return await _until(
            lambda: bool(wiring.who_sends(self._places)) or self._has_finished(), TAKE_OVER_SECONDS
        )

    def _has_finished(self) -> bool:
        return self._process is not None and self._process.poll() == 0

    @property
    def _log(self) -> Path:
        return self._places.data / "agent.log"

    def _runs(self) -> bool:
        return bool(self._presence.holder())

    def _unit_is_ours(self) -> bool:
        from tuimail.cli import agent_unit, systemctl

        unit = agent_unit.unit(self._config)
        return systemctl.is_there() and (unit.is_current or unit.standing is agent_unit.Standing.EDITED)

    async def _by_systemd(self) -> bool:
        """A unit of another configuration starts, but its agent does not appear here."""
        if not self._unit_is_ours():
            return False
        from tuimail.cli import agent_unit, systemctl

        answer = await asyncio.to_thread(systemctl.ask, "start", agent_unit.UNIT)
        return answer.ok and await _until(self._runs, SYSTEMD_SECONDS)

    def _spawned(self) -> "subprocess.Popen[bytes]":
        """In a session of its own, so that it outlives the terminal; from where Python finds this package."""
        from tuimail.cli import agent_unit

        words = [*agent_unit.command(self._config), "--until-empty", "--quiet"]
        try:
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                return subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    cwd=Path(tuimail.__file__).parents[1],
                    start_new_session=True,
                )
            finally:
                os.close(log)
        except OSError as error:
            raise AgentError(f"The agent could not be started: {error.strerror}. All is kept.") from error

    def _last_words(self) -> str:
        try:
            said = self._log.read_text("utf-8", errors="replace").strip().rpartition("\n")[2]
        except OSError:
            return ""
        return f": {line(said.removeprefix('tuimail: ')).rstrip('.')}" if said else ""


async def _until(reached: Callable[[], bool], seconds: float) -> bool:
    """Whether it was reached within so many seconds."""
    for _ in range(int(seconds / LOOK_EVERY)):
        if reached():
            return True
        await asyncio.sleep(LOOK_EVERY)
    return reached()
