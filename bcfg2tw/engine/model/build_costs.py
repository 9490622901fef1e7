"""The time that plugins take in builds, measured in some of them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

#: One build of so many is measured: to measure each entry of each build costs too much.
INTERVAL = 32


class BuildCosts:
    """
    The time of one build, by plugin; for the thread that builds.

    :ivar seconds: by name of the plugin
    """

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def measure(self, plugin: str, step: Callable[[], Any]) -> Any:
        """Take a step for a plugin, whose time is the plugin's; also where it raises."""
        started = time.perf_counter()
        try:
            return step()
        finally:
            self.seconds[plugin] += time.perf_counter() - started  # type: ignore[assignment]


class MeasuredBuilds:
    """The costs of all builds that were measured; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._builds = 0
        self._measured = 0
        self._seconds: Counter[str] = Counter()

    def next(self) -> BuildCosts | None:
        """Count a build; return what its costs are to be noted in, None if they are not."""
        with self._lock:
            self._builds += 1
            return BuildCosts() if self._builds % INTERVAL == 1 else None

    def add(self, costs: BuildCosts) -> None:
        """Take in the costs of a build that has ended."""
        with self._lock:
            self._measured += 1
            self._seconds.update(costs.seconds)

    def picture(self) -> dict[str, Any]:
        """Return the number of builds, of those measured, and the latter's seconds by plugin."""
        with self._lock:
            return {
                "count": self._builds,
                "measured": self._measured,
                "seconds": dict(self._seconds),
            }
