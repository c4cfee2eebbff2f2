"""What came of one attempt to hand a message to a server. The whole outbox rests on this distinction."""

from enum import StrEnum

from msgspec import Struct


class Phase(StrEnum):
    """How far an attempt got. `DATA` is on disk before the body's first byte leaves."""

    CONNECT = "connect"
    ENVELOPE = "envelope"
    DATA = "data"


class Refusal(Struct, frozen=True):
    """One recipient the server would not take, with its answer word for word (sanitised)."""

    recipient: str
    code: int
    text: str


class Accepted(Struct, frozen=True):
    """The server's 250 to the body; `refused` are the recipients it had refused before."""

    text: str
    refused: tuple[Refusal, ...] = ()


class Refused(Struct, frozen=True):
    """A definite no, before or after the body: `code` 4xx may be tried again, 5xx may not."""

    code: int
    text: str
    refused: tuple[Refusal, ...] = ()


class Denied(Struct, frozen=True):
    """Name, password or token were refused: nothing of this account can go until a person acts."""

    code: int
    text: str

    @property
    def said(self) -> str:
        """The server's words; `code` is 0 where it was not the server who said so."""
        return f"{self.code} {self.text}" if self.code else self.text


class Unreachable(Struct, frozen=True):
    """No body byte left this computer; safe to try again, in `pause` seconds if the server says so."""

    why: str
    pause: float = 0.0


class Vanished(Struct, frozen=True):
    """The connection broke or talked nonsense after the body began: it may have been delivered."""

    why: str


class Withdrawn(Struct, frozen=True):
    """The item was taken back before the body began; the server was told nothing but goodbye."""


class Kept(Struct, frozen=True):
    """The server has it and keeps it until its time; `handle` names it there, empty when out of reach."""

    handle: str
    text: str


Outcome = Accepted | Kept | Refused | Denied | Unreachable | Vanished | Withdrawn
