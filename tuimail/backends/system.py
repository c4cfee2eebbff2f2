"""This machine's clock and its randomness."""

import asyncio
import contextlib
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from tuimail.mail.errors import ScheduleError
from tuimail.mail.hold.moment import Moment

BOOT_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
DIGITS_AND_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


class SystemClock:
    """ports.Clock. Boot seconds go on in suspend where the system has such a clock (Linux, macOS)."""

    def __init__(self, boot_id: Path = BOOT_ID) -> None:
        self._boot_id = _boot_id(boot_id)

    def now(self) -> Moment:
        return Moment(time.time(), time.clock_gettime(BOOT_CLOCK), self._boot_id)

    def rfc5322(self) -> str:
        """The date-time of now with this machine's offset (RFC 5322 §3.3)."""
        from email.utils import format_datetime

        return format_datetime(datetime.now().astimezone())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SystemIds:
    """ports.Ids. Nothing here says anything about the person or the computer."""

    def item(self) -> str:
        """Eight letters and digits of Crockford's alphabet (no i, l, o, u), lower case: 40 bits."""
        return _letters(8)

    def token(self) -> str:
        return _letters(24)

    def message_id(self, domain: str) -> str:
        """`<token@domain>` (RFC 5322 §3.6.4)."""
        return f"<{self.token()}@{domain}>"

    def jitter(self) -> float:
        return (int.from_bytes(os.urandom(8), "big") >> 11) / (1 << 53)


def local_zone() -> str:
    """The IANA name of this computer's time zone, looked up anew each time: a laptop travels.

    Where the system tells no name, one that stands for its offset (`Etc/GMT-9` is 9 h east of Greenwich).
    Raises ScheduleError where there is none for that either.
    """
    import warnings
    from zoneinfo import ZoneInfo

    import tzlocal

    offset = datetime.now().astimezone().utcoffset() or timedelta()
    with contextlib.suppress(LookupError, ValueError, OSError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name: str = getattr(tzlocal.reload_localzone(), "key", "")
        if datetime.now(ZoneInfo(name)).utcoffset() == offset:
            return name
    return _zone_of(offset)


def _zone_of(offset: timedelta) -> str:
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest:
        raise ScheduleError("this computer does not tell its time zone; set TZ to a name such as Asia/Tokyo")
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"


def _letters(count: int) -> str:
    """Each of the 32 letters stands for 8 of the 256 bytes, so all are equally likely."""
    return "".join(DIGITS_AND_LETTERS[byte % 32] for byte in os.urandom(count))


def _boot_id(path: Path) -> str:
    """The kernel's id of this boot; elsewhere one that no other start of the program shares."""
    try:
        return path.read_text("ascii").strip()
    except OSError:
        return f"process-{_letters(24)}"
