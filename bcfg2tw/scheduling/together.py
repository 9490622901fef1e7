"""Calls that run in one thread, one after another, for which the reactor's thread makes way."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.thread_time import ThreadTime
from bcfg2tw.scheduling.threads import result_of

#: With less of a processor's time than this a thread waits: for a disk, a database, a program.
COMPUTING_SHARE = 0.1


class Together:
    """
    Calls that run in one thread, one after another.

    All but `run` is for the reactor's thread.
    """

    def __init__(
        self, calls: Iterable[Call], limit_seconds: float, tell: Callable[[Together], None]
    ) -> None:
        """
        Put calls together; none runs yet.

        :param limit_seconds: what each of them starts should end in this time
        :param tell: called, in any thread, when there are results after `make_way` or `leave`
        """
        self._limit_seconds = limit_seconds
        self._tell = tell
        self._lock = threading.Lock()  # for the next four, for moments
        self._waiting = deque(calls)
        self._results: list[tuple[Any, Call]] = []
        self._is_awaited = True
        self._has_ended = False
        self._end = threading.Lock()  # free when no call is left
        self._end.acquire()
        self._call_began = 0.0
        self._time: ThreadTime | None = None

    def run(self) -> None:
        """Run those calls that are not taken back before it is their turn; in a thread."""
        self._time = ThreadTime()
        while (call := self._next()) is not None:
            _, result = result_of(partial(call.run, self._limit_seconds))
            self._note(result, call)
            del result  # the traceback of a failure has this frame: it would refer to itself

    def _next(self) -> Call | None:
        """Take the next call; None where there is none."""
        with self._lock:
            if self._waiting:
                self._call_began = time.monotonic()
                return self._waiting.popleft()
            self._note_end()  # all were taken back
            return None

    def _note(self, result: Any, call: Call) -> None:
        with self._lock:
            self._results.append((result, call))
            is_to_be_told = not self._is_awaited and len(self._results) == 1
            if not self._waiting:
                self._note_end()
        if is_to_be_told:
            self._tell(self)

    def _note_end(self) -> None:
        """Note, under the lock, that no call is left."""
        if not self._has_ended:
            self._has_ended = True
            self._end.release()

    def make_way(self, longest_seconds: float, slice_seconds: float) -> bool:
        """
        Wait until all calls have ended, as long as they compute.

        :param longest_seconds: after so long it is not waited any more
        :param slice_seconds: how often it is looked whether they compute
        :returns: whether they have ended or compute; `take_results` has the results until then
        """
        due = time.monotonic() + longest_seconds
        is_computing = True
        while not self._end.acquire(timeout=slice_seconds):
            is_computing = self.is_computing()
            if not is_computing or time.monotonic() >= due:
                break
        with self._lock:
            self._is_awaited = False
        return is_computing

    def leave(self) -> None:
        """Do not wait for the calls."""
        with self._lock:
            self._is_awaited = False
            has_results = bool(self._results)
        if has_results:
            self._tell(self)

    def is_computing(self) -> bool:
        """Say whether the thread has computed since this was asked last, or has not begun."""
        return self._time is None or self._time.share() >= COMPUTING_SHARE

    @property
    def seconds(self) -> float:
        """Seconds since the call that runs began; 0 before the first."""
        return time.monotonic() - self._call_began if self._call_began else 0.0

    @property
    def has_ended(self) -> bool:
        """True where all calls have ended."""
        return self._has_ended

    def take_back(self) -> list[Call]:
        """Take back the calls that have not begun."""
        with self._lock:
            calls = list(self._waiting)
            self._waiting.clear()
            return calls

    def take_results(self) -> list[tuple[Any, Call]]:
        """Take the results that are there, each with its call."""
        with self._lock:
            results, self._results = self._results, []
            return results
