"""The services round the core of one worker, whose sockets and repository are there already."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

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

    async def listen(self) -> None:
        """Take connections."""
        assert self._site is not None and self._context is not None
        stage = tls_factory(self._site, self._context)
        factory = proxied(stage, self._settings, self._context)
        for listener in self._inheritance.listeners:
            self._ports.append(await listener.listen(self._reactor, factory))

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
