"""Errors as one line on stderr and an exit code of sysexits.h."""

import signal
import sys
from collections.abc import Callable

from tuimail.cli import streams
from tuimail.mail import errors

USAGE, DATA, NO_INPUT, UNAVAILABLE = 64, 65, 66, 69
CANT_CREATE, IO_ERROR, TRY_AGAIN, NO_PERMISSION, CONFIG = 73, 74, 75, 77, 78
INTERRUPTED, PIPE_CLOSED = 130, 141


class Fault(errors.TuimailError):
    """A command that can't go on, with the exit code that says why."""

    def __init__(self, code: int, line: str) -> None:
        super().__init__(line)
        self.code = code


CODES: tuple[tuple[type[errors.TuimailError], int], ...] = (
    (errors.ConfigError, CONFIG),
    (errors.ScheduleError, USAGE),
    (errors.LoginError, NO_PERMISSION),
    (errors.SecretError, NO_PERMISSION),
    (errors.MessageGone, NO_INPUT),
    (errors.MailboxError, UNAVAILABLE),
    (errors.AttachmentError, NO_INPUT),
    (errors.DraftError, DATA),
    (errors.OutboxError, TRY_AGAIN),
    (errors.AgentError, UNAVAILABLE),
    (errors.RecallError, UNAVAILABLE),
    (errors.SaveError, CANT_CREATE),
)


def code(error: errors.TuimailError) -> int:
    """The exit code for an expected error."""
    if isinstance(error, Fault):
        return error.code
    return next((code for kind, code in CODES if isinstance(error, kind)), IO_ERROR)


def guarded(run: Callable[[], int]) -> int:
    """Run a command; what is expected to go wrong becomes one line and a code.

    Being told to end, or losing the terminal, is an interruption: the screen and the disk are left tidy.
    """
    streams.settle()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is signal.SIG_DFL:
            signal.signal(ending, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        status = run()
        sys.stdout.flush()
    except errors.TuimailError as error:
        streams.note(str(error))
        return code(error)
    except BrokenPipeError:
        streams.silence(sys.stdout)
        return PIPE_CLOSED
    except OSError as error:
        if error.errno not in streams.UNWRITABLE:
            raise
        streams.silence(sys.stdout)
        streams.note(f"the output can't be written: {error.strerror}")
        return IO_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    return status
