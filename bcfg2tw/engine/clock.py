"""The time, and what has to happen later: handed to whatever needs it, so that tests decide."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A function that will be called once."""

    def cancel(self) -> None:
        """Have it not called any more; a call that has begun goes on."""


class Clock(Protocol):
    """Tells the time and calls functions later; safe to use from any thread."""

    def time(self) -> float:
        """Return the time of day, in seconds since 1970; it may be set back."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow, since some moment."""

    def call_later(self, delay_seconds: float, function: Callable[[], object]) -> Timer:
        """
        Have a function called once, in a thread of its own.

        The thread does not keep the process alive. What the function raises is lost.
        """


class SystemClock(Clock):
    """The clock of the machine."""

    def time(self) -> float:
        """Return the time of day."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    def call_later(self, delay_seconds: float, function: Callable[[], object]) -> Timer:
        """Start a thread that waits and calls the function."""
        timer = threading.Timer(delay_seconds, function)
        timer.daemon = True
        timer.start()
        return timer
