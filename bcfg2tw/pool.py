"""The one way from the reactor into threads: fair, bounded, drained at the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from bcfg2tw.errors import CriticalError
from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.fair_queue import FairQueue
from bcfg2tw.scheduling.look_ups import LookUps
from bcfg2tw.scheduling.stuck_thread import Place, interrupt, place_of
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings

T = TypeVar("T")

log = Logger()

#: How often it is looked at the calls that run.
LOOK_SECONDS = 0.1

#: After so long a call that only waits gives its place away, ...
WAITING_SECONDS = 0.3
#: ... and after so long one that computes, which makes all others slower when it goes on.
COMPUTING_SECONDS = 2.0

#: What a call starts has to end so much sooner than the call, for its failure to be told.
MARGIN_SECONDS = 4.0

#: How often, and in what intervals, it is tried to end the thread of a call that was given up.
INTERRUPTIONS = 20
INTERRUPTION_SECONDS = 1.0

#: A caller who has so many threads hanging is not given another one: he would have them all.
HANGING_OF_CALLER = 4
STILL_HANGING = (
    f"not begun: {HANGING_OF_CALLER} earlier ones of this client still hang. When the cause is "
    "mended, restart the server"
)

#: Threads for what the server does by itself: reading the repository, watching it, shutting down.
OWN_THREADS = 8
OWN_TURN = Turn("")


class Busy(Exception):
    """So many calls are waiting that no further one is taken."""


class TookTooLong(CriticalError):
    """
    A call was given up; its caller is told where it had come to.

    :ivar reason: without what clients expect in front of it
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the call was {reason}")
        self.reason = reason


class _Lane:
    """
    Calls of one kind, quick or not, with their places.

    :ivar free: how many further ones may run
    :ivar lost: places of calls that were given up
    """

    def __init__(self, settings: Settings, is_serial: bool) -> None:
        self.free = self._places = settings.threads
        self.lost = 0
        others = max(1, settings.threads - 1)  # one address never has them all
        self.queue: FairQueue[Call] = FairQueue(
            settings.max_queue, settings.max_queue_per_address, others, is_serial
        )

    @property
    def is_lost(self) -> bool:
        """Whether every place is held by a call that was given up and does not end."""
        return self.lost == self._places

    def take(self) -> Call | None:
        """Take the next call, if there is a place for it."""
        call = self.queue.take() if self.free else None
        if call is not None:
            self.free -= 1
            call.has_place = True
        return call

    def give_place(self, call: Call) -> None:
        """Let another call have the place of one, which may go on."""
        if call.has_place:
            call.has_place = False
            self.free += 1
            self.lost -= call.is_given_up
            self.queue.give_place(call.turn)


