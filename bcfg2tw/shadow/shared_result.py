"""The result of work that several wait for, some of them not for long."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

T = TypeVar("T")

log = Logger()


class Shared(Generic[T]):
    """A result to come; who stops waiting for it stops nothing else."""

    def __init__(self, reactor: Any, work: Deferred[T]) -> None:
        self._reactor = reactor
        self._outcome: list[T | Failure] = []
        self._waiting: list[Deferred[T]] = []
        work.addBoth(self._end)

    def result(self) -> Deferred[T]:
        """Return a further Deferred of the result."""
        waiting: Deferred[T] = Deferred(self._waiting.remove)
        if self._outcome:
            waiting.callback(self._outcome[0])
        else:
            self._waiting.append(waiting)
        return waiting

    def result_within(self, seconds: float) -> Deferred[T | None]:
        """Return one that is None where it does not come in time."""
        waiting: Deferred[Any] = self.result()
        return waiting.addTimeout(seconds, self._reactor, _none_if_late)

    def _end(self, outcome: T | Failure) -> None:
        self._outcome.append(outcome)
        waiters, self._waiting = self._waiting, []
        for waiting in waiters:
            waiting.callback(outcome)
        if not waiters and isinstance(outcome, Failure):
            log.failure("A call beside another server's answer failed", outcome)


def _none_if_late(result: Any, seconds: float) -> Any:
    return None if isinstance(result, Failure) else result
