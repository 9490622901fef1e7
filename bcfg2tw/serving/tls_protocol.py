"""The TLS of one connection: Twisted's, at less cost where the connection is a TCP one."""

from __future__ import annotations

import logging
from typing import Any

from twisted.internet import tcp
from twisted.internet.protocol import Protocol, connectionDone
from twisted.protocols.tls import BufferingTLSTransport
from twisted.python.failure import Failure
from zope.interface import implementedBy, implementer

from bcfg2tw.serving.idle_connections import host_of
from bcfg2tw.xmlrpc_resource import NO_MEMORY

logger = logging.getLogger("bcfg2-server")


def log_lack_of_memory(host: str) -> None:
    """Say that a peer's connection is closed, as there is no memory for what it sends."""
    logger.error("A connection from %s is closed with what it sends: %s", host, NO_MEMORY)


# what mypy-zope cannot read: the interfaces are not written out, since releases have others
@implementer(*implementedBy(tcp.Server))  # type: ignore[misc, no-untyped-call]
class TLSProtocol(BufferingTLSTransport):
    """
    Decrypts what a peer sends, and encrypts what is sent to it.

    Twisted declares anew for each connection which interfaces it provides, which takes a twelfth
    of all that a client's call costs; the connections of a TCP port all provide the same.
    """

    def makeConnection(self, transport: Any) -> None:
        """Begin with the handshake."""
        make = getattr(self.factory, "_creatorCallable", None)  # older releases have another name
        if type(transport) is not tcp.Server or make is None:
            super().makeConnection(transport)  # type: ignore[no-untyped-call]
            return
        self._tlsConnection: Any = make(self)
        self._appSendBuffer: list[bytes] = []
        Protocol.makeConnection(self, transport)
        self.factory.registerProtocol(self)
        self.wrappedProtocol.makeConnection(self)
        self._checkHandshakeStatus()  # type: ignore[no-untyped-call]

    def dataReceived(self, data: bytes) -> None:
        """Decrypt data, and give it on; where there is no memory for that the peer has to leave."""
        try:
            super().dataReceived(data)  # type: ignore[no-untyped-call]
        except MemoryError:
            log_lack_of_memory(host_of(self.getPeer()))  # type: ignore[no-untyped-call]
            self.abortConnection()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Forget the protocol within, which has this as its transport."""
        super().connectionLost(reason)
        self._producer: Any = None

    def _tlsShutdownFinished(self, reason: Failure | None) -> None:
        """Note the end of TLS; clients that just close the connection end it with an error."""
        super()._tlsShutdownFinished(reason)  # type: ignore[no-untyped-call]
        if reason is not None and reason.value is not None:
            # its traceback has the frame that has the failure: a ring for the collector
            reason.tb = None
            reason.value.__traceback__ = None
