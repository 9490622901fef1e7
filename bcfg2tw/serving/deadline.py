"""The deadline of a connection, which is another one with each step of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall


class Deadline:
    """
    A deadline that is set, moved and cleared, at the cost of one timer for all of that.

    For the reactor's thread.

    :ivar is_set: whether there is one now
    """

    def __init__(self, reactor: Any, expire: Callable[[], None]) -> None:
        """
        Set none yet.

        :param expire: called when a deadline has come, which is set no more then
        """
        self._reactor = reactor
        self._expire: Callable[[], None] | None = expire
        self._timer: IDelayedCall | None = None
        self.is_set = False

    def set(self, seconds: float) -> None:
        """Have a deadline so many seconds from now, in the place of any other."""
        self.is_set = True
        if self._timer is None:
            self._timer = self._reactor.callLater(seconds, self._fire)
        else:
            self._timer.reset(seconds)

    def clear(self) -> None:
        """Have none for now; the timer is kept for the next."""
        self.is_set = False

    def end(self) -> None:
        """Have none any more."""
        self.is_set, self._expire = False, None
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _fire(self) -> None:
        self._timer = None
        if self.is_set and self._expire is not None:
            self.is_set = False
            self._expire()
