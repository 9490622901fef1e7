"""
The supervisor: the process that owns sockets and signals, watches files, and leads the others.

It has no repository in memory and answers no call, so there is nothing in it that hangs.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from twisted.application.internet import TimerService
from twisted.application.service import IService, MultiService
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.calls.interfaces import DebugListener
from bcfg2tw.engine.plugin.base import as_flag
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.pool import CorePool
from bcfg2tw.serving.certificate_watch import CertificateWatch
from bcfg2tw.serving.service_state import DRAINING, FAILED, SERVING, STOPPING, ServiceState
from bcfg2tw.serving.start_notices import start_notices
from bcfg2tw.settings import Settings
from bcfg2tw.watching.watcher import Watcher
from bcfg2tw.workers.crew import Crew
from bcfg2tw.workers.inheritance import Inheritance
from bcfg2tw.workers.leading import Leader, report
from bcfg2tw.workers.listeners import Listener, open_listeners
from bcfg2tw.workers.log_link import LogLink, LogReader
from bcfg2tw.workers.nursery import fork_nursery
from bcfg2tw.workers.nursery_link import NurseryLink
from bcfg2tw.workers.questions import Questions
from bcfg2tw.workers.shared_context import SharedContext

log = Logger()
logger = logging.getLogger("bcfg2-server")

#: A nursery that dies is replaced so much later; if the next one reads nothing, after twice that.
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.5, 30.0

#: How much longer than the calls that run the end of all processes may take.
END_SECONDS = 1.5

_DEBUG_METHODS = ("set_debug", "set_core_debug")


class WorkersService(MultiService):
    """
    Serves a repository with several processes.

    :ivar debug_listeners: called with the debug flag whenever a client sets it
    :ivar companions: services that run as long as this one does anything, to its very end
    :ivar crew: the workers
    :ivar questions: asks them
    :ivar state: what the server does now
    :ivar pool: for what blocks in this process
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        number: int,
        logs: LogLink,
        assume_user: Callable[[], None],
    ) -> None:
        """
        Make the service; nothing happens before it is started.

        :param number: how many workers there are to be
        :param logs: takes the others' messages to this process
        :param assume_user: changes a process that has root's privileges to the user that serves
        """
        super().__init__()
        self._reactor = reactor
        self._settings = settings
        self._logs = logs
        self._assume_user = assume_user
        self.pool = CorePool(reactor, settings)
        self._nursery = NurseryLink(reactor, settings.worker_heartbeat_seconds)
        self.state = ServiceState()
        self.crew = Crew(reactor, settings, number, self._nursery)
        self.questions = Questions(reactor, self.crew, self._nursery, self._obey)
        self._leader = Leader(
            reactor, settings, self.pool, self._nursery, self.crew, self.questions
        )
        self._inheritance: Inheritance | None = None
        self._context: SharedContext | None = None
        self._nursery_end: socket.socket | None = None
        self._nursery_pause_seconds = FIRST_PAUSE_SECONDS
        self._reader: LogReader | None = None
        self._outcome: object = None
        self._waiting: list[Deferred[object]] = []
        self._stopped: Deferred[None] | None = None
        self.debug_listeners: list[DebugListener] = []
        self.companions: list[IService] = []

    @property
    def longest_end_seconds(self) -> float:
        """The time that the end of all processes may take."""
        return self._settings.drain_timeout_seconds + END_SECONDS

    @property
    def started(self) -> Deferred[object]:
        """A Deferred of its own for each access; it fires when the first workers serve."""
        waiting: Deferred[object] = Deferred()
        if self._outcome is None:
            self._waiting.append(waiting)
        else:
            waiting.callback(self._outcome)
        return waiting

    def _tell(self, outcome: object) -> None:
        self._outcome = outcome
        self.state.enter(SERVING if outcome is self else FAILED)
        waiters, self._waiting = self._waiting, []
        for waiting in waiters:
            waiting.callback(outcome)

    # Start

    def privilegedStartService(self) -> None:
        """
        Bind the sockets, read the key, and fork the nursery, which has both then.

        :raises SettingsError: if certificate, key, an address or the file of the other server's
            authorities cannot be used
        """
        self._context = SharedContext(self._settings, self._leader.take_in_certificates)
        self._inheritance = Inheritance(
            self._settings, self._context, tuple(self._open_listeners()), self._logs,
            self._assume_user,
        )  # fmt: skip
        self._fork_nursery(self._inheritance)
        super().privilegedStartService()
        for companion in self.companions:
            companion.privilegedStartService()

    def _open_listeners(self) -> list[Listener]:
        results: list[Any] = []
        opened = Deferred.fromCoroutine(open_listeners(self._reactor, self._settings))
        opened.addBoth(results.append)
        if not results:
            raise Bcfg2Error("an endpoint takes its time to listen: workers cannot share it")
        if isinstance(results[0], Failure):
            results[0].raiseException()
        listeners: list[Listener] = results[0]
        return listeners

    def _fork_nursery(self, inheritance: Inheritance) -> None:
        self._nursery.process, self._nursery_end = fork_nursery(
            inheritance, self.crew.descriptors()
        )

    def startService(self) -> None:
        """Have the nursery read the repository, and workers serve then."""
        if self._inheritance is None:
            self.privilegedStartService()
        assert self._inheritance is not None and self._context is not None
        super().startService()
        for companion in self.companions:
            companion.startService()
        for listener in self._inheritance.listeners:
            log.info("Listening on {address}", address=str(listener))
        for notice in start_notices(self._settings):
            log.warn("{notice}", notice=notice)
        self._reader = self._logs.enter_parent()
        self._reactor.addReader(self._reader)
        self.pool.start()
        Deferred.fromCoroutine(self._start(self._context)).addErrback(self._give_up)

    async def _start(self, context: SharedContext) -> None:
        self._connect_nursery()
        summary = await self._leader.begin()
        self.crew.setServiceParent(self)
        await self.crew.first_serving
        log.info("{text}", text=self._description(summary), is_for_all_logs=True)
        self._start_watching(context)
        self._tell(self)

    def _connect_nursery(self) -> None:
        """Talk to a nursery that was forked."""
        assert self._nursery_end is not None
        self._nursery.lost = self._replace_nursery
        self._nursery.connect(self._nursery_end)

    def _description(self, summary: str) -> str:
        assert self._inheritance is not None
        places = ", ".join(map(str, self._inheritance.listeners))
        served = f"Serving the repository {self._settings.repository} at {places}"
        number = self.crew.number
        return f"{served}: {summary}, {number} worker{'' if number == 1 else 's'}"

    def _start_watching(self, context: SharedContext) -> None:
        if not self.running:
            return
        CertificateWatch(self._reactor, context).setServiceParent(self)
        if self._settings.filemonitor != "pseudo":
            watcher = Watcher(self._reactor, self._leader, self.pool, self._settings)
            watcher.setServiceParent(self)
        if self._settings.perflog:
            seconds = self._settings.performance_interval
            TimerService(seconds, self.questions.log_statistics).setServiceParent(self)

    def _give_up(self, failure: Failure) -> None:
        report(failure)
        self._tell(failure)

    def _replace_nursery(self) -> None:
        """Have another nursery, which reads the repository anew; workers go on serving."""
        self._reap_nursery()
        if not self.running or self._outcome is not self:
            return  # nothing was read yet, and that is told by who waits for it
        log.error("The nursery has ended: another one reads the repository")
        self._plan_another_nursery()

    def _plan_another_nursery(self) -> None:
        pause = self._nursery_pause_seconds
        self._nursery_pause_seconds = min(2 * pause, LAST_PAUSE_SECONDS)
        self._reactor.callLater(pause, self._begin_another_nursery)

    def _reap_nursery(self) -> None:
        with suppress(ChildProcessError):
            os.waitpid(self._nursery.process, os.WNOHANG)

    def _begin_another_nursery(self) -> None:
        if not self.running or self._inheritance is None:
            return
        self._reap_nursery()
        try:
            self._fork_nursery(self._inheritance)
        except OSError as error:
            log.error("No nursery can be forked: {error}", error=error)
            self._plan_another_nursery()
            return
        self._connect_nursery()
        beginning = Deferred.fromCoroutine(self._leader.begin_again())
        beginning.addCallbacks(self._keep_nursery, self._send_away_nursery)

    def _keep_nursery(self, _: object) -> None:
        self._nursery_pause_seconds = FIRST_PAUSE_SECONDS

    def _send_away_nursery(self, failure: Failure) -> None:
        """Have a nursery end that could not read the repository; the next one tries it again."""
        report(failure)
        self._nursery.close()

    # What is asked of it

    @property
    def is_serving(self) -> bool:
        """Say whether the repository was read and workers take calls."""
        return self._outcome is self and self._stopped is None

    def reload(self) -> Deferred[list[str]]:
        """
        Read bcfg2.conf, certificates and the repository again; no connection is dropped.

        What cannot be used is logged, and what was read before stays in force.

        :returns: a Deferred of sentences about what cannot be used; none where all is well
        """
        if not self.running or self._context is None or self._outcome is not self:
            return succeed([])
        self.state.begin_reloading()
        return self._leader.take_in_settings(self._context).addBoth(self._end_reloading)

    def _end_reloading(self, reasons: list[str]) -> list[str]:
        self.state.end_reloading()
        return reasons

    def drain(self, is_draining: bool) -> None:
        """Send clients elsewhere, or take them again; new workers do the same."""
        self.crew.is_draining = is_draining
        self.state.enter(DRAINING if is_draining else SERVING)

    def _obey(self, name: str, parameters: list[Any]) -> None:
        """Do in this process what a client has asked all for."""
        if name in _DEBUG_METHODS:
            for listener in self.debug_listeners:
                listener(as_flag(parameters[0]))

    # End

    def cut_short(self) -> None:
        """Have a service that is being stopped wait for no call any more; connections are cut."""
        self.crew.cut_short()

    def stopService(self) -> Deferred[None]:
        """Take no connection any more, and end all other processes, once calls are answered."""
        if self._stopped is None:
            self._stopped = Deferred.fromCoroutine(self._stop())
        waiting: Deferred[None] = Deferred()
        self._stopped.addBoth(waiting.callback)
        return waiting

    async def _stop(self) -> None:
        self.state.enter(STOPPING)
        if self._inheritance is not None:
            for listener in self._inheritance.listeners:
                listener.end()
        await super().stopService()
        ended: Deferred[None] = Deferred()
        self._nursery.lost = lambda: ended.callback(None)
        if self._nursery.close():
            await ended
        await self.pool.stop()
        if self._reader is not None:
            self._reader.doRead()
            self._reactor.removeReader(self._reader)
        for companion in self.companions:
            await maybeDeferred(companion.stopService)
