"""One call from the moment it waits until its thread has ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from bcfg2tw.engine.time_limit import time_limit
from bcfg2tw.scheduling.stuck_thread import clear_interruption
from bcfg2tw.scheduling.thread_time import ThreadTime
from bcfg2tw.scheduling.turn import Turn

#: With less of a processor's time than this a thread waits.
COMPUTING_SHARE = 0.02


class Call:
    """
    A function that is called in a thread, and those who want its result.

    All but `run` is for the reactor's thread.

    :ivar began: when it began to run, as the reactor counts; None while it waits
    :ivar has_place: whether it runs and no other call has its place yet
    :ivar is_given_up: whether it has taken so long that nobody waits for it any more
    :ivar is_computing: whether the thread was using a processor when it was looked at last
    :ivar thread: the identifier of its thread while it runs there, None before and afterwards
    :ivar interruptions: how often it was tried to end it
    """

    def __init__(
        self,
        turn: Turn,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        leave: Callable[[Call], None],
    ) -> None:
        """
        Describe a call; it does not run yet.

        :param leave: called when nobody wants the result any more
        """
        self.turn = turn
        self.began: float | None = None
        self.has_place = False
        self.is_given_up = False
        self.is_computing = False
        self.thread: int | None = None
        self.interruptions = 0
        self._function = function
        self._args = args
        self._leave = leave
        self._waiting: list[Deferred[Any]] = []
        self._time: ThreadTime | None = None

    def result(self) -> Deferred[Any]:
        """Return a further Deferred of the result; to cancel it is to want it no more."""
        waiting: Deferred[Any] = Deferred(self._cancel)
        self._waiting.append(waiting)
        return waiting

    def _cancel(self, waiting: Deferred[Any]) -> None:
        self._waiting.remove(waiting)
        if not self._waiting:
            self._leave(self)

    def fire(self, result: object) -> None:
        """Give a result, or a `Failure`, to all who wait for it."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if isinstance(result, Failure):
                each.errback(result)
            else:
                each.callback(result)

    def run(self, limit_seconds: float) -> Any:
        """
        Call the function, in a thread of the pool.

        :param limit_seconds: what the function starts should end in this time
        """
        self._time = ThreadTime()
        self.thread = threading.get_ident()
        try:
            with time_limit(limit_seconds):
                return self._function(*self._args)
        finally:
            self.thread = None
            if self.interruptions:
                clear_interruption()  # one that comes now is meant for nobody

    def look(self) -> None:
        """Look whether the thread computes; one that does not waits: for a program, a lock."""
        # many that compute get little time each, since Python runs one at a time
        self.is_computing = self._time is not None and self._time.share() > COMPUTING_SHARE
