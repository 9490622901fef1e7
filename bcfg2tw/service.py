"""The server as a service: for other Twisted applications, and for twistd."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from twisted.application.service import MultiService

from bcfg2tw.admin.listener import AdminService
from bcfg2tw.admin.processes import OneProcess
from bcfg2tw.calls.interfaces import RunningCore
from bcfg2tw.core import make_core
from bcfg2tw.engine.memory import collector, share_arenas
from bcfg2tw.process.descriptors import raise_descriptor_limit
from bcfg2tw.process.log_text import LogFormatter, failure_text
from bcfg2tw.process.options import Options
from bcfg2tw.process.twistd import TwistdService
from bcfg2tw.serving.administration import Administration
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.settings import Settings
from bcfg2tw.workers.log_link import LogLink
from bcfg2tw.workers.processes import WorkerProcesses
from bcfg2tw.workers.supervisor import WorkersService

#: How long a thread that computes keeps the others waiting, again and again; Python's own 5 ms let
#: one endless template make every other call five times as slow.
SWITCH_SECONDS = 0.001

__all__ = ["Options", "coreService", "makeService"]


def coreService(reactor: Any, settings: Settings, core: RunningCore | None = None) -> CoreService:
    """
    Return a service that serves a repository.

    Nothing happens before it is started. Starting it raises a `Bcfg2Error` if it cannot serve;
    its `started` fires when the repository has been read. Stopping it ends the calls that run and
    shuts the core down.

    :param core: a core that was not started yet; by default one that the settings ask for
    """
    make = partial(make_core, settings) if core is None else lambda: core
    service = CoreService(reactor, settings, make)
    if settings.admin_listen is not None:
        processes = OneProcess(Administration(reactor, service))
        service.companions.append(AdminService(reactor, settings, processes))
    return service


def makeService(options: Options) -> MultiService:
    """
    Return the service that twistd runs.

    :param options: of a command line that was parsed
    :raises SystemExit: with a sentence, if the log file or an endpoint cannot be used
    """
    from twisted.internet import reactor

    share_arenas()
    sys.setswitchinterval(SWITCH_SECONDS)
    raise_descriptor_limit()
    collector.begin()
    server = _server(reactor, options)
    return TwistdService(reactor, options.settings, server, options.is_daemon, options.privileges)


def _server(reactor: Any, options: Options) -> CoreService | WorkersService:
    """Return what serves: one process, or several where the settings ask for them."""
    settings = options.settings
    number = settings.worker_number
    if not number:
        return coreService(reactor, settings)
    logs = LogLink(LogFormatter(), failure_text)
    workers = WorkersService(reactor, settings, number, logs, options.privileges.assume)
    if settings.admin_listen is not None:
        workers.companions.append(AdminService(reactor, settings, WorkerProcesses(workers)))
    return workers
