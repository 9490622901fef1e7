"""The one way from the reactor into threads: bounded, counted, drained at the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from bcfg2tw.settings import Settings

T = TypeVar("T")


class Busy(Exception):
    """So many calls are waiting that no further one is taken."""


class CorePool:
    """
    The only way from the reactor thread to code that blocks.

    What goes in is immutable or belongs to the call; code in the pool never touches the reactor,
    a request or a Deferred.

    :ivar pending: calls that wait or run
    """

    def __init__(self, reactor: Any, settings: Settings) -> None:
        """
        Make a pool with `threads` threads, in which `max_queue` further calls may wait.

        :param settings: both numbers are those of this moment
        """
        self._reactor = reactor
        self._limit = settings.threads + settings.max_queue
        self._threads = ThreadPool(
            minthreads=settings.threads, maxthreads=settings.threads, name="core"
        )
        # a call that never ends must not keep the process from ending
        self._threads.threadFactory = partial(Thread, daemon=True)  # type: ignore[assignment]
        self._drained: Deferred[None] | None = None
        self.pending = 0

    def start(self) -> None:
        """Start the threads."""
        self._threads.start()

    def stop(self) -> Deferred[None]:
        """Take no further call; the Deferred fires when the last one has ended."""
        if self._drained is None:
            self._drained = Deferred()
            self._drained.addCallback(lambda _: self._threads.stop())
            if not self.pending:
                self._drained.callback(None)
        waiting: Deferred[None] = Deferred()
        self._drained.addCallback(lambda _: waiting.callback(None))
        return waiting

    def call(self, function: Callable[..., T], *args: Any) -> Deferred[T]:
        """
        Run a function in a thread.

        :returns: a Deferred of its result; it cannot be cancelled
        :raises Busy: through the Deferred, if too many calls are pending, or the pool has stopped
        """
        if self._drained is not None:
            return fail(Busy("the server is stopping"))
        if self.pending >= self._limit:
            return fail(Busy(f"{self.pending} calls are waiting"))
        self.pending += 1
        running: Deferred[T] = deferToThreadPool(self._reactor, self._threads, function, *args)
        return running.addBoth(self._finish)

    def _finish(self, result: T) -> T:
        self.pending -= 1
        if self._drained is not None and not self.pending and not self._drained.called:
            self._reactor.callLater(0, self._drained.callback, None)
        return result
