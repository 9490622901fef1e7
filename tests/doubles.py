"""What tests use in place of parts of the server: classes that keep the same promises."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bcfg2tw.engine.clock import Clock


class ManualTimer:
    """A function that is called when its time has come, unless it is cancelled before."""

    def __init__(self, due: float, function: Callable[[], object]) -> None:
        self.due = due
        self.function = function
        self.is_cancelled = False

    def cancel(self) -> None:
        """Have it not called any more."""
        self.is_cancelled = True


class ManualClock(Clock):
    """
    A clock that stands still until it is advanced; timers run in the thread that advances it.

    :param now: seconds since 1970; `monotonic` counts from the same moment
    """

    def __init__(self, now: float = 1000.0) -> None:
        self._lock = threading.Lock()
        self._now = now
        self._timers: list[ManualTimer] = []

    def time(self) -> float:
        """Return the time."""
        return self._now

    def monotonic(self) -> float:
        """Return the time."""
        return self._now

    def call_later(self, delay_seconds: float, function: Callable[[], object]) -> ManualTimer:
        """Have a function called when the clock was advanced so far."""
        timer = ManualTimer(self._now + delay_seconds, function)
        with self._lock:
            self._timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, and call what becomes due, each at its time."""
        end = self._now + seconds
        while (timer := self._next(end)) is not None:
            self._now = max(self._now, timer.due)
            timer.function()
        self._now = max(self._now, end)

    def _next(self, end: float) -> ManualTimer | None:
        with self._lock:
            self._timers = [timer for timer in self._timers if not timer.is_cancelled]
            due = [timer for timer in self._timers if timer.due <= end]
            if not due:
                return None
            timer = min(due, key=lambda timer: timer.due)
            self._timers.remove(timer)
            return timer
