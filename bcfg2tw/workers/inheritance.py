"""The things that a process of a server gets from the one that it is forked from."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcfg2tw.settings import Settings
from bcfg2tw.workers.listeners import Listener
from bcfg2tw.workers.log_link import LogLink
from bcfg2tw.workers.shared_context import SharedContext

#: Signals that the terminal sends to all processes, or an administrator to the supervisor.
LED_BY_SUPERVISOR = (signal.SIGHUP, signal.SIGINT)


@dataclass(frozen=True)
class Inheritance:
    """
    What nursery and workers are made with.

    :ivar context: for TLS; its tickets' keys are made before the forks, so that all share them
    :ivar logs: takes what they log to the supervisor
    :ivar assume_user: changes to the user that serves; for the nursery, once
    """

    settings: Settings
    context: SharedContext
    listeners: tuple[Listener, ...]
    logs: LogLink
    assume_user: Callable[[], None]


def enter_child(inheritance: Inheritance) -> None:
    """Leave the signals and logs of the process that was forked behind."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for number in LED_BY_SUPERVISOR:
        signal.signal(number, signal.SIG_IGN)
    inheritance.logs.enter_child(inheritance.settings.debug)


def fresh_reactor() -> Any:
    """Install a reactor of this process's own: an inherited one shares its epoll with others."""
    import twisted.internet

    sys.modules.pop("twisted.internet.reactor", None)
    if hasattr(twisted.internet, "reactor"):
        del twisted.internet.reactor
    return importlib.import_module("twisted.internet.reactor")
