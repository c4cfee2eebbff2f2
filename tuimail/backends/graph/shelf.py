"""Messages as the last answers had them, for whoever asks for the same a moment later."""

import time
from collections.abc import Callable, Iterable

from tuimail.backends.graph import rows
from tuimail.backends.graph.rows import Json

FRESH_SECONDS = 60.0


class Shelf:
    """What a walk through a folder brought: each message is taken once, and soon."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[str, tuple[float, dict[str, Json]]] = {}

    def put(self, folder: str, found: Iterable[Json]) -> None:
        """In place of what there was of this folder."""
        self._kept[folder] = self._now(), {rows.key(given): given for given in found}

    def take(self, folder: str, uids: Iterable[str]) -> dict[str, Json]:
        """Those of the messages that are here and fresh."""
        at, kept = self._kept.get(folder, (0.0, {}))
        if self._now() - at > FRESH_SECONDS:
            self._kept.pop(folder, None)
            return {}
        return {uid: kept.pop(uid) for uid in uids if uid in kept}

    def forget(self, uids: Iterable[str]) -> None:
        """Something is done to these."""
        names = list(uids)
        for _, kept in self._kept.values():
            for uid in names:
                kept.pop(uid, None)
