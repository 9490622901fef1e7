"""The room for what is received: a number of bytes, of which nobody gets more than a part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred, fail, succeed

from bcfg2tw.scheduling.refusals import Busy

#: One address gets this part of the room while it has something in it.
PART = 4


@dataclass(eq=False)
class _Waiting:
    address: str
    number: int
    granted: Deferred[None] = field(init=False)


class Room:
    """
    Bytes that may be received and kept at a time; who finds no room waits for it.

    For use in one thread. Whoever has nothing in it gets as much as he asks for, as soon as there
    is that much or nothing else is in it; so a bound below a single body keeps none out for ever.

    :ivar taken: bytes that are in it, by address
    """

    def __init__(self, limit: int, waiting_limit: int) -> None:
        """
        Begin empty.

        :param limit: bytes that may be in it at a time
        :param waiting_limit: how many may wait for room
        """
        self.limit = limit
        self._waiting_limit = waiting_limit
        self._waiting: list[_Waiting] = []
        self.taken: Counter[str] = Counter()

    def change(self, limit: int) -> None:
        """Have another bound from now on; what is taken already stays."""
        self.limit = limit
        self._grant()

    def take(self, address: str, number: int) -> Deferred[None]:
        """
        Take room for some bytes, now or when others have given theirs back.

        :returns: a Deferred that fires when there is room; cancelling it is to ask no longer
        :raises Busy: through the Deferred, if too many wait already
        """
        if self._has_room(address, number) and not self._waiting:
            self.taken[address] += number
            return succeed(None)
        if len(self._waiting) >= self._waiting_limit:
            return fail(Busy(f"{len(self._waiting)} requests wait for room"))
        waiting = _Waiting(address, number)
        waiting.granted = Deferred(lambda _: self._waiting.remove(waiting))
        self._waiting.append(waiting)
        self._grant()  # those in front may wait for their own part only
        return waiting.granted

    def give_back(self, address: str, number: int) -> None:
        """Give back what was taken."""
        self.taken[address] -= number
        if not self.taken[address]:
            del self.taken[address]
        self._grant()

    def _has_part(self, address: str, number: int) -> bool:
        """Say whether an address has not yet got its part."""
        taken = self.taken[address]
        return not taken or taken + number <= self.limit // PART

    def _has_room(self, address: str, number: int) -> bool:
        total = self.taken.total()
        return self._has_part(address, number) and (not total or total + number <= self.limit)

    def _grant(self) -> None:
        """Let those in whose turn it is; one that is large is not overtaken by small ones."""
        for waiting in tuple(self._waiting):
            if not self._has_part(waiting.address, waiting.number):
                continue
            if not self._has_room(waiting.address, waiting.number):
                return
            self._waiting.remove(waiting)
            self.taken[waiting.address] += waiting.number
            waiting.granted.callback(None)
