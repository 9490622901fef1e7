"""The objects of a plugin that outlive its instances."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Lasting:
    """
    The locks, caches, threads and counters of a plugin, by name, handed from instance to instance.

    A plugin is made anew when its files change; this object stays. Safe to use from any thread.
    An instance that never came into service may have had it, too: nothing in it may depend on
    one state of the files, unless `given` says on which.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._objects: dict[str, tuple[object, Any]] = {}

    def keep(self, name: str, make: Callable[[], T], given: object = None) -> T:
        """
        Return the object of a name, made by the first instance that asks.

        :param make: makes it
        :param given: where it does not equal what it was last time, the object is made anew
        """
        with self._lock:
            kept = self._objects.get(name)
            if kept is None or kept[0] != given:
                kept = self._objects[name] = (given, make())
            value: T = kept[1]
            return value

    def last_good(self, name: str, value: T | None) -> T | None:
        """Return a value, or the last one of this name that was not None."""
        with self._lock:
            if value is not None:
                self._objects[name] = (None, value)
            kept = self._objects.get(name)
            return None if kept is None else kept[1]

    def is_news(self, name: str, value: object) -> bool:
        """Remember a value, and say whether it differs from the last one of this name."""
        with self._lock:
            kept = self._objects.get(name)
            self._objects[name] = (None, value)
            return kept is None or kept[1] != value
