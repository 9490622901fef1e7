"""The server as a service: for other Twisted applications, and for twistd."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
from functools import partial
from typing import Any, NoReturn, TypeVar

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.calls.interfaces import RunningCore
from bcfg2tw.core import make_core
from bcfg2tw.engine.memory import share_arenas
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.process.logs import LogService
from bcfg2tw.process.options import Options
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.serving.listening import server_endpoints
from bcfg2tw.settings import Settings
from bcfg2tw.settings.types import locations

__all__ = ["Options", "coreService", "makeService"]

T = TypeVar("T")

log = Logger()


def coreService(reactor: Any, settings: Settings, core: RunningCore | None = None) -> CoreService:
    """
    Return a service that serves a repository.

    Nothing happens before it is started. Starting it raises a `Bcfg2Error` if it cannot serve;
    its `started` fires when the repository has been read. Stopping it ends the calls that run and
    shuts the core down.

    :param core: a core that was not started yet; by default one that the settings ask for
    """
    make = partial(make_core, settings) if core is None else lambda: core
    return CoreService(reactor, settings, make)


def makeService(options: Options) -> MultiService:
    """Return the service that twistd runs."""
    from twisted.internet import reactor

    share_arenas()
    is_daemon = options.parent is not None and not options.parent["nodaemon"]
    return TwistdService(reactor, options.settings, is_daemon)


class TwistdService(MultiService):
    """A process of its own: its logs, its signals, and its end where it cannot serve."""

    def __init__(self, reactor: Any, settings: Settings, is_daemon: bool = False) -> None:
        """
        Make the service, while there is still a terminal to say on what is wrong.

        :param is_daemon: whether twistd detaches before it starts the service
        """
        super().__init__()
        self._reactor = reactor
        self._settings = settings
        self._is_daemon = is_daemon
        try:
            self._logs = LogService(settings)
            server_endpoints(reactor, settings)
        except Bcfg2Error as error:
            sys.exit(f"bcfg2-core: {error}")
        self._core = coreService(reactor, settings)
        self._core.debug_listeners.append(self._logs.set_debug)
        self._core.setServiceParent(self)

    def privilegedStartService(self) -> None:
        """Bind the ports; ends the process with a sentence where that cannot be."""
        try:
            super().privilegedStartService()
        except Bcfg2Error as error:
            self._refuse(error)

    def startService(self) -> None:
        """Start to serve; SIGHUP is heeded from now on."""
        self._logs.startService()
        try:
            super().startService()
        except Bcfg2Error as error:
            self._refuse(error)
        self._core.started.addCallbacks(self._tell, self._give_up)
        signal.signal(signal.SIGHUP, lambda *_: self._reactor.callFromThread(self._core.reload))

    def stopService(self) -> Deferred[None]:
        """End the calls that run, shut the core down, and then the log."""
        stopped: Deferred[None] = maybeDeferred(super().stopService)
        return stopped.addBoth(self._end_logs)

    def _end_logs(self, result: T) -> T:
        self._logs.stopService()
        return result

    def _refuse(self, error: Bcfg2Error) -> NoReturn:
        log.critical("bcfg2-core: {error}", error=error)
        if self._is_daemon:
            # twistd's first process waits to be told, and takes no exit of this one for an answer
            raise error
        sys.exit(1)

    def _tell(self, core: RunningCore) -> None:
        config = "" if self._settings.config is None else f" -C {self._settings.config}"
        if self._settings.port is not None:
            host, _ = locations(self._settings.server)[0]
            config += f" -S https://{host}:{self._settings.port}"
        log.info("Try it: bcfg2tw call{config} listMethods", config=config)

    def _give_up(self, failure: Failure) -> None:
        atexit.register(_fail)
        self._reactor.callWhenRunning(self._reactor.stop)


def _fail() -> None:
    """End with a status that says so; twistd itself always ends with 0."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(1)
