"""The listener of the pages of reports: its own addresses, with TLS where it is asked for."""

from __future__ import annotations

import socket
from dataclasses import replace
from io import BytesIO
from typing import Any

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IListeningPort
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.web.iweb import INonQueuedRequestFactory
from twisted.web.server import Request
from zope.interface import provider

from bcfg2tw.auth import ServerContext
from bcfg2tw.reporting.web.places import is_loopback
from bcfg2tw.reporting.web.resource import BODY_BYTES, ReportsResource
from bcfg2tw.serving.certificate_watch import CertificateWatch
from bcfg2tw.serving.listening import OF_REPORTS, adopt, bind_all
from bcfg2tw.serving.site import BoundedSite, CoreChannel
from bcfg2tw.settings import Settings

log = Logger()

#: Connections that are open at a time; a new one takes the place of the one idle for longest.
CONNECTIONS = 200

#: How long answers that are on their way may take at the end.
DRAIN_SECONDS = 3.0

#: Seconds after the start at which pages are prepared for the first look at them, and between two
#: times of that: another day may be over.
PREPARE_SECONDS, PREPARE_AGAIN_SECONDS = 5.0, 1800.0

TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@provider(INonQueuedRequestFactory)
class ReportsRequest(Request):
    """A request whose body is small, or not taken."""

    _is_refused = False
    channel: Any

    def gotLength(self, length: int | None) -> None:
        """Make room for the body, or refuse it before it comes."""
        if length is not None and length <= BODY_BYTES:
            super().gotLength(length)
            return
        self.content = BytesIO()
        self._is_refused = True
        self.channel.transport.write(TOO_LARGE)
        self.channel.loseConnection()

    def handleContentChunk(self, data: bytes) -> None:
        """Keep a part of the body, unless it is refused."""
        if not self._is_refused:
            super().handleContentChunk(data)

    def process(self) -> None:
        """Answer, unless that was done."""
        if not self._is_refused:
            super().process()


class ReportsChannel(CoreChannel):
    """One connection of a browser."""

    requestFactory: Any = ReportsRequest


class ReportsSite(BoundedSite):
    """The site of the pages."""

    # twisted declares that a site has channels of one class of its own, which no two sites share
    def buildProtocol(self, addr: Any) -> Any:
        """Return the protocol for a connection, or None to have it closed."""
        if len(self.channels) >= CONNECTIONS:
            oldest = self.idle.oldest()
            if oldest is None:
                return None
            self.idle.remove(oldest)
            oldest.abort()
        return ReportsChannel(self)


class ReportsService(MultiService):
    """Serves the pages of reports on addresses of their own."""

    def __init__(self, reactor: Any, settings: Settings) -> None:
        """
        Make the service; nothing is opened before it is started.

        :raises Bcfg2Error: if the settings cannot be used, or a library is missing
        """
        super().__init__()
        self._reactor = reactor
        self._settings = settings
        self._resource = ReportsResource(reactor, settings)
        self._site = ReportsSite(self._resource, settings, reactor)
        self._bound: list[tuple[str, socket.socket]] = []
        self._ports: list[IListeningPort] = []
        self._context = _tls_context(settings)
        self._preparing: IDelayedCall | None = None

    def privilegedStartService(self) -> None:
        """
        Bind the addresses.

        :raises CannotListen: naming the first one that cannot be had
        """
        for host, port in self._settings.web_listen:
            for bound in bind_all([(host, port)], OF_REPORTS):
                self._bound.append((host, bound))
        super().privilegedStartService()

    def startService(self) -> None:
        """Serve, and say where."""
        if not self._bound:
            self.privilegedStartService()
        super().startService()
        if self._context is not None:
            CertificateWatch(self._reactor, self._context).setServiceParent(self)
        self._preparing = self._reactor.callLater(PREPARE_SECONDS, self._prepare)
        for notice in notices(self._settings):
            log.warn("{notice}", notice=notice)
        for host, bound in self._bound:
            adopt(self._reactor, bound, self._factory(host)).addCallback(self._ports.append)
        for address in page_addresses(self._settings):
            log.info("Reports are shown at {address}", address=address, is_for_all_logs=True)

    def _prepare(self) -> None:
        self._preparing = self._reactor.callLater(PREPARE_AGAIN_SECONDS, self._prepare)
        self._resource.prepare()

    def _factory(self, host: str) -> Any:
        if not uses_tls(self._settings, host):
            return self._site
        assert self._context is not None
        return TLSMemoryBIOFactory(self._context, False, self._site, self._reactor)

    async def _stop(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None
        for port in self._ports:
            await maybeDeferred(port.stopListening)
        await maybeDeferred(super().stopService)
        limit: Deferred[None] = deferLater(self._reactor, DRAIN_SECONDS)
        limit.addErrback(lambda _: None)  # it is cancelled
        await DeferredList([self._site.drain(), limit], fireOnOneCallback=True)
        limit.cancel()
        self._site.abort()
        self._resource.close()

    def stopService(self) -> Deferred[None]:
        """Take no connection any more, and let answers that are on their way arrive."""
        return Deferred.fromCoroutine(self._stop())


def _tls_context(settings: Settings) -> ServerContext | None:
    """Return the side of TLS, if an address wants it: browsers are asked for no certificate."""
    if any(uses_tls(settings, host) for host, _ in settings.web_listen):
        return ServerContext(replace(settings, ca=None, crl=None))
    return None


def uses_tls(settings: Settings, host: str) -> bool:
    """Say whether pages are served over TLS on an address."""
    if settings.web_tls == "auto":
        return not is_loopback(host)
    return settings.web_tls == "yes"


def page_addresses(settings: Settings) -> list[str]:
    """Return the addresses of the pages, as browsers want them."""
    addresses = []
    for host, port in settings.web_listen:
        scheme = "https" if uses_tls(settings, host) else "http"
        name = f"[{host}]" if ":" in host else host
        addresses.append(f"{scheme}://{name}:{port}{settings.web_prefix}/")
    return addresses


def notices(settings: Settings) -> list[str]:
    """Return a sentence for each thing that may not be meant, with its remedy."""
    sentences = []
    if settings.web_users:
        sentences = [
            f"[reporting] web_listen: passwords for {host}:{port} cross the network in the clear; "
            "remove web_tls = no, unless only a proxy on a trusted network gets there"
            for host, port in settings.web_listen
            if not uses_tls(settings, host) and not is_loopback(host)
        ]
    if "Reporting" not in settings.plugins:
        sentences.append(
            "[reporting] web_listen: Reporting is not in [server] plugins, so nothing new will be "
            "shown: add it there"
        )
    return sentences
