"""A Bcfg2 server inside another Twisted application: as a service, and as a resource."""

from __future__ import annotations

from typing import Any

from twisted.application.internet import StreamServerEndpointService
from twisted.application.service import IService, MultiService
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.web.resource import Resource
from twisted.web.server import Site
from twisted.web.static import Data

from bcfg2tw.calls.interfaces import RunningCore
from bcfg2tw.core import make_core
from bcfg2tw.pool import CorePool
from bcfg2tw.service import coreService
from bcfg2tw.settings import Settings
from bcfg2tw.xmlrpc_resource import CoreResource


def service(reactor: Any, configuration: str) -> IService:
    """The whole server, next to a service of the application."""
    application = MultiService()
    coreService(reactor, Settings.from_file(configuration)).setServiceParent(application)
    return application


class Embedded(MultiService):
    """The resource alone, below `/bcfg2` of a site that the application has anyway."""

    def __init__(self, reactor: Any, settings: Settings, endpoint: str) -> None:
        super().__init__()
        self._pool = CorePool(reactor, settings)
        self._core = make_core(settings)
        self._ready: Deferred[RunningCore] = Deferred()
        root = Resource()
        root.putChild(b"", Data(b"the application's own page", "text/plain"))
        root.putChild(b"bcfg2", CoreResource(self._ready, self._pool, settings))
        self.web = StreamServerEndpointService(serverFromString(reactor, endpoint), Site(root))
        self.web.setServiceParent(self)

    def startService(self) -> None:
        self._pool.start()
        super().startService()
        # reading the repository blocks; requests wait until it is done
        starting = self._pool.call(self._core.start)
        starting.addCallback(lambda _: self._core).chainDeferred(self._ready)

    async def _stop(self) -> None:
        await super().stopService()
        await self._pool.call(self._core.shutdown)
        await self._pool.stop()

    def stopService(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._stop())
