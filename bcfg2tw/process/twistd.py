"""
The process that `twistd bcfg2-core` runs: its logs, its signals, and its exit status.

The only place, beside the command line, that ends a process.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
from threading import Timer
from typing import Any, NoReturn, TypeVar

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.admin.processes import OneProcess, Processes
from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.process.logs import LogService
from bcfg2tw.process.notify import NotifyService
from bcfg2tw.process.privileges import Privileges
from bcfg2tw.serving.administration import Administration
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.serving.drain import SHUTDOWN_SECONDS
from bcfg2tw.serving.listening import server_endpoints
from bcfg2tw.settings import Settings
from bcfg2tw.settings.types import locations
from bcfg2tw.workers.processes import Supervisor
from bcfg2tw.workers.supervisor import WorkersService

T = TypeVar("T")

log = Logger()

#: A core's service in this process, or one that leads others.
Server = CoreService | WorkersService

END_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class TwistdService(MultiService):
    """A core's service in a process of its own, which ends where it cannot serve."""

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        core: Server,
        is_daemon: bool = False,
        privileges: Privileges | None = None,
    ) -> None:
        """
        Make the service, while there is still a terminal to say on what is wrong.

        :param core: becomes a child of this service
        :param is_daemon: whether twistd detaches before it starts the service
        :param privileges: the user that twistd becomes before it starts the service
        :raises SystemExit: with a sentence, if the log file or an endpoint cannot be used
        """
        super().__init__()
        self._reactor = reactor
        self._settings = settings
        self._is_daemon = is_daemon
        self._status = 0
        self._is_hurried = False
        try:
            with (privileges or Privileges()).acting():
                self._logs = LogService(settings)
                reports = _reports(reactor, settings)
            server_endpoints(reactor, settings)
        except Bcfg2Error as error:
            sys.exit(f"bcfg2-core: {error}")
        self._core = core
        self._core.debug_listeners.append(self._logs.set_debug)
        self._core.setServiceParent(self)
        NotifyService(reactor, core.state, _heart(reactor, core)).setServiceParent(self)
        if reports is not None:
            reports.setServiceParent(self)

    def privilegedStartService(self) -> None:
        """Bind the ports; ends the process with a sentence where that cannot be."""
        try:
            super().privilegedStartService()
        except Bcfg2Error as error:
            self._refuse(error)

    def startService(self) -> None:
        """Start to serve; SIGHUP is heeded from now on."""
        try:
            self._logs.startService()
            super().startService()
        except Bcfg2Error as error:
            self._refuse(error)
        self._core.started.addCallbacks(self._log_hint, self._give_up)
        signal.signal(signal.SIGHUP, lambda *_: self._reactor.callFromThread(self._hang_up))

    def _hang_up(self) -> None:
        """Read everything again, and log into the file that is at the log's path now."""
        self._logs.reopen()
        self._core.reload()

    def stopService(self) -> Deferred[None]:
        """
        End the calls that run, shut the core down, and then the log.

        The process ends in any case when the drain timeout is over, whatever hangs. A second
        signal that ends it ends the calls, too.
        """
        _end_after(self._core.longest_end_seconds, self._status)
        for number in END_SIGNALS:
            signal.signal(number, self._signal_again)
        stopped: Deferred[None] = maybeDeferred(super().stopService)
        return stopped.addBoth(self._end_logs)

    def _signal_again(self, number: int, _: object) -> None:
        self._reactor.callFromThread(self._hurry, signal.Signals(number).name)

    def _hurry(self, name: str) -> None:
        """End at once, but for what the core has to write down."""
        if self._is_hurried:
            return
        self._is_hurried = True
        log.warn("Received {name} again: calls that run are not waited for", name=name)
        self._core.cut_short()
        _end_after(SHUTDOWN_SECONDS * 2, self._status, "the time after a second signal is over")

    def _end_logs(self, result: T) -> T:
        self._logs.stopService()
        return result

    def _refuse(self, error: Bcfg2Error) -> NoReturn:
        log.critical("bcfg2-core: {error}", error=error)
        if self._is_daemon:
            # twistd's first process waits to be told, and takes no exit of this one for an answer
            raise error
        sys.exit(1)

    def _log_hint(self, core: object) -> None:
        options = "" if self._settings.config is None else f" -C {self._settings.config}"
        if self._settings.port is not None:
            host, _ = locations(self._settings.server)[0]
            options += f" -S https://{host}:{self._settings.port}"
        log.info("Try it: bcfg2tw call{options} listMethods", options=options)

    def _give_up(self, failure: Failure) -> None:
        self._status = 1
        atexit.register(_exit_with_failure)
        self._reactor.callWhenRunning(self._reactor.stop)


def _heart(reactor: Any, core: Server) -> Processes:
    """Return what says that the server lives."""
    if isinstance(core, WorkersService):
        return Supervisor(core)
    return OneProcess(Administration(reactor, core))


def _reports(reactor: Any, settings: Settings) -> MultiService | None:
    """Return the service of the pages of reports, if there is to be one."""
    if not settings.web_listen:
        return None
    try:
        from bcfg2tw.serving.reports import ReportsService  # which imports what not all sites have
    except ImportError as error:
        raise SettingsError(
            f"it needs SQLAlchemy, alembic and Jinja2: pip install 'bcfg2tw[reporting]' ({error})",
            "reporting",
            "web_listen",
        ) from error
    return ReportsService(reactor, settings)


def _end_after(seconds: float, status: int, reason: str = "the drain timeout is over") -> None:
    """End the process if it has not ended by itself until then: Python waits for some threads."""
    limit = Timer(seconds, _cut_off, [status, reason])
    limit.daemon = True
    limit.start()


def _cut_off(status: int, reason: str) -> None:
    # threads that hang may hold the locks of the log: it must not keep this one
    sys.stderr.write(f"bcfg2-core: something hangs; {reason}, and so is this\n")
    os._exit(status)


def _exit_with_failure() -> None:
    """End with a status that says so; twistd itself always ends with 0."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(1)
