"""Endpoints for an HTTP agent that calls one server, and knows its connections."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from bcfg2tw.downloads.noted_endpoint import NotedEndpoint

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
        return NotedEndpoint(self._endpoint, self.protocols.add)
