"""What the stand-in saw and did, for whoever wants to count."""

import threading

from msgspec import Struct


class Seen(Struct, frozen=True):
    """One request. `path` is without version, `when` the clock's time; status 0 for an answer never given."""

    method: str
    path: str
    query: str
    when: float
    status: int
    beta: bool = False


class Sent(Struct, frozen=True):
    """One message that left, in transport's own words: every recipient before lists are opened."""

    sender: str
    message_id: str
    token: str
    recipients: tuple[str, ...]
    wire: bytes
    when: float


class Recalled(Struct, frozen=True):
    """One request for delivered copies: whose were deleted, whose stayed, who was sent a notice."""

    message_id: str
    request: str
    when: float
    deleted: tuple[str, ...]
    kept: tuple[str, ...]
    noticed: tuple[str, ...]


class Parcel(Struct, frozen=True):
    """A mail on its way to one address."""

    sender: str
    spec: str
    wire: bytes


class Log:
    """Lists that only grow; `broken` has the stand-in's own faults, of which there should be none."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.sent: list[Sent] = []
        self.recalls: list[Recalled] = []
        self.outside: list[Parcel] = []
        self.broken: list[str] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()

    def enter(self) -> int:
        """A request came; how many there are at once now."""
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            return self._now

    def leave(self, seen: Seen) -> None:
        """It is done with."""
        with self._lock:
            self._now -= 1
            self.requests.append(seen)

    def count(self, method: str, end: str = "") -> int:
        """How many requests of that method had a path that ends so."""
        return sum(one.method == method and one.path.endswith(end) for one in self.requests)

    def sends(self, message_id: str) -> int:
        """How often a message of that Message-ID left."""
        return sum(one.message_id == message_id for one in self.sent)

    def sends_of(self, token: str) -> int:
        """How often a message with that X-Tuimail-Token left."""
        return sum(one.token == token for one in self.sent)

    def recalls_of(self, message_id: str) -> int:
        """How often that message was asked back."""
        return sum(one.message_id == message_id for one in self.recalls)
