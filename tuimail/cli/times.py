"""Times as words on the command line: a span such as 10m or 2h30m, or what `docs/schedule.md` has."""

import re
from typing import TYPE_CHECKING

from tuimail.backends.system import local_zone
from tuimail.cli.streams import note
from tuimail.config import Config
from tuimail.mail.hold.moment import Moment

if TYPE_CHECKING:
    from tuimail.mail.when.understood import Understood

_SPAN = re.compile(
    r"\+?(?=[0-9])(?:([0-9]{1,4})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,6})m(?:in)?)?(?:([0-9]{1,8})s)?"
)
_UNITS = (86_400, 3_600, 60, 1)


def span(text: str) -> float | None:
    """The seconds of a span; None for other words."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        return None
    return float(sum(int(count or 0) * unit for count, unit in zip(found.groups(), _UNITS, strict=True)))


def understood(text: str, now: Moment, config: Config) -> "Understood":
    """The instant meant, by this computer's zone and the calendar of the configuration.

    What is to be minded about it goes to stderr. Raises ScheduleError.
    """
    from tuimail.mail.when import understood as when

    found = when.understood(text, now.wall, local_zone(), config.calendar.working())
    for warning in found.warnings:
        note(warning)
    return found
