"""
The Twisted cores: the engine's, and that of an installed upstream Bcfg2.

Bcfg2 documents how a core is run: `_run` sets up, `_block` serves until the end (:ref:`core-4`).
Here that means a tree of services and the reactor. `twistd bcfg2-core` runs the services itself and
needs neither.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from bcfg2tw.calls.interfaces import RunningCore
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import SettingsError
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")


class _ServiceCore(RunningCore, Protocol):
    """
    A core that runs by itself, in a service of its own.

    :ivar _service: made by `_run`
    """

    _service: CoreService


class TwistedMixin:
    """The hooks of a network core, over Twisted's services; stands first among the bases."""

    _service: CoreService

    def _run(self: _ServiceCore) -> bool:
        """Build the service and bind its ports; return whether that worked."""
        core: RunningCore = self
        service = CoreService(_reactor(), core.settings, lambda: core, is_core_started=True)
        self._service = service
        # the core is started before the service is, and has to have it by then
        core.downloader = service.downloader
        try:
            service.privilegedStartService()
        except SettingsError as error:
            logger.error("Server startup failed: %s", error)
            return False
        return True

    def _block(self: _ServiceCore) -> None:
        """Serve until the reactor stops; running calls end, and the core is shut down."""
        reactor = _reactor()
        self._service.startService()
        reactor.addSystemEventTrigger("before", "shutdown", self._service.stopService)
        reactor.run()

    def _daemonize(self) -> bool:
        """Leave it to twistd, which does it before there is a core."""
        logger.info("A core does not detach by itself: start it by twistd bcfg2-core")
        return True


class TwistedCore(TwistedMixin, NetworkCore):
    """The engine's core on Twisted."""


def _reactor() -> Any:
    """Return the process's reactor, which is installed by its first import."""
    from twisted.internet import reactor

    return reactor


def core_class(settings: Settings) -> Callable[[Settings], RunningCore]:
    """
    Return the class of core that the settings ask for; its constructor takes them.

    :raises SettingsError: if an upstream Bcfg2 is asked for and there is none
    """
    if settings.core == "upstream":
        return _upstream_core_class()
    return TwistedCore


def _upstream_core_class() -> Callable[[Settings], RunningCore]:
    # here only: others are to be served without it, and what it brings back for Bcfg2
    from bcfg2tw.upstream import UpstreamSeam, core_base

    core: type[UpstreamSeam] = type("UpstreamTwistedCore", (TwistedMixin, core_base()), {})
    return core


def make_core(settings: Settings) -> RunningCore:
    """
    Return a new core as the settings ask for; it has read nothing yet.

    :raises Bcfg2Error: if it cannot be made
    """
    return core_class(settings)(settings)
