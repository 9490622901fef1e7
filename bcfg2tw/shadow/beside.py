"""Work that no client waits for: in order for each of them, bounded, and while there is rest."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

log = Logger()

#: While calls of clients run, it is looked again after so many seconds.
PAUSE_SECONDS = 0.05

#: Work begins so much later at the earliest: the client it is of makes its next calls meanwhile.
DELAY_SECONDS = 1.0

#: Work that finds no rest for so long is left undone; what has to be done begins all the same.
LONGEST_WAIT_SECONDS = 30.0

#: So many pieces run at a time.
PLACES = 4


@dataclass(frozen=True)
class Work:
    """
    One piece.

    :ivar client: whose pieces are done one after the other
    :ivar size: bytes that are kept for it
    :ivar is_due: whether it has to be done in any case
    :ivar do: does it
    :ivar leave: is called instead, where it is left undone
    """

    client: str
    size: int
    is_due: bool
    do: Callable[[], Awaitable[None]]
    leave: Callable[[], None]


class Beside:
    """
    A queue of work; for the reactor's thread.

    Half of the queue is for what has to be done, so that nothing else keeps that out.
    """

    def __init__(
        self, reactor: Any, limit: int, limit_bytes: int, has_rest: Callable[[], bool]
    ) -> None:
        """
        Begin without work.

        :param limit: pieces that may wait
        :param limit_bytes: bytes that may be kept for them, those that run included
        :param has_rest: says whether no client's call would be kept waiting
        """
        self._reactor = reactor
        self._limit, self._limit_bytes = limit, limit_bytes
        self._has_rest = has_rest
        self._waiting: deque[tuple[float, Work]] = deque()
        self._running: dict[str, Work] = {}
        self._size = 0
        self._is_ending = False
        self._again: IDelayedCall | None = None
        self._ended: list[Deferred[None]] = []

    def picture(self) -> dict[str, int]:
        """Return how much waits and runs."""
        return {
            "waiting": len(self._waiting),
            "running": len(self._running),
            "bytes": self._size,
        }

    def put(self, work: Work) -> bool:
        """Take work, unless there is too much; say whether it was taken."""
        limit = self._limit if work.is_due else self._limit // 2
        is_full = len(self._waiting) >= limit or self._size + work.size > self._limit_bytes
        if is_full or self._is_ending:
            return False
        self._size += work.size
        self._waiting.append((self._reactor.seconds(), work))
        self._look_again(DELAY_SECONDS)
        return True

    def _look_again(self, seconds: float) -> None:
        if self._again is None:
            self._again = self._reactor.callLater(seconds, self._begin)

    def _begin(self) -> None:
        """Begin with what may begin now."""
        self._again = None
        self._leave_old()
        while len(self._running) < PLACES:
            work = self._take()
            if work is None:
                break
            self._running[work.client] = work
            ensureDeferred(self._do(work))
        if self._waiting:
            self._look_again(PAUSE_SECONDS)

    def _leave_old(self) -> None:
        """Leave undone what has waited for too long and may be left."""
        latest = self._reactor.seconds() - LONGEST_WAIT_SECONDS
        for entry in [entry for entry in self._waiting if entry[0] < latest]:
            if not entry[1].is_due:
                self._waiting.remove(entry)
                self._leave(entry[1])

    def _leave(self, work: Work) -> None:
        self._size -= work.size
        work.leave()

    def _take(self) -> Work | None:
        """Return the first piece that may begin: of each client the first alone."""
        latest = self._latest_beginning()
        passed = set(self._running)
        for entry in self._waiting:
            since, work = entry
            if since > latest:
                break
            if work.client not in passed:
                self._waiting.remove(entry)
                return work
            passed.add(work.client)
        return None

    def _latest_beginning(self) -> float:
        """Return since when a piece has to wait to begin now."""
        if self._is_ending:
            return math.inf
        delay = DELAY_SECONDS if self._has_rest() else LONGEST_WAIT_SECONDS
        return float(self._reactor.seconds()) - delay

    async def _do(self, work: Work) -> None:
        try:
            await work.do()
        except CancelledError:
            pass  # it was given up
        except Exception:  # a defect here is nobody's but this server's, and ends one comparison
            log.failure("Comparing with the other server failed")
        finally:
            self._size -= work.size
            del self._running[work.client]
            self._tell_ended()
            if self._waiting:
                self._look_again(0.0)

    def _tell_ended(self) -> None:
        if not self._running and not self._waiting:
            ended, self._ended = self._ended, []
            for waiting in ended:
                waiting.callback(None)

    def abandon(self) -> None:
        """Wait no longer, after `stop`: what runs or waits counts as left undone."""
        for work in self._running.values():
            work.leave()
        while self._waiting:
            self._leave(self._waiting.popleft()[1])
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def stop(self) -> Deferred[None]:
        """Do at once what has to be done, and leave the rest; the Deferred fires when that ends."""
        self._is_ending = True
        for entry in [entry for entry in self._waiting if not entry[1].is_due]:
            self._waiting.remove(entry)
            self._leave(entry[1])
        if self._again is not None:
            self._again.cancel()
            self._begin()
        ended: Deferred[None] = Deferred()
        self._ended.append(ended)
        self._tell_ended()
        return ended
