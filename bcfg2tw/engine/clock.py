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
        """
        Start a thread that waits and calls the function.

        Where there is no memory for a thread, one that has called such a function goes on with
        this one afterwards: what asks to be called again and again does not end with that.

        :raises RuntimeError: if there is none for a thread, and this one is no such thread
        """
        timer = _WaitingThread(delay_seconds, function)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:
            current = threading.current_thread()
            if not isinstance(current, _WaitingThread):
                raise
            current.others.append(timer)
        return timer


class _WaitingThread(threading.Timer):
    """
    A thread that waits and calls a function.

    :ivar others: to be waited for afterwards, as no thread of their own could be started
    """

    def __init__(self, delay_seconds: float, function: Callable[[], object]) -> None:
        super().__init__(delay_seconds, function)
        self.others: list[_WaitingThread] = []

    def run(self) -> None:
        """Wait and call, then go on with the others."""
        try:
            super().run()
        finally:
            while self.others:
                self.others.pop(0).run()
