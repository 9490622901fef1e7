"""The one way from the reactor into threads: fair, bounded, drained at the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool

from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.look_ups import LookUps
from bcfg2tw.scheduling.overdue import Overdue
from bcfg2tw.scheduling.refusals import Busy, TookTooLong
from bcfg2tw.scheduling.runners import Runners
from bcfg2tw.scheduling.schedule import Schedule
from bcfg2tw.scheduling.threads import Threads
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings

__all__ = ["Busy", "CorePool", "TookTooLong"]

T = TypeVar("T")

#: What a call starts has to end so much sooner than the call, for its failure to be told.
MARGIN_SECONDS = 4.0

#: A caller who has so many threads hanging is not given another one: he would have them all.
HANGING_OF_CALLER = 4
STILL_HANGING = (
    f"not begun: {HANGING_OF_CALLER} earlier ones of this client still hang. When the cause is "
    "mended, restart the server"
)

#: Threads for what the server does by itself: reading the repository, watching it, shutting down.
OWN_THREADS = 8
OWN_TURN = Turn("")


class CorePool:
    """
    The only way from the reactor thread to code that blocks.

    What goes in is immutable or belongs to the call; code in the pool never touches the reactor,
    a request or a Deferred.

    Calls run one after another in few threads while they compute (`scheduling.runners`). One that
    waits for something, or computes for long, keeps none behind it: it soon gives its place to
    another one and goes on in a thread beside the others, as long as there are `spare_threads`. At
    its deadline its caller is told where it hangs, and its thread is ended where that is safe.
    """

    def __init__(self, reactor: Any, settings: Settings) -> None:
        """
        Make a pool.

        :param settings: `threads` is how many calls run at a time, and quick ones as many again;
            all its numbers are those of this moment
        """
        self._reactor = reactor
        margin = min(MARGIN_SECONDS, settings.call_timeout_seconds / 5)
        self._limit_seconds = settings.call_timeout_seconds - margin
        number = 2 * settings.threads + settings.spare_threads + OWN_THREADS
        self._threads = Threads(minthreads=0, maxthreads=number, name="core")
        self._runners = Runners(reactor, self._threads, self._limit_seconds, self._end)
        self._look_ups = LookUps(reactor)
        self._schedule = Schedule(settings, self._begin, self._look_whether_drained)
        self._overdue = Overdue(reactor, settings, self._schedule)
        self._drained: Deferred[None] | None = None

    @property
    def pending(self) -> int:
        """The number of calls that wait or run, the server's own work included; none given up."""
        return self._schedule.pending + len(self._overdue.own_work)

    @property
    def given_up(self) -> int:
        """The number of calls that were given up and do not end."""
        return len(self._overdue.given_up)

    @property
    def is_quiet(self) -> bool:
        """True where no call of a client waits or runs."""
        return not self._schedule.pending

    @property
    def is_lost(self) -> bool:
        """True where every thread of a kind of calls hangs, so that no place becomes free."""
        return self._schedule.is_lost

    def picture(self) -> dict[str, int]:
        """Return how many calls wait, quick ones and others, run, and were given up."""
        return {
            **self._schedule.picture(),
            "own_work": len(self._overdue.own_work),
            "given_up": self.given_up,
        }

    @property
    def listeners(self) -> list[Callable[[], None]]:
        """
        Functions that are called in the reactor's thread whenever `given_up` has changed.

        A process that can be replaced had better be when there are any.
        """
        return self._overdue.listeners

    def start(self) -> None:
        """Start the threads."""
        self._threads.start()
        self._look_ups.start()

    def stop(self) -> Deferred[None]:
        """Take no further call; the Deferred fires when the last one has ended or was given up."""
        if self._drained is None:
            self._drained = Deferred()
            self._drained.addCallback(lambda _: self._end_threads())
            if not self.pending:
                self._drained.callback(None)
        waiting: Deferred[None] = Deferred()
        self._drained.addCallback(lambda _: waiting.callback(None))
        return waiting

    def abandon(self) -> None:
        """Wait no longer for what runs, and begin nothing more; after `stop`."""
        self._overdue.stop()
        self._look_ups.stop()
        self._schedule.send_all_away()
        self._runners.stop()
        self._threads.adjustPoolsize(0, 0)  # waits for none, as `stop` would for ever

    def _end_threads(self) -> None:
        self.abandon()
        if not self.given_up:
            self._threads.stop()

    def call(self, function: Callable[..., T], *args: Any) -> Deferred[T]:
        """
        Run a function of the server's own in a thread: at once, and for as long as it takes.

        :returns: a Deferred of its result; it cannot be cancelled
        :raises Busy: through the Deferred, if the pool has stopped
        """
        if self._drained is not None:
            return fail(Busy("the server is stopping"))
        work = Call(OWN_TURN, function, args, lambda _: None)
        work.began = self._reactor.seconds()
        self._overdue.own_work.add(work)
        running: Deferred[T] = deferToThreadPool(self._reactor, self._threads, work.run, math.inf)
        self._overdue.look_again()
        return running.addBoth(self._end_own_work, work)

    def _end_own_work(self, result: T, work: Call) -> T:
        self._overdue.own_work.discard(work)
        self._look_whether_drained()
        return result

    def serve(self, turn: Turn, function: Callable[..., T], *args: Any) -> Deferred[T]:
        """
        Run a function for a client in a thread, when it is its turn.

        :returns: a Deferred of its result; cancelling it takes back a call that still waits
        :raises Busy: through the Deferred, if too many calls are waiting, or the pool has stopped
        :raises TookTooLong: through the Deferred, if the call was given up
        """
        if self._drained is not None:
            return fail(Busy("the server is stopping"))
        if self._schedule.lane(turn).is_lost:
            return fail(Busy("every thread hangs"))
        if self._overdue.number_of(turn) >= HANGING_OF_CALLER:
            return fail(TookTooLong(STILL_HANGING))
        return self._schedule.put(turn, function, args)

    def _begin(self, call: Call) -> None:
        call.began = self._reactor.seconds()
        self._runners.begin(call)
        self._overdue.look_again()

    def _end(self, result: object, call: Call) -> None:
        self._overdue.note_ended(call)
        self._schedule.end(result, call)

    def _look_whether_drained(self) -> None:
        if self._drained is not None and not self.pending and not self._drained.called:
            self._reactor.callLater(0, self._fire_drained, self._drained)

    def _fire_drained(self, drained: Deferred[None]) -> None:
        if not drained.called:
            drained.callback(None)

    def look_up(self, subject: str, look_up: Callable[[], object]) -> Deferred[None]:
        """
        Make a look-up in a thread beside those of calls; one for each subject at a time.

        :returns: a Deferred that fires when it has ended
        :raises bcfg2tw.errors.NotServing: through the Deferred, if it takes some seconds
        """
        return self._look_ups.ask(subject, look_up)
