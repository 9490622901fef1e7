"""The services round the core of one worker, whose sockets and repository are there already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.application.internet import TimerService
from twisted.internet.defer import Deferred
from twisted.internet.tcp import Port

from bcfg2tw.auth import ServerContext
from bcfg2tw.calls.interfaces import RunningCore
from bcfg2tw.serving.bounded_tls import tls_factory
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.serving.proxied import proxied
from bcfg2tw.serving.site import CoreSite
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.server_identity import OtherServerIdentity
from bcfg2tw.workers.inheritance import Inheritance
from bcfg2tw.workers.worker_core import WorkerCore

#: The system wakes one worker for a connection; if that one is stopped just then, or computes, any
#: other looks for it after this time.
LOOK_SECONDS = 0.1


class WorkerService(CoreService):
    """
    Serves on sockets that others share, once it is told to listen.

    What is watched and said once for all workers, the supervisor watches and says.
    """

    def __init__(
        self, reactor: Any, inheritance: Inheritance, settings: Settings, core: WorkerCore
    ) -> None:
        super().__init__(reactor, settings, lambda: core)
        self._inheritance = inheritance
        self._worker_core = core
        self._keeps_good_states = False

    def keep_good_states(self) -> None:
        """Be the one of all workers that keeps good states of files; before it is started."""
        self._keeps_good_states = True

    def tell_of_failed_logins(self, noted: Callable[[str], None]) -> None:
        """
        Have the other workers know of logins that fail here; once it is started.

        :param noted: called with an address
        """
        assert self._site is not None
        self._site.resource.failed_logins.noted = noted

    def note_failed_login(self, ip: str) -> None:
        """Count a login that has failed in another worker."""
        if self._site is not None:
            self._site.resource.failed_logins.note_elsewhere(ip)

    async def listen(self) -> None:
        """Take connections."""
        assert self._site is not None and self._context is not None
        stage = tls_factory(self._site, self._context)
        factory = proxied(stage, self._context)
        for listener in self._inheritance.listeners:
            self._ports.append(await listener.listen(self._reactor, factory))
        looks = TimerService(LOOK_SECONDS, self._take_left)
        looks.clock = self._reactor
        looks.setServiceParent(self)

    def _take_left(self) -> None:
        """Take connections for which the system has woken a worker that does not come to them."""
        for port in self._ports:
            if isinstance(port, Port) and port.connected:
                port.doRead()

    def stopService(self) -> Deferred[None]:
        """End, as any core's service does; the others go on listening."""
        for listener in self._inheritance.listeners:
            listener.close()
        return super().stopService()

    def _make_context(self) -> ServerContext:
        return self._inheritance.context

    def _identity_of_other_server(self, settings: Settings) -> OtherServerIdentity | None:
        return self._inheritance.context.other_server

    async def _listen(self, site: CoreSite, context: ServerContext) -> None:
        """Wait until the supervisor says so."""

    def _say_notices(self) -> None:
        """Leave it to the supervisor."""

    def _watch_certificates(self) -> None:
        """Leave it to the supervisor."""

    async def _start(self, core: RunningCore) -> RunningCore:
        await self.pool.call(self._begin)
        self._has_started = True
        return core

    def _begin(self) -> None:
        """Begin to serve what was read before the fork; runs in the pool."""
        self._worker_core.store.prepare()
        self._worker_core.served.start_threads(self._keeps_good_states)
