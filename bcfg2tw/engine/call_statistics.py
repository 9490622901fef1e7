"""The durations of calls and steps: minimum, maximum, mean and count by name (:ref:`core-15`)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class CallStatistics:
    """A collection of durations in seconds, by name; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._figures: dict[str, tuple[float, float, float, int]] = {}

    def add(self, name: str, seconds: float) -> None:
        """Take in one more duration."""
        with self._lock:
            low, high, mean, count = self._figures.get(name, (seconds, seconds, 0.0, 0))
            mean = (mean * count + seconds) / (count + 1)
            self._figures[name] = (min(low, seconds), max(high, seconds), mean, count + 1)

    @contextmanager
    def track(self, name: str) -> Iterator[None]:
        """Measure the block under a name, also when it raises."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - started)

    def figures(self) -> dict[str, tuple[float, float, float, int]]:
        """Return a copy: name to (minimum, maximum, mean, count)."""
        with self._lock:
            return dict(self._figures)
