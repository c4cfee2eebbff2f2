"""What a test needs to hand a message over: the message, a submitter that is quick to give up, a journal."""

import contextlib

from tuimail.backends.smtp.server import Server, Timeouts
from tuimail.backends.smtp.submitter import SmtpSubmitter
from tuimail.mail.hold.outcome import Refusal
from tuimail.mail.letter.submission import Submission

QUICK = Timeouts(connect=2, command=2, data=2, final=2, idle=30, quit=1)
WIRE = (
    b"From: Alice <alice@example.test>\r\nTo: bob@example.test\r\nSubject: lunch\r\n"
    b"Message-ID: <token@example.test>\r\n\r\nAt noon?\r\n"
)


def message(
    *recipients: str, wire: bytes = WIRE, sender: str = "alice@example.test", token: str = "token"
) -> Submission:
    return Submission(sender, recipients or ("bob@example.test",), wire, f"<{token}@example.test>", token)


class Journal:
    """A body_next that remembers what it was told, and answers `go`."""

    def __init__(self, go: bool = True) -> None:
        self.go = go
        self.told: list[str] = []
        self.refused: tuple[Refusal, ...] = ()
        self.remote = ""

    async def __call__(self, line: str, refused: tuple[Refusal, ...] = (), remote: str = "") -> bool:
        self.told.append(line)
        self.refused = refused
        self.remote = remote
        return self.go


@contextlib.asynccontextmanager
async def submitter(port: int, secret: str = "pw", context=None, **server):
    """An SmtpSubmitter for this port: in clear and without a login unless told otherwise."""

    async def credential() -> str:
        return secret

    settings = {"host": "localhost", "security": "none", "auth": "none", "timeouts": QUICK} | server
    made = SmtpSubmitter(Server(port=port, **settings), credential, context)
    try:
        yield made
    finally:
        await made.close()


async def hand_over(port: int, submission: Submission | None = None, journal: Journal | None = None, **how):
    """One message over a connection of its own; the outcome."""
    async with submitter(port, **how) as way_out:
        return await way_out.submit(submission or message(), journal or Journal())
