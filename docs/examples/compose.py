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
from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.pool import CorePool
from bcfg2tw.service import coreService
from bcfg2tw.settings import Settings
from bcfg2tw.watching.watcher import Watcher
from bcfg2tw.xmlrpc_resource import CoreResource


def service(reactor: Any, configuration: str) -> IService:
    """The whole server, next to a service of the application."""
    application = MultiService()
    coreService(reactor, Settings.from_file(configuration)).setServiceParent(application)
    return application


class Embedded(MultiService):
    """
    The resource alone, at `/RPC2` of a site that the application has anyway.

    That is where clients call, whatever path the URL in their bcfg2.conf has.
    """

    def __init__(self, reactor: Any, settings: Settings, endpoint: str) -> None:
        super().__init__()
        self._reactor = reactor
        self._settings = settings
        self._pool = CorePool(reactor, settings)
        self._core = make_core(settings)
        # fetches what plugins need, such as indexes of packages
        self._core.downloader = self._downloads = ReactorDownloader(reactor, lambda: settings)
        self._ready: Deferred[RunningCore] = Deferred()
        root = Resource()
        root.putChild(b"", Data(b"the application's own page", "text/plain"))
        root.putChild(b"RPC2", CoreResource(self._ready, self._pool, settings))
        self.web = StreamServerEndpointService(serverFromString(reactor, endpoint), Site(root))
        self.web.setServiceParent(self)

    def startService(self) -> None:
        self._pool.start()
        super().startService()
        # reading the repository blocks; requests wait until it is done
        starting = self._pool.call(self._core.start)
        starting.addCallback(lambda _: self._begin_watching()).chainDeferred(self._ready)

    def _begin_watching(self) -> RunningCore:
        """Have changed files read: without a watcher, what was read first is served for ever."""
        watcher = Watcher(self._reactor, self._core, self._pool, self._settings)
        watcher.setServiceParent(self)
        return self._core

    async def _stop(self) -> None:
        self._downloads.stop()
        await super().stopService()
        await self._pool.call(self._core.shutdown)
        await self._pool.stop()

    def stopService(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._stop())
