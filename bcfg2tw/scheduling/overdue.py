"""Calls that take their time: they give their places away, and are given up in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.refusals import TookTooLong
from bcfg2tw.scheduling.schedule import Schedule
from bcfg2tw.scheduling.stuck_thread import Place, interrupt, place_of
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings

log = Logger()

#: How often it is looked at the calls that run.
LOOK_SECONDS = 0.1

#: After so long a call that only waits gives its place away, ...
WAITING_SECONDS = 0.3
#: ... and after so long one that computes, which makes all others slower when it goes on.
COMPUTING_SECONDS = 2.0

#: How often, and in what intervals, it is tried to end the thread of a call that was given up.
INTERRUPTIONS = 20
INTERRUPTION_SECONDS = 1.0


class Overdue:
    """
    Looks at what runs, as long as something does; for the reactor's thread.

    :ivar given_up: calls that were given up and whose threads still run
    :ivar own_work: what the server does by itself: it is not given up, but named in the log
    :ivar listeners: called whenever the number of calls that were given up has changed
    """

    def __init__(self, reactor: Any, settings: Settings, schedule: Schedule) -> None:
        self._reactor = reactor
        self._repository = settings.repository
        self._deadline_seconds = settings.call_timeout_seconds
        self._look_seconds = min(LOOK_SECONDS, settings.call_timeout_seconds / 4)
        self._schedule = schedule
        self._look_later: IDelayedCall | None = None
        self._has_ended = False
        self.given_up: set[Call] = set()
        self.own_work: set[Call] = set()
        self.listeners: list[Callable[[], None]] = []

    def look_again(self) -> None:
        """Look soon, if anything runs."""
        has_work = self._schedule.running or self.own_work
        if has_work and self._look_later is None and not self._has_ended:
            self._look_later = self._reactor.callLater(self._look_seconds, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._has_ended = True
        if self._look_later is not None:
            self._look_later.cancel()
            self._look_later = None

    def note_ended(self, call: Call) -> None:
        """Take note that the thread of a call has ended."""
        if call in self.given_up:
            self.given_up.discard(call)
            log.info("The thread of a call that was given up has ended")
            self._tell_listeners()

    def number_of(self, turn: Turn) -> int:
        """Return how many calls of a caller were given up and do not end."""
        return sum(_is_of_caller(call, turn) for call in self.given_up)

    def _look(self) -> None:
        """Look at what runs: who is to give a place away, who has to be given up."""
        self._look_later = None
        for call in tuple(self._schedule.running):
            self._look_at(call, self._age(call))
        for work in self.own_work:
            self._look_at_own(work, self._age(work))
        self._schedule.begin_next()
        self.look_again()

    def _age(self, call: Call) -> float:
        assert call.began is not None
        seconds: float = self._reactor.seconds() - call.began
        return seconds

    def _look_at(self, call: Call, seconds: float) -> None:
        if call.is_given_up:
            if seconds >= self._deadline_seconds + call.interruptions * INTERRUPTION_SECONDS:
                self._interrupt(call)
        elif seconds >= self._deadline_seconds:
            self._give_up(call)
        elif call.has_place and call.thread is not None:  # others wait for their turn
            call.look()
            if seconds >= (COMPUTING_SECONDS if call.is_computing else WAITING_SECONDS):
                self._schedule.move_aside(call)

    def _look_at_own(self, work: Call, seconds: float) -> None:
        """Say once where the server's own work hangs, or takes its time; clients do not wait."""
        if seconds >= self._deadline_seconds and not work.is_given_up:
            work.is_given_up = True
            log.warn(
                "Reading the repository, or other work of the server itself, takes longer than "
                "{seconds:g} seconds. It is in {place}",
                seconds=self._deadline_seconds,
                place=self._place_of(work) or "a place that cannot be told",
            )

    def _give_up(self, call: Call) -> None:
        place = self._place_of(call)
        self._schedule.give_up(call)
        self.given_up.add(call)
        self._interrupt(call)
        lane = self._schedule.lane(call.turn)
        if lane.is_lost:
            log.critical(
                "{number} calls hang, and there is no thread left for others: clients are sent "
                "away until one of them ends. Restart the server; the log names the places",
                number=len(self.given_up),
            )
            self._schedule.send_away(lane)
        sentence = f"given up after {self._deadline_seconds:g} seconds"
        call.fire(Failure(TookTooLong(sentence if place is None else f"{sentence} in {place}")))
        self._tell_listeners()

    def _place_of(self, call: Call) -> Place | None:
        thread = call.thread
        try:
            return None if thread is None else place_of(thread, self._repository)
        except Exception:  # whatever it stumbles over in code of others: a call has to be given up
            log.failure("The place where a call hangs cannot be told")
            return None

    def _interrupt(self, call: Call) -> None:
        if call.thread is not None and call.interruptions < INTERRUPTIONS:
            call.interruptions += 1
            interrupt(lambda: call.thread, self._repository)

    def _tell_listeners(self) -> None:
        for listener in self.listeners:
            listener()


def _is_of_caller(call: Call, turn: Turn) -> bool:
    return (call.turn.address, call.turn.caller) == (turn.address, turn.caller)
