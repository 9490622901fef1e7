"""Look-ups of names in threads of their own, one for each subject at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.errors import NotServing
from bcfg2tw.scheduling.threads import Threads

log = Logger()

#: How long somebody waits for a look-up, from its beginning on; clients come again.
PATIENCE_SECONDS = 5.0

#: Resolvers block for up to half a minute: so many may do so without keeping others waiting.
THREADS = 32

#: Look-ups that may be under way, those that wait for a thread among them.
LIMIT = 1000


class _LookUp:
    """
    One look-up and those who wait for it.

    :ivar limit: fires when nobody waits any longer
    """

    def __init__(self) -> None:
        self.waiting: list[Deferred[None]] = []
        self.limit: IDelayedCall | None = None

    def result(self) -> Deferred[None]:
        """Return a Deferred that fires with the end of the look-up, or of all patience."""
        waiting: Deferred[None] = Deferred(self.waiting.remove)
        self.waiting.append(waiting)
        return waiting

    def fire(self, result: Failure | None) -> None:
        """Let all go on who wait."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            if result is None:
                each.callback(None)
            else:
                each.errback(result)


class LookUps:
    """Makes look-ups; for the reactor's thread."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._threads = Threads(minthreads=0, maxthreads=THREADS, name="look-ups")
        self._pending: dict[str, _LookUp] = {}

    def start(self) -> None:
        """Start; threads come when they are needed."""
        self._threads.start()

    def stop(self) -> None:
        """End, without waiting for what is looked up just now."""
        for look_up in self._pending.values():
            if look_up.limit is not None:
                look_up.limit.cancel()
                look_up.limit = None
        self._threads.adjustPoolsize(0, 0)

    def ask(self, subject: str, look_up: Callable[[], object]) -> Deferred[None]:
        """
        Make a look-up, unless it is being made: then wait for that one.

        :returns: a Deferred that fires when its result is kept where it belongs
        :raises NotServing: through the Deferred, if that takes too long, or too many are made
        """
        pending = self._pending.get(subject)
        if pending is None:
            if len(self._pending) >= LIMIT:
                return fail(NotServing(f"{LIMIT} look-ups are under way"))
            pending = self._begin(subject, look_up)
        if pending.limit is None:
            return fail(_silence(subject))
        return pending.result()

    def _begin(self, subject: str, look_up: Callable[[], object]) -> _LookUp:
        pending = self._pending[subject] = _LookUp()
        pending.limit = self._reactor.callLater(PATIENCE_SECONDS, self._expire, subject)
        ended = deferToThreadPool(self._reactor, self._threads, look_up)
        ended.addBoth(self._end, subject)
        return pending

    def _expire(self, subject: str) -> None:
        pending = self._pending[subject]
        pending.limit = None
        log.error("{reason}", reason=_silence(subject))
        pending.fire(Failure(_silence(subject)))

    def _end(self, result: object, subject: str) -> None:
        pending = self._pending.pop(subject)
        if pending.limit is not None:
            pending.limit.cancel()
        pending.fire(result if isinstance(result, Failure) else None)


def _silence(subject: str) -> NotServing:
    return NotServing(
        f"The name service has not answered about {subject} for {PATIENCE_SECONDS:g} seconds"
    )
