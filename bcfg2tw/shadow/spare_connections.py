"""
Connections that are made ahead, to servers that end each with its answer, as Bcfg2's own do.

A client's calls follow each other closely: while it reads one answer, the connection for its next
call is made, so that it does not wait for the second handshake.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

__all__ = ["SpareConnections"]

#: So many wait for calls; each is a thread of the other server.
MOST = 2


@implementer(IStreamClientEndpoint)
class SpareConnections:
    """
    An endpoint that has connections ready, if it was asked to; for the reactor's thread.

    One that is not used is closed after some seconds.
    """

    def __init__(self, reactor: Any, endpoint: IStreamClientEndpoint, seconds: float) -> None:
        """
        Connect nowhere yet.

        :param endpoint: makes the connections
        :param seconds: how long each is kept
        """
        self._reactor = reactor
        self._endpoint = endpoint
        self._seconds = seconds
        self._ready: list[_Spare] = []
        self._being_made: list[Deferred[Any]] = []
        self._is_stopped = False

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:
        """Connect a protocol, to what is ready or else anew."""
        if not self._ready:
            return self._endpoint.connect(protocolFactory)
        factory: Any = protocolFactory
        protocol = factory.buildProtocol(None)
        self._ready.pop(0).hand_over(protocol)
        return succeed(protocol)

    def make(self) -> None:
        """Make a connection ahead, unless there are enough; nobody is told where that fails."""
        if self._is_stopped or len(self._ready) + len(self._being_made) >= MOST:
            return
        factory = Factory.forProtocol(_Spare)
        factory.noisy = False
        making = self._endpoint.connect(factory)
        self._being_made.append(making)
        making.addBoth(self._end, making)
        making.addCallbacks(self._keep, lambda _: None)

    def _end(self, result: Any, making: Deferred[Any]) -> Any:
        self._being_made.remove(making)
        return result

    def _keep(self, spare: _Spare) -> None:
        if spare.is_lost:
            return
        self._ready.append(spare)
        spare.end_later(self._reactor.callLater(self._seconds, self._drop, spare), self._forget)

    def _drop(self, spare: _Spare) -> None:
        self._ready.remove(spare)
        spare.abort()

    def _forget(self, spare: _Spare) -> None:
        if spare in self._ready:
            self._ready.remove(spare)

    def stop(self) -> None:
        """Close what is ready, and make no more."""
        self._is_stopped = True
        for making in tuple(self._being_made):
            making.cancel()
        while self._ready:
            self._ready.pop().abort()


class _Spare(Protocol):
    """A connection that waits for the protocol which is to use it."""

    def __init__(self) -> None:
        self.is_lost = False
        self._user: IProtocol | None = None
        self._end: Any = None
        self._note_loss: Any = None

    def end_later(self, end: Any, note_loss: Any) -> None:
        """
        Take the timer that ends it.

        :param note_loss: is called where the connection is lost before anybody used it
        """
        self._end, self._note_loss = end, note_loss

    def hand_over(self, protocol: IProtocol) -> None:
        """Let a protocol have the connection."""
        self._stop_timer()
        self._user = protocol
        assert self.transport is not None
        protocol.makeConnection(self.transport)

    def abort(self) -> None:
        """Close it at once."""
        self._stop_timer()
        transport: Any = self.transport
        transport.abortConnection()

    def _stop_timer(self) -> None:
        if self._end is not None and self._end.active():
            self._end.cancel()

    def dataReceived(self, data: bytes) -> None:
        """Pass on what arrives."""
        if self._user is not None:
            self._user.dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Pass on that the connection is lost, if anybody has it."""
        self.is_lost = True
        self._stop_timer()
        if self._user is not None:
            self._user.connectionLost(reason)
        elif self._note_loss is not None:
            self._note_loss(self)
