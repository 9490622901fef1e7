"""The state of a service, and those who want to know of it."""

from __future__ import annotations

from collections.abc import Callable

LOADING, SERVING, DRAINING, STOPPING = "loading", "serving", "draining", "stopping"
FAILED, RELOADING = "failed", "reloading"


class ServiceState:
    """
    One word for what a service does; for the reactor's thread.

    :ivar listeners: called with the word whenever it changes
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[str], None]] = []
        self._state = LOADING
        self._reloads = 0

    def __str__(self) -> str:
        is_reloading = self._reloads and self._state == SERVING
        return RELOADING if is_reloading else self._state

    @property
    def is_ready(self) -> bool:
        """True where clients are to come."""
        return self._state == SERVING

    def enter(self, state: str) -> None:
        """Take note of another state."""
        before, self._state = str(self), state
        self._tell_after(before)

    def begin_reloading(self) -> None:
        """Take note that everything is read again; it is served meanwhile."""
        before = str(self)
        self._reloads += 1
        self._tell_after(before)

    def end_reloading(self) -> None:
        """Take note that a reading has ended."""
        before = str(self)
        self._reloads -= 1
        self._tell_after(before)

    def _tell_after(self, before: str) -> None:
        if str(self) != before:
            for listener in self.listeners:
                listener(str(self))