class CorePool:
    """
    The only way from the reactor thread to code that blocks.

    What goes in is immutable or belongs to the call; code in the pool never touches the reactor,
    a request or a Deferred.

    A call that waits for something, or computes for long, soon gives its place to another one and
    goes on in a thread beside the others, as long as there are `spare_threads`. At its deadline
    its caller is told where it hangs, and its thread is ended where that is safe.

    :ivar pending: calls that wait or run and were not given up
    :ivar given_up: calls that were given up and whose threads still run
    :ivar listeners: called, in the reactor's thread, whenever the number of these has changed; a
        process that can be replaced had better be when there are any
    """

    def __init__(self, reactor: Any, settings: Settings) -> None:
        """
        Make a pool.

        :param settings: `threads` is how many calls run at a time, and quick ones as many again;
            all its numbers are those of this moment
        """
        self._reactor = reactor
        self._settings = settings
        self._deadline_seconds = settings.call_timeout_seconds
        number = 2 * settings.threads + settings.spare_threads + OWN_THREADS
        self._threads = ThreadPool(minthreads=0, maxthreads=number, name="core")
        # a call that never ends must not keep the process from ending
        self._threads.threadFactory = partial(Thread, daemon=True)  # type: ignore[assignment]
        self._lanes = {True: _Lane(settings, False), False: _Lane(settings, True)}
        self._look_ups = LookUps(reactor)
        self._running: set[Call] = set()
        self._own_work: set[Call] = set()
        self._alike: dict[tuple[object, ...], Call] = {}
        self._spare = settings.spare_threads
        # so many that all of them still end before their deadlines
        self._spare_computing = 2 * settings.threads
        self._look_later: IDelayedCall | None = None
        self._has_ended = False
        self._drained: Deferred[None] | None = None
        self.pending = 0
        self.given_up: set[Call] = set()
        self.listeners: list[Callable[[], None]] = []

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
        self._stop_looking()
        for lane in self._lanes.values():
            self._refuse_all(lane)
        self._threads.adjustPoolsize(0, 0)  # waits for none, as `stop` would for ever

    def _end_threads(self) -> None:
        self._stop_looking()
        if self.given_up:
            self.abandon()
        else:
            self._threads.stop()

    def _stop_looking(self) -> None:
        self._look_ups.stop()
        self._has_ended = True
        if self._look_later is not None:
            self._look_later.cancel()
            self._look_later = None

    def call(self, function: Callable[..., T], *args: Any) -> Deferred[T]:
        """
        Run a function of the server's own in a thread: at once, and for as long as it takes.

        :returns: a Deferred of its result; it cannot be cancelled
        :raises Busy: through the Deferred, if the pool has stopped
        """
        if self._drained is not None:
            return fail(Busy("the server is stopping"))
        self.pending += 1
        work = Call(OWN_TURN, function, args, lambda _: None)
        work.began = self._reactor.seconds()
        self._own_work.add(work)
        running: Deferred[T] = deferToThreadPool(self._reactor, self._threads, work.run, math.inf)
        self._look_again()
        return running.addBoth(self._end_own_work, work)

    def _end_own_work(self, result: T, work: Call) -> T:
        self._own_work.discard(work)
        return self._count_ended(result)

    def serve(self, turn: Turn, function: Callable[..., T], *args: Any) -> Deferred[T]:
        """
        Run a function for a client in a thread, when it is its turn.

        :returns: a Deferred of its result; cancelling it takes back a call that still waits
        :raises Busy: through the Deferred, if too many calls are waiting, or the pool has stopped
        :raises TookTooLong: through the Deferred, if the call was given up
        """
        if self._drained is not None:
            return fail(Busy("the server is stopping"))
        if self._lanes[turn.is_quick].is_lost:
            return fail(Busy("every thread hangs"))
        if sum(_is_of_caller(call, turn) for call in self.given_up) >= HANGING_OF_CALLER:
            return fail(TookTooLong(STILL_HANGING))
        alike = self._alike.get(_likeness(turn)) if turn.same is not None else None
        if alike is not None:
            return alike.result()
        call = Call(turn, function, args, self._leave)
        result: Deferred[T] = call.result()
        self._put(call)
        self._begin_next()
        return result

    def look_up(self, subject: str, look_up: Callable[[], object]) -> Deferred[None]:
        """
        Make a look-up in a thread beside those of calls; one for each subject at a time.

        :returns: a Deferred that fires when it has ended
        :raises bcfg2tw.errors.NotServing: through the Deferred, if it takes some seconds
        """
        return self._look_ups.ask(subject, look_up)

    def _put(self, call: Call) -> None:
        self.pending += 1
        if call.turn.same is not None:
            self._alike[_likeness(call.turn)] = call
        queue = self._lane(call).queue
        refused = queue.put(call)
        if refused is not None:
            self._forget(refused)
            refused.fire(Failure(Busy(f"{len(queue)} calls are waiting")))

    def _lane(self, call: Call) -> _Lane:
        return self._lanes[call.turn.is_quick]

    def _leave(self, call: Call) -> None:
        """Take back a call that nobody wants any more, if it still waits."""
        if call.began is None:
            self._lane(call).queue.remove(call)
            self._forget(call)

    def _forget(self, call: Call) -> None:
        """Count a call no more, and have nobody wait for it any more."""
        likeness = _likeness(call.turn)
        if self._alike.get(likeness) is call:
            del self._alike[likeness]
        self._count_ended(None)

    def _count_ended(self, result: T) -> T:
        self.pending -= 1
        if self._drained is not None and not self.pending and not self._drained.called:
            self._reactor.callLater(0, self._drained.callback, None)
        return result

    def _begin_next(self) -> None:
        for lane in self._lanes.values():
            while (call := lane.take()) is not None:
                self._begin(call)

    def _begin(self, call: Call) -> None:
        call.began = self._reactor.seconds()
        self._running.add(call)
        margin = min(MARGIN_SECONDS, self._deadline_seconds / 5)
        limit = self._deadline_seconds - margin
        ended = deferToThreadPool(self._reactor, self._threads, call.run, limit)
        ended.addBoth(self._end, call)
        self._look_again()

    @property
    def _look_seconds(self) -> float:
        return min(LOOK_SECONDS, self._deadline_seconds / 4)

    def _end(self, result: object, call: Call) -> None:
        self._running.discard(call)
        lane = self._lane(call)
        if call.is_given_up:
            self._end_late(call)
        else:
            lane.queue.end(call.turn)
            self._forget(call)
        if call.has_place:
            lane.give_place(call)
        else:
            self._spare += 1
            self._spare_computing += call.is_computing
        call.fire(result)
        self._begin_next()

    def _end_late(self, call: Call) -> None:
        self.given_up.discard(call)
        log.info("The thread of a call that was given up has ended")
        self._tell_listeners()

    # calls that take their time

    def _look(self) -> None:
        """Look at what runs: who is to give a place away, who has to be given up."""
        self._look_later = None
        for call in tuple(self._running):
            self._look_at(call, self._reactor.seconds())
        for work in self._own_work:
            self._look_at_own(work)
        self._begin_next()
        self._look_again()

    def _look_again(self) -> None:
        has_work = self._running or self._own_work
        if has_work and self._look_later is None and not self._has_ended:
            self._look_later = self._reactor.callLater(self._look_seconds, self._look)

    def _look_at_own(self, work: Call) -> None:
        """Say once where the server's own work hangs, or takes its time; clients do not wait."""
        assert work.began is not None
        seconds = self._reactor.seconds() - work.began
        if seconds >= self._deadline_seconds and not work.is_given_up:
            work.is_given_up = True
            log.warn(
                "Reading the repository, or other work of the server itself, takes longer than "
                "{seconds:g} seconds. It is in {place}",
                seconds=self._deadline_seconds,
                place=self._place_of(work) or "a place that cannot be told",
            )

    def _look_at(self, call: Call, now: float) -> None:
        assert call.began is not None
        seconds = now - call.began
        if call.is_given_up:
            if seconds >= self._deadline_seconds + call.interruptions * INTERRUPTION_SECONDS:
                self._interrupt(call)
        elif seconds >= self._deadline_seconds:
            self._give_up(call)
        elif call.has_place:
            call.look(seconds)
            if seconds >= (COMPUTING_SECONDS if call.is_computing else WAITING_SECONDS):
                self._move_aside(call)

    def _move_aside(self, call: Call) -> None:
        """Let another call have the place of one that goes on, if there is a thread for that."""
        if self._spare and (self._spare_computing or not call.is_computing):
            self._spare -= 1
            self._spare_computing -= call.is_computing
            self._lane(call).give_place(call)

    def _give_up(self, call: Call) -> None:
        place = self._place_of(call)
        lane = self._lane(call)
        if call.has_place:
            self._move_aside(call)
        call.is_given_up = True
        self.given_up.add(call)
        lane.queue.end(call.turn)
        self._forget(call)
        self._interrupt(call)
        if call.has_place:
            lane.lost += 1
        if lane.is_lost:
            self._send_away(lane)
        sentence = f"given up after {self._deadline_seconds:g} seconds"
        call.fire(Failure(TookTooLong(sentence if place is None else f"{sentence} in {place}")))
        self._tell_listeners()

    def _place_of(self, call: Call) -> Place | None:
        thread = call.thread
        try:
            return None if thread is None else place_of(thread, self._settings.repository)
        except Exception:  # whatever it stumbles over in code of others: a call has to be given up
            log.failure("The place where a call hangs cannot be told")
            return None

    def _send_away(self, lane: _Lane) -> None:
        """Refuse all who wait for a thread where every one of them hangs."""
        log.critical(
            "{number} calls hang, and there is no thread left for others: clients are sent away "
            "until one of them ends. Restart the server; the log names the places",
            number=len(self.given_up),
        )
        self._refuse_all(lane)

    def _refuse_all(self, lane: _Lane) -> None:
        """Send all away that wait for a place."""
        for call in tuple(lane.queue):
            lane.queue.remove(call)
            self._forget(call)
            call.fire(Failure(Busy("no thread becomes free")))

    def _interrupt(self, call: Call) -> None:
        if call.thread is not None and call.interruptions < INTERRUPTIONS:
            call.interruptions += 1
            interrupt(lambda: call.thread, self._settings.repository)

    def _tell_listeners(self) -> None:
        for listener in self.listeners:
            listener()


def _is_of_caller(call: Call, turn: Turn) -> bool:
    return (call.turn.address, call.turn.caller) == (turn.address, turn.caller)


def _likeness(turn: Turn) -> tuple[object, ...]:
    return turn.address, turn.caller, turn.is_quick, turn.same
