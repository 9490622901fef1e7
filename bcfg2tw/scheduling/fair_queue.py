"""
Waiting calls of which each address gets its turn, and within an address each caller.

A first-come queue gives most to whoever pushes most; here, that costs nobody else anything.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from typing import Generic, Protocol, TypeVar

from bcfg2tw.scheduling.turn import Turn


class Waiting(Protocol):
    """Something that waits for its turn."""

    @property
    def turn(self) -> Turn:
        """Its turn."""


W = TypeVar("W", bound=Waiting)


class _Line(Generic[W]):
    """
    The calls of one address.

    :ivar ready: callers one of whose calls may begin, in the order of their turns
    :ivar busy: callers whose next call has to wait until one has ended
    :ivar running: how many calls run and have a place
    """

    def __init__(self) -> None:
        self.calls: dict[Hashable, deque[W]] = {}
        self.ready: OrderedDict[Hashable, None] = OrderedDict()
        self.busy: set[Hashable] = set()
        self.running = 0
        self.waiting = 0

    def add(self, call: W) -> None:
        """Put a call behind the others of its caller."""
        caller = call.turn.caller
        self.calls.setdefault(caller, deque()).append(call)
        self.waiting += 1
        self._mark_ready(caller)

    def _mark_ready(self, caller: Hashable) -> None:
        if caller in self.calls and caller not in self.busy:
            self.ready[caller] = None

    def take(self, is_serial: bool) -> W:
        """Take the first call of the caller whose turn it is."""
        caller, _ = self.ready.popitem(last=False)
        call = self.calls[caller].popleft()
        self._forget_if_empty(caller)
        self.running += 1
        self.waiting -= 1
        if is_serial:
            self.busy.add(caller)
        self._mark_ready(caller)
        return call

    def end(self, caller: Hashable) -> None:
        """Let the next call of a caller begin."""
        self.busy.discard(caller)
        self._mark_ready(caller)

    def remove(self, call: W) -> None:
        """Take a call out that waits."""
        caller = call.turn.caller
        self.calls[caller].remove(call)
        self.waiting -= 1
        self._forget_if_empty(caller)

    def newest(self) -> W:
        """Return the last call of the caller who has most waiting; of several, of the last one."""
        return max(reversed(self.calls.values()), key=len)[-1]

    def _forget_if_empty(self, caller: Hashable) -> None:
        if not self.calls[caller]:
            del self.calls[caller]
            self.ready.pop(caller, None)


class FairQueue(Generic[W]):
    """
    Waiting calls; addresses take turns, and within an address its callers.

    For use in one thread. It keeps nothing of an address without calls.
    """

    def __init__(
        self, limit: int, limit_of_address: int, running_of_address: int, is_serial: bool
    ) -> None:
        """
        Begin without calls.

        :param limit: calls that may wait
        :param limit_of_address: calls of one address that may wait
        :param running_of_address: calls of one address that may run at a time
        :param is_serial: whether calls of one caller run one after the other
        """
        self._limit = limit
        self._limit_of_address = limit_of_address
        self._running_of_address = running_of_address
        self._is_serial = is_serial
        self._lines: dict[str, _Line[W]] = {}
        self._ready: OrderedDict[str, None] = OrderedDict()
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def __iter__(self) -> Iterator[W]:
        for line in self._lines.values():
            for calls in line.calls.values():
                yield from calls

    def put(self, call: W) -> W | None:
        """
        Let a call wait.

        :returns: the call that may not wait for it: this one, if its address has too many; or,
            where the queue is full, the newest of the address that has most; None where there is
            room
        """
        address = call.turn.address
        line = self._lines.setdefault(address, _Line())
        if line.waiting >= self._limit_of_address:
            return call
        line.add(call)
        self._waiting += 1
        self._look_at(address)
        if self._waiting <= self._limit:
            return None
        refused = max(self._lines.values(), key=_number_waiting).newest()
        self.remove(refused)
        return refused

    def take(self) -> W | None:
        """Take the call whose turn it is; None where there is none that may begin."""
        if not self._ready:
            return None
        address, _ = self._ready.popitem(last=False)
        call = self._lines[address].take(self._is_serial)
        self._waiting -= 1
        self._look_at(address)
        return call

    def give_place(self, turn: Turn) -> None:
        """Count a call that was taken no more among those of its address that run."""
        self._lines[turn.address].running -= 1
        self._look_at(turn.address)

    def end(self, turn: Turn) -> None:
        """Let the next call of a caller begin, since the one that was taken has ended."""
        line = self._lines.get(turn.address)
        if line is not None:
            line.end(turn.caller)
            self._look_at(turn.address)

    def remove(self, call: W) -> None:
        """Take a call out that waits."""
        address = call.turn.address
        self._lines[address].remove(call)
        self._waiting -= 1
        self._look_at(address)

    def _look_at(self, address: str) -> None:
        """Have an address take part in the turns, or no more."""
        line = self._lines[address]
        if not line.ready or line.running >= self._running_of_address:
            self._ready.pop(address, None)
        elif address not in self._ready:
            self._ready[address] = None
        if not line.waiting and not line.running and not line.busy:
            del self._lines[address]


def _number_waiting(line: _Line[W]) -> int:
    return line.waiting
