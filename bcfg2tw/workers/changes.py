"""Having all workers read a change of the repository, and serve it from the same moment."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import ConnectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.workers.crew import Crew
from bcfg2tw.workers.hired import Hired
from bcfg2tw.workers.questions import ANSWER_SECONDS, reason_of

T = TypeVar("T")

log = Logger()

#: How long workers may take to read a change that the nursery has read; who does not is replaced.
READING_SECONDS = 1.0


class Changes:
    """Has the workers of a crew take in changes, one after the other."""

    def __init__(self, reactor: Any, crew: Crew) -> None:
        self._reactor = reactor
        self._crew = crew

    async def reload(self, changed: Collection[str] | None) -> None:
        """
        Have all workers read a change that the nursery has read.

        They put it into service at the same moment; who takes too long is replaced.
        """
        workers = self._crew.present
        readings = [self._reading_of(worker, changed) for worker in workers]
        await DeferredList([ready for ready, _ in readings])
        for worker, (_, done) in zip(workers, readings, strict=True):
            worker.conversation.note("swap")
            done.addCallback(partial(self._replace_late, worker))

    def _reading_of(
        self, worker: Hired, changed: Collection[str] | None
    ) -> tuple[Deferred[None], Deferred[bool]]:
        """Return Deferreds that fire when a worker has read a change, and whether it is served."""
        prepared: Deferred[None] = Deferred()
        worker.prepared = prepared
        answer = worker.conversation.ask("reload", changed=changed)
        answer.addTimeout(ANSWER_SECONDS, self._reactor)
        done: Deferred[bool] = answer.addCallbacks(
            lambda _: True, partial(_note_failed_reading, worker)
        )
        prepared.addTimeout(READING_SECONDS, self._reactor)
        either: list[Deferred[Any]] = [prepared, _follow(done)]
        first = DeferredList(
            either, fireOnOneCallback=True, fireOnOneErrback=True, consumeErrors=True
        )
        ready: Deferred[None] = first.addBoth(lambda _: None)
        return ready, done

    def _replace_late(self, worker: Hired, is_in_service: bool) -> None:
        if not is_in_service and worker in self._crew.present:
            self._crew.replace(worker, "it does not read what has changed")


def _follow(source: Deferred[T]) -> Deferred[T]:
    """Return a Deferred that fires when another one does, whose value stays as it is."""
    follower: Deferred[T] = Deferred()

    def tell(value: T) -> T:
        if not follower.called:
            follower.callback(value)
        return value

    source.addCallback(tell)
    return follower


def _note_failed_reading(worker: Hired, failure: Failure) -> bool:
    if not failure.check(ConnectionDone):
        log.warn(
            "Worker {process} cannot read the repository: {reason}",
            process=worker.process,
            reason=reason_of(failure, ANSWER_SECONDS),
        )
    return False
