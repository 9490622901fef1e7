"""The stage before HTTP: a bounded number of connections, for each address and in all, and TLS."""

from __future__ import annotations

import resource
from collections import Counter
from typing import Any

from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IReadDescriptor
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure

from bcfg2tw.auth import ServerContext
from bcfg2tw.serving.idle_connections import host_of
from bcfg2tw.serving.proxied import ProxiedConnection
from bcfg2tw.serving.site import CoreChannel, CoreSite
from bcfg2tw.serving.tls_protocol import TLSProtocol

log = Logger()

#: Descriptors that are kept for files, programs and logs, where there are twice as many.
RESERVED_DESCRIPTORS = 256
#: Of these, how many connections may hold that are being closed for new ones.
LEAVING = 32

#: How long nothing more is said of an address that has too many connections, and of all of them.
SILENCE_SECONDS = 3600.0


class BoundedTLSFactory(TLSMemoryBIOFactory):
    """
    Takes a number of connections, and of each address a number.

    At either bound a new connection takes the place of the one that is idle for longest. Where
    none is idle the new one is closed at once, which costs no handshake and no memory.

    :ivar connections: how many are open, by address
    """

    protocol = TLSProtocol

    def __init__(self, context: ServerContext, site: CoreSite) -> None:
        super().__init__(context, False, site, site.reactor)
        self._site = site
        self._counted: dict[Any, str] = {}
        self._complaints = Complaints(site.reactor)
        self.connections: Counter[str] = Counter()

    # no protocol is how twisted is told to close a connection, though its types leave it out here
    def buildProtocol(self, addr: Any) -> Any:
        """Return a protocol for a connection, or None to have it closed."""
        if not self._has_room(host_of(addr)):
            return None
        return super().buildProtocol(addr)

    @property
    def site(self) -> CoreSite:
        """The site behind TLS."""
        return self._site

    def build_plain(self, connection: ProxiedConnection) -> CoreChannel | None:
        """Return a channel for a connection whose TLS has ended before, None to have it closed."""
        if not self._has_room(host_of(connection.getPeer())):
            return None
        self.registerProtocol(connection)
        channel: CoreChannel = self._site.buildProtocol(connection.getPeer())
        return channel

    def _has_room(self, host: str) -> bool:
        """Say whether one more connection of an address can be taken; others may go for it."""
        settings = self._site.settings
        if self.connections[host] >= settings.max_connections_per_address:
            self._complaints.note_address(host, settings.max_connections_per_address)
            return self._close(self._site.idle.oldest_of(host))
        limit = connection_limit(settings.max_connections)
        if len(self._counted) >= limit:
            self._complaints.note_all(limit, settings.max_connections)
            return self._close(self._site.idle.oldest())
        return True

    def _close(self, channel: CoreChannel | None) -> bool:
        """Close a connection, and count it no more; say whether there was one."""
        if channel is None:
            return False
        self._site.idle.remove(channel)
        self._count_no_more(channel.transport)
        if len(self.protocols) - len(self._counted) < LEAVING:
            channel.abort()
            return True
        return _close_now(channel.transport.transport)

    def registerProtocol(self, p: Any) -> None:
        """Count a connection, once: twisted registers each of them twice."""
        if p not in self.protocols:
            self._counted[p] = host_of(p.getPeer())
            self.connections[self._counted[p]] += 1
        super().registerProtocol(p)

    def unregisterProtocol(self, p: Any) -> None:
        """Count a connection no more."""
        super().unregisterProtocol(p)
        self._count_no_more(p)

    def _count_no_more(self, protocol: Any) -> None:
        host = self._counted.pop(protocol, None)
        if host is None:
            return  # it was closed for another one
        self.connections[host] -= 1
        if not self.connections[host]:
            del self.connections[host]


def _close_now(transport: Any) -> bool:
    """
    Give back a connection's descriptor, before the reactor goes on; say whether that was possible.

    Only where so many connections come at once that it is needed: the descriptor's number is the
    next connection's, and so would be what the reactor has yet to tell the old one.
    """
    if isinstance(transport, ProxiedConnection):
        transport = transport.transport
    if not IReadDescriptor.providedBy(transport):
        return False
    transport.connectionLost(Failure(ConnectionAborted()))
    return True


def connection_limit(configured: int) -> int:
    """Return how many connections may be open: no more than leaves descriptors for files."""
    descriptors = descriptor_limit()
    return min(configured, descriptors - min(RESERVED_DESCRIPTORS, descriptors // 2))


def descriptor_limit() -> int:
    """Return how many descriptors this process may have open now."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 30 if limit == resource.RLIM_INFINITY else limit


class Complaints:
    """Says that there are too many connections, once an hour for each address."""

    #: Addresses that are remembered; when there are more, all of them are forgotten.
    LIMIT = 10_000

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._said: dict[str | None, float] = {}

    def note_address(self, host: str, limit: int) -> None:
        """Take note of an address at its bound."""
        if self._is_due(host):
            log.warn(
                "{host} has {limit} connections open, and each new one takes the place of one that "
                "is idle. Where many hosts come from one address, behind NAT for instance, raise "
                "[bcfg2tw] max_connections_per_address",
                host=host,
                limit=limit,
            )

    def note_all(self, limit: int, configured: int) -> None:
        """Take note that there are as many connections as there may be."""
        if not self._is_due(None):
            return
        remedy = "raise [bcfg2tw] max_connections"
        if limit < configured:
            remedy = (
                f"the process may have {descriptor_limit()} files open, so raise LimitNOFILE of "
                "its unit, or ulimit -n"
            )
        log.warn(
            "{limit} connections are open, and each new one takes the place of one that is idle; "
            "if these are your clients, {remedy}",
            limit=limit,
            remedy=remedy,
        )

    def _is_due(self, subject: str | None) -> bool:
        now = self._reactor.seconds()
        if now - self._said.get(subject, -SILENCE_SECONDS) < SILENCE_SECONDS:
            return False
        if len(self._said) >= self.LIMIT:
            self._said.clear()
        self._said[subject] = now
        return True


def tls_factory(site: CoreSite, context: ServerContext) -> BoundedTLSFactory:
    """Return the factory to listen with: connections counted, then TLS, then HTTP."""
    return BoundedTLSFactory(context, site)
