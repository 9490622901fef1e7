"""The stage before HTTP: a bounded number of connections for each address, and TLS."""

from __future__ import annotations

from collections import Counter
from typing import Any

from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol

from bcfg2tw.auth import ServerContext
from bcfg2tw.serving.site import CoreSite


class BoundedTLSFactory(TLSMemoryBIOFactory):
    """
    Lets each address have a number of connections; further ones are closed at once.

    They cost no handshake, and no memory.

    :ivar connections: how many are open, by address
    """

    def __init__(self, context: ServerContext, site: CoreSite) -> None:
        super().__init__(context, False, site, site.reactor)
        self._site = site
        self._counted: dict[TLSMemoryBIOProtocol, str] = {}
        self.connections: Counter[str] = Counter()

    # no protocol is how twisted is told to close a connection, though its types leave it out here
    def buildProtocol(self, addr: Any) -> Any:
        """Return a protocol for a connection, or None to have it closed."""
        if self.connections[_host(addr)] >= self._site.settings.max_connections_per_address:
            return None
        return super().buildProtocol(addr)

    def registerProtocol(self, p: TLSMemoryBIOProtocol) -> None:
        """Count a connection, once: twisted registers each of them twice."""
        super().registerProtocol(p)
        if p not in self._counted:
            # behind haproxy: endpoints the peer is another one once the proxy has named it
            self._counted[p] = _host(p.getPeer())
            self.connections[self._counted[p]] += 1

    def unregisterProtocol(self, p: TLSMemoryBIOProtocol) -> None:
        """Count a connection no more."""
        super().unregisterProtocol(p)
        host = self._counted.pop(p)
        self.connections[host] -= 1
        if not self.connections[host]:
            del self.connections[host]


def _host(address: Any) -> str:
    """Return the host of an address; proxies on this machine may come by a path instead."""
    return str(getattr(address, "host", ""))


def tls_factory(site: CoreSite, context: ServerContext) -> BoundedTLSFactory:
    """Return the factory to listen with: connections counted, then TLS, then HTTP."""
    return BoundedTLSFactory(context, site)
