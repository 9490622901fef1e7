"""Endpoints for an HTTP agent that calls one server, and knows its connections."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

__all__ = ["NotedEndpoints"]


@implementer(IAgentEndpointFactory)
class NotedEndpoints:
    """
    Leads to the other server alone.

    :ivar protocols: the connections that there are
    """

    def __init__(
        self, endpoint: IStreamClientEndpoint, protocols: WeakSet[Any] | None = None
    ) -> None:
        self._endpoint = endpoint
        self.protocols: WeakSet[Any] = WeakSet() if protocols is None else protocols

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """Return the endpoint for the server's URL."""
        return _QuietEndpoint(self._endpoint, self.protocols)


@implementer(IStreamClientEndpoint)
class _QuietEndpoint:
    """Notes its connections, which are nobody's news."""

    def __init__(self, endpoint: IStreamClientEndpoint, protocols: WeakSet[Any]) -> None:
        self._endpoint = endpoint
        self._protocols = protocols

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:
        """Connect."""
        factory: Any = protocolFactory
        factory.noisy = False
        connecting: Deferred[Any] = self._endpoint.connect(factory)
        return connecting.addCallback(self._note)

    def _note(self, protocol: Any) -> Any:
        self._protocols.add(protocol)
        return protocol
