"""
HTTP within bounds: deadlines that a slow peer cannot extend, and a number of connections.

One deadline is in force at any time: for the TLS handshake, for a request's header, for its
body, for the answer to be read, for the next request on a connection that is kept. While a call
runs there is none; the pool's queue is bounded instead.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from tempfile import SpooledTemporaryFile
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request, datetimeToString
from twisted.web.iweb import INonQueuedRequestFactory
from twisted.web.server import Site
from zope.interface import implementer, provider

from bcfg2tw.auth import HandshakeFailures
from bcfg2tw.calls.dispatch import HttpAnswer
from bcfg2tw.certificates.presented import certificate_refusal
from bcfg2tw.serving.deadline import Deadline
from bcfg2tw.serving.idle_connections import IdleConnections, host_of
from bcfg2tw.serving.tls_protocol import log_lack_of_memory
from bcfg2tw.settings import Settings
from bcfg2tw.xmlrpc_resource import LENGTH_REQUIRED, NOT_FOUND, CoreResource, Exchange

logger = logging.getLogger("bcfg2-server")

#: How long peers have to take note that a connection on which nothing runs is closed.
CLOSING_SECONDS = 2.0

#: How long a connection that had no request yet has to send one when the server drains.
GRACE_SECONDS = 2.0

#: A request's target: a path, or a whole URL as proxies write it (RFC 9112, 3.2.2).
_TARGET = re.compile(rb"(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*)")

#: Bodies beyond this size are kept in a temporary file until a thread reads them.
SPOOLED_BYTES = 1 << 20


@provider(INonQueuedRequestFactory)
class CoreRequest(Request):
    """
    A request whose resource learns of it as soon as the header is there.

    It has neither cookies nor forms nor sessions: no client of Bcfg2 does.
    """

    exchange: Exchange | None = None
    channel: Any

    def parseCookies(self) -> None:
        """Leave cookies alone."""

    def gotLength(self, length: int | None) -> None:
        """Make room for the body, and give the resource its chance to refuse the request."""
        # closed with the request, or with the last that uses it
        self.content = SpooledTemporaryFile(SPOOLED_BYTES)  # noqa: SIM115
        self.setHeader(b"Date", datetimeToString())
        self.setHeader(b"Server", b"bcfg2tw")
        # it may be answered here, before it was received: with this version
        self.clientproto = b"HTTP/1.1"
        self.channel.site.resource.header_received(self, length)
        if self.exchange is None:  # refused, so that nothing is to be sent on
            self.requestHeaders.removeHeader(b"expect")

    def handleContentChunk(self, data: bytes) -> None:
        """Keep a part of the body."""
        try:
            super().handleContentChunk(data)
        except (MemoryError, OSError) as error:
            self.channel.site.resource.cannot_keep(self, error)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Give the whole request to the resource, if it came to a path where that is."""
        assert self.content is not None and self.exchange is not None
        try:
            self.content.seek(0)  # writes what is not written yet
        except (MemoryError, OSError) as error:
            self.channel.site.resource.cannot_keep(self, error)
            return
        self.method, self.uri, self.clientproto = command, path, version
        refusal = self._refusal()
        if refusal is None:
            self.channel.site.resource.render(self)
        else:
            self.exchange.answer(refusal)

    def finish(self) -> None:
        """End the answer."""
        super().finish()
        self.exchange = None  # which refers to this

    def connectionLost(self, reason: Failure) -> None:
        """Forget the exchange: the peer left."""
        super().connectionLost(reason)
        self.exchange = None

    def _refusal(self) -> HttpAnswer | None:
        """Return the answer to a request that is refused whoever makes it, else None."""
        if not _is_served(self.uri, self.channel.site.settings.paths):
            return NOT_FOUND
        if self.method == b"POST" and not self.requestHeaders.hasHeader(b"content-length"):
            return LENGTH_REQUIRED
        return None


def _is_served(uri: bytes, paths: tuple[str, ...]) -> bool:
    """Say whether a request's target is one of some paths; `*` stands for any on either side."""
    target = _TARGET.match(uri)
    if uri == b"*" or "*" in paths or target is None:
        return True
    return (target[1] or b"/").decode("latin-1") in paths


