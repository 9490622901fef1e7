"""An endpoint whose connections end where the head of an HTTP answer goes on and on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from zope.interface import implementer

__all__ = ["AnswerHead", "BoundedHeadEndpoint"]

#: Status, header and answers that precede it (100 Continue): real ones have a few kilobytes.
LIMIT_BYTES = 1 << 18


class AnswerHead:
    """The head of one answer, which Twisted keeps in memory whatever its size."""

    def __init__(self, refuse: Callable[[str], None]) -> None:
        """
        Expect one.

        :param refuse: called with the reason where it is too large
        """
        self._refuse = refuse
        self._received = 0
        self._has_ended = False

    def end(self, result: Any) -> Any:
        """Take note that all of it is there; what follows is the body's. Return the result."""
        self._has_ended = True
        return result

    def takes(self, size: int) -> bool:
        """Take note of some bytes, and say whether they may be looked at."""
        if self._has_ended:
            return True
        self._received += size
        if self._received <= LIMIT_BYTES:
            return True
        self._refuse(f"the head of its answer is larger than {LIMIT_BYTES >> 10} kilobytes")
        return False


class _Watched(ProtocolWrapper):
    """A connection that passes on what its answer's head may have."""

    head: AnswerHead

    def dataReceived(self, data: bytes) -> None:
        """Pass on what arrives, as long as it is not too much."""
        if self.head.takes(len(data)):
            self.wrappedProtocol.dataReceived(data)


@implementer(IStreamClientEndpoint)
class BoundedHeadEndpoint:
    """Connects as another endpoint does, for one request."""

    def __init__(self, endpoint: IStreamClientEndpoint, head: AnswerHead) -> None:
        self._endpoint = endpoint
        self._head = head

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:
        """Connect a protocol; the Deferred fires with that."""
        factory = WrappingFactory(protocolFactory)
        factory.noisy = False
        factory.protocol = self._watched
        connecting: Deferred[Any] = self._endpoint.connect(factory)
        return connecting.addCallback(lambda watched: watched.wrappedProtocol)

    def _watched(self, factory: Any, protocol: Any) -> _Watched:
        watched = _Watched(factory, protocol)
        watched.head = self._head
        return watched
