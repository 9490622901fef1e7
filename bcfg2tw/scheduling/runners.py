"""
The reactor and the threads that calls run in take turns.

Python runs one thread at a time. Where several compute, they take the interpreter from each other
some fifty times in a client's run, and each finds the others' memory in the caches of the
processors: that took a sixth of the server's processor time, and made the reactor wait for each of
its steps while configurations were built. So calls that begin at the same time run in one thread,
one after another, and the reactor's thread makes way for them, for some milliseconds; then it has
its turn, and those that are left have theirs. Only those that wait for something, or compute for
long, run beside the reactor, and beside others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.python.threadpool import ThreadPool

from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.together import Together

#: The reactor's thread makes way for so long at most. Most calls take a tenth of it.
LONGEST_SECONDS = 0.01
#: How often it is looked meanwhile whether they compute.
SLICE_SECONDS = 0.001

#: How often it is looked at those that take longer, ...
LOOK_SECONDS = 0.02
#: ... and how long others wait for one that computes, before they run beside it.
LONG_SECONDS = 0.2


class Runners:
    """Has calls run in threads; for the reactor's thread."""

    def __init__(
        self,
        reactor: Any,
        threads: ThreadPool,
        limit_seconds: float,
        end: Callable[[Any, Call], None],
    ) -> None:
        """
        Begin without calls.

        :param limit_seconds: what a call starts should end in this time
        :param end: is told the result of each call, or its `Failure`
        """
        self._reactor = reactor
        self._threads = threads
        self._limit_seconds = limit_seconds
        self._end = end
        self._beginning: list[Call] = []
        self._is_others_turn = False  # others than quick ones: they were left over
        self._turn: IDelayedCall | None = None
        self._long: Together | None = None  # that computes for longer than its turn
        self._look_later: IDelayedCall | None = None

    def begin(self, call: Call) -> None:
        """Have a call run, with those that begin at the same time."""
        self._beginning.append(call)
        self._take_turn_soon()

    def stop(self) -> None:
        """Begin what was to begin, and take no turns any more."""
        for call in self._beginning:
            self._start([call]).leave()
        self._beginning = []
        for later in (self._turn, self._look_later):
            if later is not None and later.active():
                later.cancel()

    def _take_turn_soon(self) -> None:
        """Have calls run once the reactor has done what it has to do now."""
        if self._beginning and (self._turn is None or not self._turn.active()):
            self._turn = self._reactor.callLater(0, self._take_turn)

    def _take_turn(self) -> None:
        quick = [call for call in self._beginning if call.turn.is_quick]
        others = [call for call in self._beginning if not call.turn.is_quick]
        self._beginning = []
        are_held = self._long is not None
        if are_held:
            self._beginning, others = others, []
        # quick ones come first, but do not keep others for ever
        first = others[: self._is_others_turn]
        if calls := first + quick + others[len(first) :]:
            left = self._run(calls)
            if not are_held:  # else it stays their turn, for when they are held no more
                self._is_others_turn = bool(others) and others[0] in left
            self._beginning = left + self._beginning
            self._take_turn_soon()

    def _run(self, calls: Sequence[Call]) -> list[Call]:
        """Run calls, and make way for them; return those that have not begun."""
        together = self._start(calls)
        is_computing = together.make_way(LONGEST_SECONDS, SLICE_SECONDS)
        left = together.take_back()
        has_begun = len(left) < len(calls)  # not so where the machine has no time for the thread
        if has_begun and is_computing and not together.has_ended and self._long is None:
            self._long = together
            self._look_later = self._reactor.callLater(LOOK_SECONDS, self._look)
        self._collect(together)
        return left

    def _start(self, calls: Sequence[Call]) -> Together:
        together = Together(calls, self._limit_seconds, self._tell)
        self._threads.callInThread(together.run)
        return together

    def _tell(self, together: Together) -> None:
        self._reactor.callFromThread(self._collect, together)

    def _collect(self, together: Together) -> None:
        for result, call in together.take_results():
            self._end(result, call)
        if together is self._long and together.has_ended:
            self._forget_long()

    def _look(self) -> None:
        """Look at a call that takes longer, whether others should still wait for it."""
        long = self._long
        assert long is not None
        if not long.has_ended and long.is_computing() and long.seconds < LONG_SECONDS:
            self._look_later = self._reactor.callLater(LOOK_SECONDS, self._look)
        else:
            self._forget_long()

    def _forget_long(self) -> None:
        """Wait no longer for a call that takes long."""
        self._long = None
        if self._look_later is not None and self._look_later.active():
            self._look_later.cancel()
        self._take_turn_soon()
