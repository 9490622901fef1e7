"""Listening sockets that were made elsewhere: by systemd, or by the process that leads this one."""

from __future__ import annotations

import os
import socket
from typing import Any

from twisted.internet import tcp, unix
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import AdoptedStreamServerEndpoint
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IStreamServerEndpoint
from twisted.python.failure import Failure
from zope.interface import implementer


class InheritedUnixPort(unix.Port):
    """
    A UNIX socket that others may have as well.

    Twisted's own port of an adopted one gives everybody the right to connect, and when it is
    stopped it shuts the socket for all, and removes its file.
    """

    def startListening(self) -> None:
        """Take connections, as from an adopted socket of TCP; the file stays as it is."""
        tcp.Port.startListening(self)

    def connectionLost(self, reason: Failure) -> None:
        """Leave socket and file to the others."""
        tcp.Port.connectionLost(self, reason)


@implementer(IStreamServerEndpoint)
class InheritedUnixEndpoint:
    """A UNIX socket that was made elsewhere, to be listened on once."""

    def __init__(self, reactor: Any, descriptor: int) -> None:
        """
        Take note of the socket.

        :param descriptor: of it; this endpoint's from here on
        """
        self._reactor = reactor
        self._descriptor = descriptor

    def listen(self, factory: IProtocolFactory) -> Deferred[IListeningPort]:
        """Take connections."""
        os.set_blocking(self._descriptor, False)
        adopting: Any = InheritedUnixPort  # whose method has no types
        port = adopting._fromListeningDescriptor(self._reactor, self._descriptor, factory)
        os.close(self._descriptor)  # the port has a duplicate
        port.startListening()
        return succeed(port)


def inherited_endpoint(reactor: Any, descriptor: int, family: int | None) -> IStreamServerEndpoint:
    """
    Return an endpoint for a socket that was made elsewhere.

    :param descriptor: of it; the endpoint's from here on
    :param family: of its addresses, None if that is not known
    """
    if family == socket.AF_UNIX:
        return InheritedUnixEndpoint(reactor, descriptor)
    endpoint: IStreamServerEndpoint = AdoptedStreamServerEndpoint(reactor, descriptor, family)
    return endpoint


def gently(endpoint: IStreamServerEndpoint) -> IStreamServerEndpoint:
    """Return an endpoint of Twisted's, or where it adopts a UNIX socket one that spares that."""
    if isinstance(endpoint, AdoptedStreamServerEndpoint):
        return inherited_endpoint(endpoint.reactor, endpoint.fileno, endpoint.addressFamily)
    return endpoint
