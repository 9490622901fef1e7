"""The calls of clients: which of them wait, and which run, in a place or beside the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.lane import Lane
from bcfg2tw.scheduling.refusals import Busy
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings


class Schedule:
    """
    Decides when calls begin; for the reactor's thread.

    :ivar running: calls whose threads run, those that were given up among them
    :ivar pending: how many calls wait or run and were not given up
    """

    def __init__(
        self, settings: Settings, begin: Callable[[Call], None], note_ended: Callable[[], None]
    ) -> None:
        """
        Begin without calls.

        :param begin: has a call run in a thread
        :param note_ended: called when one is pending no more
        """
        self._begin = begin
        self._note_ended = note_ended
        self._lanes = {True: Lane(settings, False), False: Lane(settings, True)}
        self._alike: dict[tuple[object, ...], Call] = {}
        self._spare = settings.spare_threads
        # so many that all of them still end before their deadlines
        self._spare_computing = 2 * settings.threads
        self.running: set[Call] = set()
        self.pending = 0

    @property
    def is_lost(self) -> bool:
        """True where no place of a lane will become free."""
        return any(lane.is_lost for lane in self._lanes.values())

    def picture(self) -> dict[str, int]:
        """Return how many calls wait and run, how many places there are, and spare threads."""
        quick, others = self._lanes[True], self._lanes[False]
        return {
            "waiting_quick": len(quick.queue),
            "waiting": len(others.queue),
            "running": len(self.running),
            "places": quick.places + others.places,
            "free_places": quick.free + others.free,
            "spare": self._spare,
        }

    def lane(self, turn: Turn) -> Lane:
        """Return the lane of calls of this kind."""
        return self._lanes[turn.is_quick]

    def put(self, turn: Turn, function: Callable[..., Any], args: tuple[Any, ...]) -> Deferred[Any]:
        """
        Have a function called when it is its turn, unless one that is the same waits or runs.

        :raises Busy: through the Deferred
        """
        alike = self._alike.get(_likeness(turn)) if turn.same is not None else None
        if alike is not None:
            return alike.result()
        call = Call(turn, function, args, self._leave)
        result = call.result()
        self._put(call)
        self.begin_next()
        return result

    def _put(self, call: Call) -> None:
        self.pending += 1
        if call.turn.same is not None:
            self._alike[_likeness(call.turn)] = call
        queue = self.lane(call.turn).queue
        refused = queue.put(call)
        if refused is not None:
            self._forget(refused)
            refused.fire(Failure(Busy(f"{len(queue)} calls are waiting")))

    def _leave(self, call: Call) -> None:
        """Take back a call that nobody wants any more, if it still waits."""
        if call.began is None:
            self.lane(call.turn).queue.remove(call)
            self._forget(call)

    def _forget(self, call: Call) -> None:
        """Count a call no more, and give its result to nobody who comes later."""
        likeness = _likeness(call.turn)
        if self._alike.get(likeness) is call:
            del self._alike[likeness]
        self.pending -= 1
        self._note_ended()

    def begin_next(self) -> None:
        """Have all calls begin for which there is a place."""
        for lane in self._lanes.values():
            while (call := lane.take()) is not None:
                self.running.add(call)
                self._begin(call)

    def end(self, result: object, call: Call) -> None:
        """Take the result of a call whose thread has ended, and give it to who waits for it."""
        self.running.discard(call)
        lane = self.lane(call.turn)
        if not call.is_given_up:
            lane.queue.end(call.turn)
            self._forget(call)
        if call.has_place:
            lane.give_place(call)
        else:
            self._spare += 1
            self._spare_computing += call.is_computing
        call.fire(result)
        self.begin_next()

    def move_aside(self, call: Call) -> None:
        """Let another call have the place of one that goes on, if there is a thread for that."""
        if self._spare and (self._spare_computing or not call.is_computing):
            self._spare -= 1
            self._spare_computing -= call.is_computing
            self.lane(call.turn).give_place(call)

    def give_up(self, call: Call) -> None:
        """Wait no longer for a call whose thread runs on; its caller's next one may begin."""
        if call.has_place:
            self.move_aside(call)
        call.is_given_up = True
        lane = self.lane(call.turn)
        lane.queue.end(call.turn)
        lane.lost += call.has_place
        self._forget(call)

    def send_away(self, lane: Lane) -> None:
        """Refuse all calls of a lane that wait."""
        for call in tuple(lane.queue):
            lane.queue.remove(call)
            self._forget(call)
            call.fire(Failure(Busy("no thread becomes free")))

    def send_all_away(self) -> None:
        """Refuse all calls that wait."""
        for lane in self._lanes.values():
            self.send_away(lane)


def _likeness(turn: Turn) -> tuple[object, ...]:
    return turn.address, turn.caller, turn.is_quick, turn.same
