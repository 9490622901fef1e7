"""The threads in which pages are made: a few, beside those of clients' calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

T = TypeVar("T")

#: Requests that are answered at a time, and those that wait beside them.
THREADS, WAITING = 6, 60


class TooMany(Exception):
    """Too many requests wait already."""


class WebThreads:
    """A bounded number of threads for a bounded number of requests."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._threads = ThreadPool(minthreads=0, maxthreads=THREADS, name="reports")
        # a query that hangs must not keep the process from ending
        self._threads.threadFactory = partial(Thread, daemon=True)  # type: ignore[assignment]
        self._pending = 0
        self._is_closed = False

    def call(self, function: Callable[..., T], *args: Any) -> Deferred[T]:
        """
        Run a function in a thread, when there is one.

        :raises TooMany: through the Deferred, if too many wait, or after the end
        """
        if self._is_closed or self._pending >= THREADS + WAITING:
            return fail(TooMany())
        if not self._threads.started:
            self._threads.start()
        self._pending += 1
        running: Deferred[T] = deferToThreadPool(self._reactor, self._threads, function, *args)
        return running.addBoth(self._end)

    def _end(self, result: T) -> T:
        self._pending -= 1
        return result

    def close(self) -> None:
        """Begin nothing more, and wait for nothing."""
        self._is_closed = True
        if self._threads.started:
            self._threads.adjustPoolsize(0, 0)
