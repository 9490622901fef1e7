"""Calls of one kind, with the places that they run in."""

from __future__ import annotations

from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.fair_queue import FairQueue
from bcfg2tw.settings import Settings


class Lane:
    """
    Calls of one kind, quick or not, with their places.

    :ivar queue: those that wait
    :ivar places: how many may run
    :ivar free: how many further ones may run
    :ivar lost: places of calls that were given up and do not end
    """

    def __init__(self, settings: Settings, is_serial: bool) -> None:
        """
        Begin without calls.

        :param is_serial: whether calls of one caller run one after the other
        """
        self.free = self.places = settings.threads
        self.lost = 0
        others = max(1, settings.threads - 1)  # one address never has them all
        self.queue: FairQueue[Call] = FairQueue(
            settings.max_queue, settings.max_queue_per_address, others, is_serial
        )

    @property
    def is_lost(self) -> bool:
        """True where no place will become free."""
        return self.lost == self.places

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
