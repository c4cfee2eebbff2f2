"""What is to happen later, by a clock that can be a test's own."""

import heapq
import itertools
import threading
from collections.abc import Callable

LOOK_EVERY = 0.02


class Schedule:
    """Jobs with their times. `lock` is held while one is done; a thread does them, and `run` does at once."""

    def __init__(self, clock: Callable[[], float], lock: threading.RLock) -> None:
        self._clock, self._lock = clock, lock
        self._jobs: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake, self._closed = threading.Event(), False
        self._thread = threading.Thread(target=self._watch, name="exchange clock", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """What is not done by now is never done."""
        self._closed = True
        self._wake.set()
        self._thread.join()

    def at(self, when: float, job: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._jobs, (when, next(self._order), job))
        self._wake.set()

    def run(self) -> None:
        """Do all that is due."""
        with self._lock:
            while self._jobs and self._jobs[0][0] <= self._clock():
                heapq.heappop(self._jobs)[2]()

    def _watch(self) -> None:
        while not self._closed:
            self._wake.wait(LOOK_EVERY if self._jobs else None)
            self._wake.clear()
            if not self._closed:
                self.run()
