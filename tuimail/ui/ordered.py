"""Many ids in the order of a key each. A change costs the finding of its place, however many there are."""

from bisect import bisect_left, insort
from collections.abc import Iterable

Key = tuple[int, float, float, str]
"""What is compared, the id at its end."""


class Ordered:
    """A sorted list of keys, and the key of each id."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._of: dict[str, Key] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._of

    def fill(self, keys: Iterable[Key]) -> None:
        """Forget everything and begin with these."""
        self._keys = sorted(keys)
        self._of = {key[3]: key for key in self._keys}

    def put(self, key: Key) -> None:
        """A new id, or another key for a known one."""
        if self._of.get(key[3]) != key:
            self.drop(key[3])
            self._of[key[3]] = key
            insort(self._keys, key)

    def drop(self, item_id: str) -> None:
        key = self._of.pop(item_id, None)
        if key is not None:
            del self._keys[bisect_left(self._keys, key)]

    def before(self, rank: int, value: float = float("-inf")) -> int:
        """How many ids have a lower key, as far as its first part, and its second, go."""
        return bisect_left(self._keys, (rank, value, float("-inf"), ""))

    def ids(self, start: int = 0, stop: int | None = None) -> list[str]:
        """The ids from place `start` to `stop`."""
        return [key[3] for key in self._keys[start:stop]]
