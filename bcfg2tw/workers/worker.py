"""
A worker: one of the processes that answer calls.

It is forked from the nursery, which has read the repository, and does what the supervisor says.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.application.internet import TimerService
from twisted.internet.defer import Deferred
from twisted.internet.threads import blockingCallFromThread
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.pool import Busy
from bcfg2tw.serving.administration import Administration
from bcfg2tw.settings import Settings
from bcfg2tw.workers.conversation import Conversation, converse
from bcfg2tw.workers.inheritance import Inheritance, fresh_reactor
from bcfg2tw.workers.memory_use import private_bytes
from bcfg2tw.workers.worker_core import Figures, WorkerCore
from bcfg2tw.workers.worker_service import WorkerService

log = Logger()

#: Between two proofs of life.
BEAT_SECONDS = 0.5

#: How many of them pass until memory is measured again, which costs some milliseconds.
BEATS_PER_MEASUREMENT = 20

#: How long a new state waits for the other workers; if the supervisor is gone, no longer.
SWAP_SECONDS = 5.0

#: How much longer than its calls the process may last at its end.
END_SECONDS = 0.5


def run_worker(
    inheritance: Inheritance, settings: Settings, core: WorkerCore, end: socket.socket
) -> None:
    """
    Be a worker, until the supervisor is gone or says that it is enough.

    :param core: has read the repository
    :param end: of the way to the supervisor
    """
    reactor = fresh_reactor()
    worker = Worker(reactor, inheritance, settings, core)
    converse(reactor, end, worker.conversation)
    reactor.run()


class Worker:
    """
    One process's part of what all workers do.

    :ivar conversation: with the supervisor
    """

    def __init__(
        self, reactor: Any, inheritance: Inheritance, settings: Settings, core: WorkerCore
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._core = core
        self._service = WorkerService(reactor, inheritance, settings, core)
        self._swap = threading.Event()
        self._beats = 0
        self._private_bytes: int | None = None
        self._is_leaving = False
        self.conversation = Conversation(
            {
                "start": self._start,
                "listen": self._listen,
                "reload": self._reload,
                "swap": self._swap.set,
                "watched": core.watched,
                "reload_certificates": inheritance.context.reload_here,
                "obey": self._obey,
                "failed_login": self._service.note_failed_login,
                "statistics": core.call_statistics.figures,
                "administer": self._administer,
                "cut_short": self._service.cut_short,
                "drain": self.leave,
            },
            self.leave,
        )
        self._administration: Administration | None = None
        core.siblings = _Siblings(reactor, self.conversation)
        core.served.before_swap = self._wait_for_others
        reactor.addSystemEventTrigger("before", "shutdown", self._service.stopService)
        reactor.addSystemEventTrigger("before", "shutdown", self._limit_end)

    async def _begin(self) -> None:
        self._service.startService()
        self._service.tell_of_failed_logins(
            lambda ip: self.conversation.note("failed_login", ip=ip)
        )
        beats = TimerService(BEAT_SECONDS, self._beat)
        beats.clock = self._reactor
        beats.setServiceParent(self._service)
        self._service.pool.listeners.append(self._tell)
        await self._service.started

    def _start(self, place: int, keeps_good_states: bool) -> Deferred[None]:
        """
        Start to serve, but for connections.

        :param place: that this process has among the workers, by which figures of it are known
        """
        self._administration = Administration(self._reactor, self._service, str(place))
        if keeps_good_states:
            self._service.keep_good_states()
        return Deferred.fromCoroutine(self._begin())

    def _listen(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._service.listen())

    def leave(self) -> None:
        """End, once the calls that run are answered."""
        if not self._is_leaving:
            self._is_leaving = True
            self._reactor.callWhenRunning(self._reactor.stop)

    def _limit_end(self) -> None:
        """See to it that the end comes, whatever hangs."""
        self._is_leaving = True
        self.conversation.note("leaving")
        seconds = self._settings.drain_timeout_seconds + END_SECONDS
        limit = threading.Timer(seconds, os._exit, [1])
        limit.daemon = True
        limit.start()

    # Life

    def _beat(self) -> None:
        """Prove that the reactor and a thread work."""
        if self._beats % BEATS_PER_MEASUREMENT == 0:
            self._private_bytes = private_bytes()
        self._beats += 1
        if self._is_leaving:
            self._tell()
        else:
            self._service.pool.call(int).addCallbacks(lambda _: self._tell(), _ignore_end)

    def _tell(self) -> None:
        self.conversation.note(
            "beat",
            figures={
                "calls": self._calls(),
                "given_up": self._service.pool.given_up,
                "private_bytes": self._private_bytes,
                "statistics": self._core.call_statistics.figures(),
            },
        )

    def _calls(self) -> int:
        """Return how many calls were answered; the core's own steps have a colon."""
        figures = self._core.call_statistics.figures()
        return sum(number for name, (*_, number) in figures.items() if ":" not in name)

    def _administer(self, command: str, arguments: Mapping[str, Any]) -> Deferred[dict[str, Any]]:
        assert self._administration is not None
        return self._administration.obey(command, arguments)

    # The repository

    def _reload(self, changed: Collection[str] | None) -> Deferred[None]:
        self._swap.clear()
        return self._service.pool.call(self._core.reload, changed)

    def _wait_for_others(self) -> None:
        """Have the new state come into service when all workers have read it; in a thread."""
        if not self._is_leaving:
            self._reactor.callFromThread(self.conversation.note, "prepared")
            self._swap.wait(SWAP_SECONDS)

    def _obey(self, name: str, parameters: Sequence[Any]) -> Deferred[None]:
        return self._service.pool.call(self._core.obey, name, parameters)


class _Siblings:
    """The other workers, as this one reaches them: through the supervisor."""

    def __init__(self, reactor: Any, conversation: Conversation) -> None:
        self._reactor = reactor
        self._conversation = conversation

    def obey(self, name: str, parameters: Sequence[Any]) -> None:
        """Have all of them call a method as well."""
        self._ask("spread", name=name, parameters=list(parameters))

    def statistics(self) -> list[Figures]:
        """Return the figures of all of them."""
        answers: list[Figures] = self._ask("statistics")
        return answers

    def _ask(self, request: str, /, **arguments: Any) -> Any:
        question: Any = partial(self._conversation.ask, request, **arguments)
        return blockingCallFromThread(self._reactor, question)


def _ignore_end(failure: Failure) -> None:
    failure.trap(Busy)  # the pool has stopped: this process ends
