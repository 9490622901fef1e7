"""Answers that stay true for a while, and cost too much to be found anew for each page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")

#: What is remembered at most; the oldest goes first.
MOST = 1000


class Memory:
    """Values by their keys, each for some time. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[Hashable, tuple[float, Any]] = {}

    def recall(self, key: Hashable, seconds: float, make: Callable[[], T]) -> T:
        """
        Return a value, made anew if it is older than some seconds.

        Two threads may make the same value at the same time: neither waits for the other.
        """
        with self._lock:
            made_at, value = self._values.get(key, (float("-inf"), None))
        if self._clock() - made_at < seconds:
            return cast(T, value)
        return self._keep(key, make())

    def _keep(self, key: Hashable, value: T) -> T:
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = self._clock(), value
            while len(self._values) > MOST:
                del self._values[next(iter(self._values))]
        return value
