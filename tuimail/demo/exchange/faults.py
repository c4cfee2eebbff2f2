"""Faults on demand: what goes wrong with which request, and how often."""

import threading
from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace


class Kind(StrEnum):
    """What goes wrong, in the order of a request's life."""

    SLOW = "slow"
    CUT = "cut before it is looked at"
    ANSWER = "another answer, and nothing done"
    LOST = "done, and the answer lost"
    MIDDLE = "done, and the answer cut in its middle"
    GARBAGE = "done, and garbage answered"


class Fault(Struct, frozen=True):
    """One fault; made by the methods below."""

    kind: Kind
    status: int = 0
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    seconds: float = 0

    @classmethod
    def answer(cls, status: int, code: str = "", retry_after: float | None = None) -> "Fault":
        """This status, with Graph's error body; nothing is done."""
        after = () if retry_after is None else (("Retry-After", f"{retry_after:g}"),)
        return cls(Kind.ANSWER, status, code or _CODES.get(status, "UnknownError"), after)

    @classmethod
    def claims(cls, claims: str = "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==") -> "Fault":
        """401 with a claims challenge, as conditional access asks for a newer sign-in."""
        challenge = f'Bearer realm="", error="insufficient_claims", claims="{claims}"'
        return cls(Kind.ANSWER, 401, "InvalidAuthenticationToken", (("WWW-Authenticate", challenge),))

    @classmethod
    def cut(cls) -> "Fault":
        """The connection ends before the request is looked at."""
        return cls(Kind.CUT)

    @classmethod
    def lost(cls) -> "Fault":
        """The request is done; the connection ends without a byte of an answer."""
        return cls(Kind.LOST)

    @classmethod
    def middle(cls) -> "Fault":
        """The request is done; the connection ends halfway through the answer."""
        return cls(Kind.MIDDLE)

    @classmethod
    def garbage(cls, body: bytes = b"<html>\xff{not json", status: int = 200) -> "Fault":
        """The request is done; this is answered, and called JSON."""
        return cls(Kind.GARBAGE, status, body=body)

    @classmethod
    def slow(cls, seconds: float) -> "Fault":
        """So long before the request is looked at."""
        return cls(Kind.SLOW, seconds=seconds)


class _Trap(Struct, frozen=True):
    pattern: str
    fault: Fault
    times: int
    after: int


class Faults:
    """Traps that requests fall into; the first one that fits, one for each request."""

    def __init__(self) -> None:
        self._traps: list[_Trap] = []
        self._lock = threading.Lock()

    def add(self, pattern: str, fault: Fault, times: int = 1, after: int = 0) -> None:
        """`pattern` is of "METHOD /path" without version, as in `POST /me/messages/*/send`; `*` takes any
        letters. The first `after` requests that fit pass, then `times` fall.
        """
        with self._lock:
            self._traps.append(_Trap(pattern, fault, times, after))

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._traps.clear()

    def spring(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        with self._lock:
            for number, trap in enumerate(self._traps):
                if not fnmatchcase(f"{method} {path}", trap.pattern):
                    continue
                if trap.after:
                    self._traps[number] = replace(trap, after=trap.after - 1)
                    continue
                self._spend(number, trap)
                return trap.fault
        return None

    def _spend(self, number: int, trap: _Trap) -> None:
        if trap.times > 1:
            self._traps[number] = replace(trap, times=trap.times - 1)
        else:
            del self._traps[number]


_CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ErrorItemNotFound",
    410: "syncStateNotFound",
    429: "ApplicationThrottled",
    500: "InternalServerError",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