@implementer(IHandshakeListener)
class CoreChannel(HTTPChannel):
    """One connection: HTTP/1.1 under deadlines."""

    requestFactory: Any = CoreRequest
    timeOut = None
    transport: Any

    def __init__(self, site: BoundedSite) -> None:
        super().__init__()
        self.site = self.factory = site
        self._settings = site.settings
        self._deadline = Deadline(site.reactor, self._expire)
        self._host = ""
        self._is_in_handshake = False
        self._is_idle = False
        self._is_finished = False
        self._is_paused = False
        self._is_backed_up = False

    def connectionMade(self) -> None:
        """Begin with the handshake, or with the header where there is no TLS."""
        super().connectionMade()
        self.site.channels.add(self)
        self._host = host_of(self.transport.getPeer())
        self.mark_as_idle()
        self._is_in_handshake = ISSLTransport.providedBy(self.transport)
        if self._is_in_handshake:
            self._deadline.set(self._settings.handshake_timeout_seconds)
        else:
            self._begin_waiting()

    def handshakeCompleted(self) -> None:
        """Wait for the first request, unless the peer's certificate has lost its worth."""
        refusal = certificate_refusal(self.transport)
        if refusal is not None:
            self.site.handshake_failures.note_reason(self.transport.getPeer().host, refusal)
            self.abort()
            return
        self._is_in_handshake = False
        self.site.note_version(self.transport.getHandle().get_protocol_version_name())
        self._begin_waiting()

    def _begin_waiting(self) -> None:
        """Wait for the first request; while the server drains, not for long."""
        seconds = self._settings.header_timeout_seconds
        self._deadline.set(min(seconds, GRACE_SECONDS) if self.site.is_draining else seconds)

    def checkPersistence(self, request: Request, version: bytes) -> bool:
        """Say whether there may be a further request behind one; not while the server drains."""
        if not self.site.is_draining:
            return bool(super().checkPersistence(request, version))
        request.responseHeaders.setRawHeaders(b"connection", [b"close"])
        return False

    def dataReceived(self, data: bytes) -> None:
        """Take data; the first of a further request starts its deadline."""
        if self._is_finished or self.transport.disconnecting:
            return  # sent before the peer could know: it is not answered, and extends nothing
        if self._is_idle:
            self._is_idle = False
            self._deadline.set(self._settings.header_timeout_seconds)
        try:
            super().dataReceived(data)
        except MemoryError:  # not even for an answer that says so
            log_lack_of_memory(self._host)
            self.abort()

    def rawDataReceived(self, data: bytes) -> None:
        """Take a part of a body, unless the request was answered without it."""
        if self.requests:
            super().rawDataReceived(data)

    def allHeadersReceived(self) -> None:
        """Wait for the body."""
        self._is_idle = False
        self.site.idle.remove(self)
        self._deadline.set(self._settings.body_timeout_seconds)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        """Let the call take its time, unless it was answered as its last part could not be kept."""
        if self.requests:
            self._deadline.clear()
            super().allContentReceived()

    def requestDone(self, request: Request) -> None:
        """Wait until the answer was read, and for the next request if there may be one."""
        is_body_unread = self.length != 0
        if self._is_backed_up or is_body_unread:
            self._deadline.set(self._settings.body_timeout_seconds)
        else:
            self._wait_for_request()
        if not self._is_backed_up:
            self.mark_as_idle()
        if self.site.is_draining:  # it began before that
            self.persistent = False
        if self._is_paused:  # what else comes is read to no purpose, so that the answer gets there
            self.resume_reading()
        super().requestDone(request)

    def mark_as_idle(self) -> None:
        """Count the connection among those that may be closed for new ones."""
        self.site.idle.add(self, self._host)

    def _wait_for_request(self) -> None:
        self._is_idle = True
        self._deadline.set(self._settings.idle_timeout_seconds)

    def pauseProducing(self) -> None:
        """Take note that the peer does not read as fast as it is written to."""
        self._is_backed_up = True
        super().pauseProducing()

    def resumeProducing(self) -> None:
        """Go on; if the last answer has gone out, the peer's next request is waited for."""
        self._is_backed_up = False
        super().resumeProducing()
        if self._is_paused:
            self.transport.pauseProducing()
        elif not self.requests:
            self._wait_for_request()
            self.mark_as_idle()

    def pause_reading(self) -> None:
        """Leave what the peer sends where it is; it has all the time that this takes."""
        self._is_paused = True
        self._deadline.clear()
        self.transport.pauseProducing()

    def resume_reading(self) -> None:
        """Take what the peer sends again, until the deadline for the body."""
        self._is_paused = False
        self._deadline.set(self._settings.body_timeout_seconds)
        self.transport.resumeProducing()

    def finish(self) -> None:
        """
        Close as soon as nobody is hurt by it, for a site that drains.

        A call that runs is answered, and a request that has begun is let in. A connection without
        a request so far is one whose request is on its way, and has a moment to send it. One that
        was kept after an answer is closed at once.
        """
        if not self._deadline.is_set or self._is_backed_up:
            self.persistent = False
        elif self._is_idle or not (self.persistent or self.requests):
            self._is_finished = True
            self._deadline.set(CLOSING_SECONDS)
            self.loseConnection()  # the transport's own would wait for this producer
        elif not self.requests:
            self._deadline.set(GRACE_SECONDS)

    def abort(self) -> None:
        """Close at once."""
        self.transport.abortConnection()

    def _expire(self) -> None:
        logger.debug("%s was too slow, or is not needed", self.transport.getPeer())
        self.transport.abortConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Forget the connection."""
        self._deadline.end()
        self.site.forget(self)
        if self._is_in_handshake:
            self.site.handshake_failures.note(self.transport.getPeer().host, reason.value)
        super().connectionLost(reason)
        # what refers to this
        self.requests = []
        self._transferDecoder: Any = None


class BoundedSite(Site):
    """
    A site whose connections are under deadlines and counted.

    :ivar settings: for its bounds
    :ivar channels: the connections that are open
    :ivar idle: those of them that may be closed for new ones
    """

    noisy = False  # the service says where it listens

    def __init__(self, resource: Any, settings: Settings, reactor: Any) -> None:
        super().__init__(resource, reactor=reactor)
        self.settings = settings
        self.handshake_failures = HandshakeFailures(settings.protocol)
        self.channels: set[CoreChannel] = set()
        self.idle: IdleConnections[CoreChannel] = IdleConnections()
        self._drained: Deferred[None] | None = None
        self._is_draining = False
        self._expected: set[object] = set()
        self._versions: Counter[str] = Counter()
        self._handshake_failures = 0  # before the settings were read again

    def acceptableProtocols(self) -> list[bytes]:
        """Return the only protocol; Twisted before 26.4 agrees on it with clients that ask."""
        return [b"http/1.1"]

    def note_version(self, version: str) -> None:
        """Count a handshake by the version of TLS that came of it."""
        self._versions[version] += 1

    @property
    def is_draining(self) -> bool:
        """True where each connection is closed after the request that it has, or is to have."""
        return self._is_draining

    def shed(self, is_draining: bool) -> None:
        """Begin to close each connection as soon as nobody is hurt, or keep them again."""
        self._is_draining = is_draining
        for channel in tuple(self.channels) if is_draining else ():
            channel.finish()

    def drain(self) -> Deferred[None]:
        """Close all connections; the Deferred fires when all calls are answered and closed."""
        drained: Deferred[None] = Deferred()
        self._drained = drained
        self.shed(True)
        self._look_whether_drained()
        return drained

    def abort(self) -> int:
        """Close all connections at once, and return how many there were."""
        number = len(self.channels)
        for channel in tuple(self.channels):
            channel.abort()
        return number

    def forget(self, channel: CoreChannel) -> None:
        """Count a connection no more."""
        self.channels.discard(channel)
        self.idle.remove(channel)
        self._look_whether_drained()

    def expect(self, connection: object) -> None:
        """Have the end wait for a connection whose channel is still to come, for a header."""
        self._expected.add(connection)

    def expect_no_more(self, connection: object) -> None:
        """Wait for a connection no more: its channel is there, or it has gone."""
        self._expected.discard(connection)
        self._look_whether_drained()

    def _look_whether_drained(self) -> None:
        if self._drained is not None and not self.channels and not self._expected:
            drained, self._drained = self._drained, None
            drained.callback(None)

    def startFactory(self) -> None:
        """Open no access log."""

    def stopFactory(self) -> None:
        """Close no access log."""

    def log(self, request: Any) -> None:
        """Write no access log: calls are logged by what they do."""


class CoreSite(BoundedSite):
    """The site that serves a core, over TLS from `bounded_tls.py`; `reload` gives it new bounds."""

    def __init__(self, resource: CoreResource, settings: Settings, reactor: Any) -> None:
        super().__init__(resource, settings, reactor)

    # twisted declares that a site has channels of one class of its own, which no two sites share
    def buildProtocol(self, addr: Any) -> Any:
        """Return the protocol for a new connection."""
        return CoreChannel(self)

    def reload(self, settings: Settings) -> None:
        """Take other bounds, for connections to come; why handshakes fail is said anew."""
        self.settings = settings
        self.resource.reload(settings)
        self._handshake_failures += self.handshake_failures.total
        self.handshake_failures = HandshakeFailures(settings.protocol)

    def picture(self) -> dict[str, Any]:
        """Return connections, handshakes, calls and failed logins, as plain data."""
        resource: CoreResource = self.resource
        return {
            "connections": {"open": len(self.channels), "idle": len(self.idle)},
            "tls_versions": dict(self._versions),
            "handshake_failures": self._handshake_failures + self.handshake_failures.total,
            "calls": resource.record.picture(),
            "failed_logins": resource.failed_logins.total,
        }

    def drain(self) -> Deferred[None]:
        """Close all connections; the Deferred fires when all calls are answered and closed."""
        drained = super().drain()
        self.resource.delay_nothing()
        return drained
