"""One message of a Maildir: a file called `unique:2,flags` (https://cr.yp.to/proto/maildir.html)."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.letter.envelope import Flag

INFO = ":2,"
LETTERS = {
    "D": Flag.DRAFT,
    "F": Flag.FLAGGED,
    "P": Flag.FORWARDED,
    "R": Flag.ANSWERED,
    "S": Flag.SEEN,
    "T": Flag.DELETED,
}
_BY_FLAG = {str(flag): letter for letter, flag in LETTERS.items()}


class MessageFile(Struct, frozen=True):
    """A file as found in the `new` or `cur` (`sub`) of a folder, with its time (UTC seconds) and bytes."""

    sub: str
    name: str
    changed: float = 0.0
    size: int = 0

    @property
    def uid(self) -> str:
        """What no program changes: the name without flags, nor the sizes and numbers some programs add."""
        return self.name.partition(":")[0].partition(",")[0]

    @property
    def flags(self) -> frozenset[str]:
        """What is in `new` was not seen, whatever its name says."""
        return _flags(self._letters if self.sub == "cur" else self._letters.replace("S", ""))

    @property
    def path(self) -> str:
        return f"{self.sub}/{self.name}"

    def received(self, now: float) -> float:
        """When it came: the file's time, or the one in its name when that can't be."""
        return self.changed if 0 < self.changed < now + 86400 else self.named_at

    @property
    def named_at(self) -> float:
        """The time in its name; 0 when there is none."""
        seconds = self.name.partition(".")[0]
        return float(seconds) if seconds.isdecimal() and len(seconds) < 12 else 0.0

    def flagged(self, add: Iterable[str], drop: Iterable[str]) -> "MessageFile":
        """Under its next name, in `cur`. Letters that mean something to other programs stay."""
        taken = {_BY_FLAG[flag] for flag in drop if flag in _BY_FLAG}
        letters = sorted(set(self._letters) - taken | set(letters_of(add)))
        return replace(self, sub="cur", name=self.name.partition(INFO)[0] + INFO + "".join(letters))

    @property
    def _letters(self) -> str:
        return self.name.partition(INFO)[2]


def letters_of(flags: Iterable[str]) -> str:
    """The letters of those flags that a Maildir knows, in order."""
    return "".join(sorted(_BY_FLAG[flag] for flag in flags if flag in _BY_FLAG))


@lru_cache(maxsize=1024)
def _flags(letters: str) -> frozenset[str]:
    return frozenset(str(LETTERS[letter]) for letter in letters if letter in LETTERS)
