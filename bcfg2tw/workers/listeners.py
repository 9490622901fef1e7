"""
The listening sockets, which all workers share.

There is one queue of connections for all of them, so that what waits when a worker dies is the next
one's.
"""

from __future__ import annotations

import errno
import os
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IStreamServerEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.tcp import Port

from bcfg2tw.serving.inherited_sockets import inherited_endpoint
from bcfg2tw.serving.listening import bound_sockets, listen_at, server_endpoints
from bcfg2tw.settings import Settings
from bcfg2tw.settings.balancers import Balancers


@dataclass(frozen=True)
class Listener:
    """
    A socket that listens.

    :ivar port: of the endpoint that made it, which accepts nothing; it shuts the socket when it is
        stopped
    """

    bound: socket.socket
    port: IListeningPort | None = None

    def listen(self, reactor: Any, factory: IProtocolFactory) -> Deferred[IListeningPort]:
        """Take connections from it in this process, beside others that may do the same."""
        descriptor = os.dup(self.bound.fileno())
        endpoint = inherited_endpoint(reactor, descriptor, self.bound.family)
        listening: Deferred[IListeningPort] = endpoint.listen(factory)
        return listening.addCallback(_ended_by_others).addCallback(_woken_alone, reactor)

    def close(self) -> None:
        """Leave it to the other processes."""
        self.bound.close()

    def end(self) -> None:
        """
        Have nobody connect to it any more, whichever processes have it.

        One that came from outside, as from systemd, is left as it is: whoever made it gives it to
        the next server, with the connections that wait.
        """
        if self.port is not None:
            maybeDeferred(self.port.stopListening)
        else:
            with suppress(OSError):
                self.bound.shutdown(socket.SHUT_RDWR)
        self.bound.close()

    def __str__(self) -> str:
        if self.bound.family == socket.AF_UNIX:
            return str(self.bound.getsockname())
        host, port = self.bound.getsockname()[:2]
        return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


class _SharedSocket(socket.socket):
    """
    A listening socket that another process may end.

    :ivar when_ended: called when that has happened
    """

    when_ended: Callable[[], None]

    def accept(self) -> tuple[socket.socket, Any]:
        """
        Return a connection and its address.

        :raises BlockingIOError: if there is none, or will be none any more
        """
        try:
            return super().accept()
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self.when_ended()
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error


def _ended_by_others(port: IListeningPort) -> IListeningPort:
    """Have a port know that its socket may be ended (`Listener.end`), which is no error to tell."""
    accepting: Any = port
    shared = _SharedSocket(fileno=accepting.socket.detach())
    shared.setblocking(False)
    shared.when_ended = accepting.stopReading
    accepting.socket, accepting.fileno = shared, shared.fileno
    return port


def _woken_alone(port: IListeningPort, reactor: Any) -> IListeningPort:
    """
    Have the system wake one of the processes that wait for a connection, and not all of them.

    A process that is busy is passed over: it takes what is left when it comes to it. Twisted has no
    way to say this, so it is said to the reactor's `epoll`; any other reactor is left as it is.
    """
    poller = getattr(reactor, "_poller", None)
    if isinstance(poller, select.epoll):
        descriptor = cast("Port", port).fileno()
        poller.unregister(descriptor)
        poller.register(descriptor, select.EPOLLIN | select.EPOLLEXCLUSIVE)
    return port


async def open_listeners(reactor: Any, settings: Settings) -> list[Listener]:
    """
    Bind a socket for each address or endpoint of the settings.

    :raises CannotListen: naming the address and the remedy
    """
    listeners = [
        await _of_endpoint(description, endpoint, settings.balancers)
        for description, endpoint in server_endpoints(reactor, settings).items()
    ]
    if not settings.endpoints:
        listeners.extend(_of_addresses(settings))
    return listeners


async def _of_endpoint(
    description: str, endpoint: IStreamServerEndpoint, balancers: Balancers
) -> Listener:
    factory = Factory()
    factory.noisy = False
    port: Any = await listen_at(description, endpoint, factory, balancers)
    port.stopReading()  # the workers accept
    bound = socket.socket(fileno=os.dup(port.fileno()))
    return Listener(bound, port)


def _of_addresses(settings: Settings) -> Iterator[Listener]:
    for bound in bound_sockets(settings):
        bound.setblocking(False)
        yield Listener(bound)
