"""An endpoint that tells of its connections, for whoever may have to cut them off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from zope.interface import implementer

__all__ = ["NotedEndpoint"]


@implementer(IStreamClientEndpoint)
class NotedEndpoint:
    """Connects as another endpoint does, and says nothing of it in the log."""

    def __init__(self, endpoint: IStreamClientEndpoint, note: Callable[[Any], object]) -> None:
        """
        Connect nowhere yet.

        :param note: called with the protocol of each connection
        """
        self._endpoint = endpoint
        self._note = note

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:
        """Connect a protocol, and note it."""
        factory: Any = protocolFactory
        factory.noisy = False  # that connections are made is nobody's news
        connecting: Deferred[Any] = self._endpoint.connect(factory)
        return connecting.addCallback(self._noted)

    def _noted(self, protocol: Any) -> Any:
        self._note(protocol)
        return protocol
