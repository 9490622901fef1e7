"""
Calls that begin at the same time: in one thread, for which the reactor's thread makes way.

Python runs one thread at a time. Where the reactor goes on while calls run in threads, they take
the interpreter from each other some fifty times in a client's run, and each finds the other's
memory in the caches of the processors: that took a sixth of the server's processor time.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from bcfg2tw.scheduling.call import Call, cpu_seconds
from bcfg2tw.scheduling.threads import result_of

#: After so long the reactor's thread goes on, whatever the calls do. Most take a tenth of it.
LONGEST_SECONDS = 0.01

#: How often it is looked what the calls do, ...
SLICE_SECONDS = 0.001
#: ... and with less of a processor's time than this they wait, for a disk or a database.
COMPUTING_SHARE = 0.1


T = TypeVar("T")


class Together:
    """
    Calls that run in one thread, one after another.

    The methods but `run` are for the reactor's thread.
    """

    def __init__(
        self, calls: Iterable[Call], limit_seconds: float, tell: Callable[[Together], None]
    ) -> None:
        """
        Put calls together; none runs yet.

        :param limit_seconds: what each of them starts should end in this time
        :param tell: called at the end in their thread, where `make_way` did not wait for that
        """
        self._waiting = deque(calls)
        self._results: deque[tuple[object, Call]] = deque()
        self._limit_seconds = limit_seconds
        self._tell = tell
        self._clock: int | None = None
        self._cpu_before = 0.0
        self._has_ended = threading.Lock()
        self._has_ended.acquire()
        self._first = deque([True])  # for the one that is done first: the thread, or its wait

    def run(self) -> None:
        """Run those calls that are not taken back before it is their turn; in a thread."""
        clock = time.pthread_getcpuclockid(threading.get_ident())
        self._cpu_before, self._clock = cpu_seconds(clock), clock
        while (call := _next(self._waiting)) is not None:
            _, result = result_of(partial(call.run, self._limit_seconds))
            self._results.append((result, call))
            del result  # the traceback of a failure has this frame: it would refer to itself
        if _next(self._first):
            self._has_ended.release()
        else:
            self._tell(self)

    def make_way(self) -> list[Call]:
        """
        Wait for the calls, for some milliseconds and while they compute.

        :returns: calls whose turn has not come: they are taken back, to run in other threads
        """
        due = time.monotonic() + LONGEST_SECONDS
        while not self._has_ended.acquire(timeout=SLICE_SECONDS):
            if time.monotonic() >= due or not self._is_computing():
                break
        _next(self._first)
        return list(iter(partial(_next, self._waiting), None))

    def _is_computing(self) -> bool:
        """Say whether the thread has computed since it was looked at last, or has not begun."""
        if self._clock is None:
            return True
        before, self._cpu_before = self._cpu_before, cpu_seconds(self._clock)
        return self._cpu_before - before >= COMPUTING_SHARE * SLICE_SECONDS

    def results(self) -> Iterator[tuple[Any, Call]]:
        """Take the results that are there, each with its call."""
        return iter(partial(_next, self._results), None)


def _next(queue: deque[T]) -> T | None:
    """Take the first of a queue that several threads take from; None where it is empty."""
    try:
        return queue.popleft()
    except IndexError:
        return None
