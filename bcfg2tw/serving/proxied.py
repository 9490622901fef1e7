"""
The stage before TLS: the PROXY protocol, by which balancers say whose connection it is.

Twisted's own wrapper believes whoever connects, gives up a header that comes in pieces, and lets
the next stage see the balancer's address first. Here nobody is asked for a header who is not named
in `[server] proxy_from`, and who is named has to send one; for the next stage the connection begins
when it is there.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet import protocol
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from zope.interface import directlyProvides, providedBy

from bcfg2tw.auth import ServerContext
from bcfg2tw.certificates.presented import HandedOn
from bcfg2tw.certificates.revocations import CurrentRevocations
from bcfg2tw.serving.proxy_header import BadHeader, ProxyHeader, header_end, read_header
from bcfg2tw.serving.proxy_tls import ProxiedTLS, read_tls
from bcfg2tw.settings import Settings

log = Logger()

#: How long a balancer may take for its header, which it sends first of all.
HEADER_SECONDS = 5.0


class Expecting(Protocol):
    """
    A site, whose end waits for connections that are still to come.

    :ivar settings: those in force, which name the balancers
    """

    settings: Settings

    def expect(self, connection: object, /) -> None:
        """Wait for a connection."""

    def expect_no_more(self, connection: object, /) -> None:
        """Wait for it no more."""

    def note_version(self, version: str, /) -> None:
        """Count a handshake by the version of TLS that came of it."""


class Stage(Protocol):
    """The stage behind: TLS and HTTP, or HTTP alone where TLS has ended before."""

    @property
    def site(self) -> Any:
        """The site, which is `Expecting`, and has the `reactor`."""

    def buildProtocol(self, address: Any, /) -> Any:
        """Return a protocol for a client that begins TLS, None where there is no room."""

    def build_plain(self, connection: Any, /) -> Any:
        """Return a protocol for a client whose TLS has ended, None where there is no room."""

    def unregisterProtocol(self, connection: Any, /) -> None:
        """Take note that a connection without TLS is gone."""


class ProxiedConnection(ProtocolWrapper):
    """
    A connection from a balancer: a header, and then the client's own bytes.

    To the next stage it is a transport whose peer is the client.
    """

    factory: Any
    transport: Any
    wrappedProtocol: Any

    def __init__(self, factory: ProxiedFactory) -> None:
        super().__init__(factory, None)  # type: ignore[arg-type]  # there is none yet
        self._buffer = b""
        self._balancer: Any = None
        self._peer: Any = None
        self._is_plain = False
        self.handed_on: HandedOn | None = None
        self._deadline: IDelayedCall | None = None

    def makeConnection(self, transport: Any) -> None:
        """Begin; the next stage, which twisted would begin here, does not yet."""
        directlyProvides(self, providedBy(transport))
        protocol.Protocol.makeConnection(self, transport)
        self.factory.registerProtocol(self)

    def connectionMade(self) -> None:
        """Wait for the header."""
        self._balancer = self._peer = self.transport.getPeer()
        self.factory.site.expect(self)
        self._deadline = self.factory.reactor.callLater(HEADER_SECONDS, self._expire)

    def dataReceived(self, data: bytes) -> None:
        """Take the header, and pass on what comes behind it."""
        if self.wrappedProtocol is not None:
            self.wrappedProtocol.dataReceived(data)
        elif self._deadline is not None:
            self._buffer += data
            self._look_for_header()

    def _look_for_header(self) -> None:
        try:
            end = header_end(self._buffer)
            if end is not None:
                header, rest = read_header(self._buffer[:end]), self._buffer[end:]
                self._buffer = b""
                self._begin(header, rest)
        except BadHeader as error:
            self._refuse(str(error))

    def _begin(self, header: ProxyHeader, rest: bytes) -> None:
        """Let the next stage begin, for the client."""
        if header.ip is not None:
            kind = IPv6Address if ":" in header.ip else IPv4Address
            self._peer = kind("TCP", header.ip, header.port)
        elif not hasattr(self._peer, "host"):
            return  # a balancer that looks whether somebody listens: it goes by itself
        self._is_plain = header.ip is not None and self.factory.ends_tls(self._balancer)
        if self._is_plain:
            self._take_tls(read_tls(header))
        self._clear_deadline()
        inner = self._next_stage()
        if inner is None:
            self.transport.loseConnection()
            return
        self.wrappedProtocol = inner
        inner.makeConnection(self)
        self.factory.site.expect_no_more(self)
        if rest:
            inner.dataReceived(rest)

    def _take_tls(self, tls: ProxiedTLS) -> None:
        self.factory.site.note_version(tls.version)
        revocations = self.factory.revocations
        self.handed_on = HandedOn(tls.certificate, tls.common_name, revocations)

    def _next_stage(self) -> Any:
        """Return the protocol that goes on, None where there is no room."""
        stage = self.factory.wrappedFactory
        return stage.build_plain(self) if self._is_plain else stage.buildProtocol(self._peer)

    def getPeer(self) -> Any:
        """Return the client's address."""
        return self._peer

    def _expire(self) -> None:
        self._deadline = None
        self.transport.abortConnection()

    def _refuse(self, reason: str) -> None:
        self._clear_deadline()
        self.factory.complain(self._balancer, reason)
        self.transport.abortConnection()

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Tell the next stage, if it has begun."""
        self._clear_deadline()
        self.factory.unregisterProtocol(self)
        self.factory.site.expect_no_more(self)
        if self.wrappedProtocol is not None:
            self.wrappedProtocol.connectionLost(reason)
            if self._is_plain:
                self.factory.wrappedFactory.unregisterProtocol(self)


class ProxiedFactory(WrappingFactory):
    """Takes connections of balancers and of clients themselves, and hands on clients'."""

    noisy = False

    def __init__(self, stage: Stage, revocations: CurrentRevocations) -> None:
        """
        Take connections for another stage.

        :param stage: is asked for a protocol for each client's address
        :param revocations: of clients' certificates, for those whose TLS a balancer has ended
        """
        super().__init__(stage)
        self.reactor = stage.site.reactor
        self.site = stage.site
        self.revocations = revocations
        self._complaints: set[tuple[str, str]] = set()

    # no protocol is how twisted is told to close a connection, though its types leave it out here
    def buildProtocol(self, addr: Any) -> Any:
        """Return the protocol of a balancer's connection, or of a client's own."""
        balancers = self.site.settings.balancers
        if balancers and balancers.has(addr):
            return ProxiedConnection(self)
        if not hasattr(addr, "host"):
            return None  # at a UNIX socket, where no balancer comes from any more
        return self.wrappedFactory.buildProtocol(addr)

    def ends_tls(self, balancer: Any) -> bool:
        """Say whether a balancer is one that ends TLS."""
        return bool(self.site.settings.proxy_tls_from.has(balancer))

    def complain(self, peer: Any, reason: str) -> None:
        """Say once of each balancer what is wrong with its connections."""
        who = str(getattr(peer, "host", "at a UNIX socket"))
        if (who, reason) not in self._complaints and len(self._complaints) < 1000:
            self._complaints.add((who, reason))
            log.warn(
                "A connection of the balancer {who} is closed: {reason}. Have it send one "
                "(HAProxy: send-proxy-v2), or remove it from [server] proxy_from",
                who=who,
                reason=reason,
            )


def proxied(stage: Stage, context: ServerContext) -> ProxiedFactory:
    """Return a factory that knows the balancers, which are others when bcfg2.conf is read again."""
    return ProxiedFactory(stage, context.revocations)
