"""The time in which a service has to end: what takes longer is waited for no more."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, DeferredList

#: How much of the time is kept for shutting the core down.
SHUTDOWN_SECONDS = 2.0


class Drain:
    """The end of one service, from the moment at which this is made."""

    def __init__(self, reactor: Any, seconds: float) -> None:
        """
        Begin.

        :param seconds: how long all of it may take
        """
        self._reactor = reactor
        self._began = reactor.seconds()
        self._due = self._began + seconds
        #: how much of the seconds is left for shutting the core down
        self.reserve_seconds = min(SHUTDOWN_SECONDS, seconds / 5)
        self._limit: Deferred[None] | None = None
        self._timer: Any = None
        self._limit_reserve_seconds = 0.0

    @property
    def seconds_for_calls(self) -> float:
        """The time for which calls may run on, from the beginning."""
        return float(self._due - self.reserve_seconds - self._began)

    async def in_time(self, waiting: Deferred[Any], reserve_seconds: float = 0.0) -> bool:
        """
        Wait for something, but not longer than the end of all may take; say if it came in time.

        :param waiting: does not fail
        :param reserve_seconds: how much of that is left for what comes then
        """
        limit: Deferred[None] = Deferred()
        self._limit, self._limit_reserve_seconds = limit, reserve_seconds
        self._set_timer()
        await DeferredList([waiting, limit], fireOnOneCallback=True)
        self._limit = None
        if self._timer.active():
            self._timer.cancel()
        return waiting.called

    def cut_short(self) -> None:
        """Leave no more time than shutting the core down may take."""
        self._due = min(self._due, self._reactor.seconds() + self.reserve_seconds)
        if self._limit is not None and self._timer.active():
            self._timer.cancel()
            self._set_timer()

    def _set_timer(self) -> None:
        assert self._limit is not None
        seconds = self._due - self._limit_reserve_seconds - self._reactor.seconds()
        self._timer = self._reactor.callLater(max(0.0, seconds), self._limit.callback, None)
