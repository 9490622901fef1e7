"""
Listening: at addresses of bcfg2.conf and the command line, or at endpoints of Twisted.

Sockets are bound by what an administrator wrote, and by nothing else.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import (
    UNIXServerEndpoint,
    serverFromString,
)
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IStreamServerEndpoint
from twisted.internet.tcp import Port

from bcfg2tw.errors import SettingsError
from bcfg2tw.serving.inherited_sockets import gently, inherited_endpoint
from bcfg2tw.serving.systemd_sockets import (
    ALL,
    Mismatch,
    all_sockets,
    check_endpoint,
    is_systemds,
    unclaimed,
)
from bcfg2tw.settings import Settings
from bcfg2tw.settings.balancers import Balancers
from bcfg2tw.settings.types import locations

#: Clients come all at once, for example when their cron jobs start.
BACKLOG = 1024

#: The name of both loopback addresses.
LOOPBACK_NAME = "localhost"


@dataclass(frozen=True)
class Remedies:
    """
    What to do about an address that cannot be listened on.

    :ivar port: how to choose another port
    :ivar name: where to write another name
    :ivar address: what to correct, or give instead
    """

    port: str
    name: str
    address: str


OF_SERVER = Remedies(
    "choose another port with --port",
    "in [components] bcfg2 or with --interface, or give --listen-all",
    "correct [components] bcfg2, or give --interface or --listen-all",
)
OF_REPORTS = Remedies(
    "choose another port in [reporting] web_listen",
    "in [reporting] web_listen",
    "correct [reporting] web_listen",
)

NO_ADDRESSES = (
    "clients are known by their IP addresses, and it has none; where a balancer sends them by the "
    "PROXY protocol, write [server] proxy_from = unix"
)
OPEN_SOCKET = (
    "anybody on this machine could connect, and claim any client's address: give the socket to the "
    "balancer's group, as in unix:PATH:mode=660 or SocketMode=0660 of systemd"
)
BELIEVES_ANYBODY = (
    "it lets whoever connects claim any client's address: leave haproxy: out, and name the "
    "balancers in [server] proxy_from"
)

#: An address that a name stands for, and that this machine just does not have.
_ABSENT = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class CannotListen(SettingsError):
    """An address cannot be listened on."""


def check_addresses(settings: Settings) -> None:
    """
    Bind every address once and let it go, so that what is wrong is said before twistd detaches.

    :raises CannotListen: naming the address and the remedy
    """
    if settings.endpoints:
        check_systemd(settings)
    elif unclaimed(()):
        raise CannotListen(unclaimed(()))
    addresses = () if settings.endpoints else hosts(settings)
    for bound in (*bind_all(addresses, OF_SERVER), *bind_all(settings.web_listen, OF_REPORTS)):
        bound.close()


def check_systemd(settings: Settings) -> None:
    """
    Compare the endpoints of systemd's sockets with what was handed over.

    :raises CannotListen: naming the endpoint and the remedy
    """
    for description in filter(is_systemds, settings.endpoints):
        try:
            all_sockets() if description == ALL else check_endpoint(description)
        except Mismatch as error:
            raise CannotListen(
                f"the endpoint {description!r} cannot be used: {error}", "bcfg2tw", "endpoints"
            ) from error


async def listen(
    reactor: Any, settings: Settings, factory: IProtocolFactory
) -> AsyncIterator[IListeningPort]:
    """
    Listen on all addresses or endpoints of the settings.

    :raises CannotListen: naming the address and the remedy
    """
    for description, endpoint in server_endpoints(reactor, settings).items():
        yield await listen_at(description, endpoint, factory, settings.balancers)
    if not settings.endpoints:
        for bound in bound_sockets(settings):
            yield await adopt(reactor, bound, factory)


def server_endpoints(reactor: Any, settings: Settings) -> dict[str, IStreamServerEndpoint]:
    """
    Return the endpoints of the settings, by their descriptions.

    :raises CannotListen: for the first description that is none
    """
    check_systemd(settings)
    endpoints: dict[str, IStreamServerEndpoint] = {}
    for description in settings.endpoints:
        if description == ALL:
            endpoints.update(_handed_over(reactor))
            continue
        with _naming(description):
            endpoints[description] = gently(serverFromString(reactor, description))
        endpoint = endpoints[description]
        if isinstance(endpoint, UNIXServerEndpoint):
            _check_socket(description, settings.balancers, endpoint._mode)
        if description.startswith("haproxy:"):
            raise _unusable(description, BELIEVES_ANYBODY)
    return endpoints


def _handed_over(reactor: Any) -> dict[str, IStreamServerEndpoint]:
    """Return an endpoint for each socket of systemd's, by its address."""
    return {
        f"{ALL} ({handed.place})": inherited_endpoint(reactor, handed.descriptor, handed.family)
        for handed in all_sockets()
    }


async def listen_at(
    description: str,
    endpoint: IStreamServerEndpoint,
    factory: IProtocolFactory,
    balancers: Balancers,
) -> IListeningPort:
    """
    Listen on an endpoint.

    :param balancers: whose connections come with clients' addresses
    :raises CannotListen: naming it and the remedy
    """
    with _naming(description):
        port: IListeningPort = await endpoint.listen(factory)
    if not hasattr(port.getHost(), "host"):
        try:
            _check_socket(description, balancers, _mode_of(port))
        except CannotListen:
            maybeDeferred(port.stopListening)
            raise
    return port


def take_waiting(port: IListeningPort) -> None:
    """
    Take the connections that wait to be taken, before the port is closed.

    The system cuts off those that wait at a port which nobody else has; their clients think that
    they are connected, and so do balancers.
    """
    if isinstance(port, Port) and port.connected:  # of TCP or, derived from it, of UNIX
        port.numberAccepts = BACKLOG
        port.doRead()


def _check_socket(description: str, balancers: Balancers, mode: int) -> None:
    """
    Make sure that who connects to a UNIX socket is a balancer.

    :param mode: of the socket's file
    :raises CannotListen: if it is said of none, or anybody could connect
    """
    if not balancers.unix:
        raise _unusable(description, NO_ADDRESSES)
    if mode & stat.S_IWOTH:
        raise _unusable(description, OPEN_SOCKET)


def _mode_of(port: IListeningPort) -> int:
    """Return the mode of the file of a UNIX socket; all rights where there is no file."""
    name = getattr(port.getHost(), "name", None)
    try:
        return os.stat(name).st_mode if name else stat.S_IWOTH
    except (OSError, ValueError):  # of no file, but of the abstract names
        return stat.S_IWOTH


@contextmanager
def _naming(description: str) -> Iterator[None]:
    """Say which endpoint cannot be used; endpoints and their parsers raise what they like."""
    try:
        yield
    except Exception as error:
        raise _unusable(description, str(error).rstrip(".")) from error


def _unusable(description: str, reason: str) -> CannotListen:
    return CannotListen(
        f"the endpoint {description!r} cannot be used: {reason}; see Twisted's documentation "
        "of server endpoints",
        "bcfg2tw",
        "endpoints",
    )


def adopt(
    reactor: Any, bound: socket.socket, factory: IProtocolFactory
) -> Deferred[IListeningPort]:
    """Listen on a socket, which belongs to the port from here on."""
    bound.setblocking(False)
    # the descriptor belongs to the endpoint from here on, which replaces it by a duplicate
    endpoint = inherited_endpoint(reactor, bound.detach(), bound.family)
    listening: Deferred[IListeningPort] = endpoint.listen(factory)
    return listening


def bound_sockets(settings: Settings) -> list[socket.socket]:
    """
    Return a listening socket for each address of the settings.

    :raises CannotListen: for the first one that cannot be had; the others are closed again
    """
    return bind_all(hosts(settings), OF_SERVER)


def bind_all(addresses: Iterable[tuple[str, int]], remedies: Remedies) -> list[socket.socket]:
    """
    Return listening sockets for hosts and ports, all of them or none.

    :raises CannotListen: for the first one that cannot be had
    """
    with ExitStack() as failure:
        bound = [
            failure.enter_context(listening)
            for host, port in addresses
            for listening in _bind(host, port, remedies)
        ]
        failure.pop_all()
    return bound


def hosts(settings: Settings) -> tuple[tuple[str, int], ...]:
    """Return hosts and ports to listen on; an empty host stands for all interfaces."""
    pairs = locations(settings.server)
    if settings.port is not None:
        pairs = tuple((host, settings.port) for host, _ in pairs)
    if settings.interface is not None:
        pairs = tuple((settings.interface, port) for _, port in pairs)
    if settings.listen_all:
        pairs = tuple(("", port) for _, port in pairs)
    return tuple(dict.fromkeys(pairs))


def _bind(host: str, port: int, remedies: Remedies) -> Iterator[socket.socket]:
    """Yield a listening socket for each address that a name stands for and this machine has."""
    absent = []
    addresses = list(_addresses(host, port, remedies))
    for family, address in addresses:
        try:
            bound = socket.create_server(
                address, family=family, backlog=BACKLOG, dualstack_ipv6=False
            )
        except OSError as error:
            reason = _reason(address[0], port, error, remedies)
            if error.errno not in _ABSENT:
                raise CannotListen(reason) from error
            absent.append(reason)
        else:
            yield bound
    if len(absent) == len(addresses):
        raise CannotListen("; ".join(absent))


def _addresses(host: str, port: int, remedies: Remedies) -> Iterator[tuple[Any, tuple[str, int]]]:
    if host.lower() == LOOPBACK_NAME:
        # both, as RFC 6761 has it, whatever the file of hosts says: clients may choose either
        yield socket.AF_INET, ("127.0.0.1", port)
        yield socket.AF_INET6, ("::1", port)
        return
    try:
        entries = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise CannotListen(
            f"{host!r} stands for no address: {error.strerror}; write a name or address of this "
            f"machine {remedies.name}"
        ) from error
    for family, address in dict.fromkeys((entry[0], entry[4]) for entry in entries):
        yield family, (str(address[0]), port)


def _reason(ip: str, port: int, error: OSError, remedies: Remedies) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {ip} is in use: stop the other server, or {remedies.port}"
    if error.errno == errno.EACCES:
        return f"port {port} on {ip} is not for this user: start as root, or choose one above 1023"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{ip} is no address of this machine: {remedies.address}"
    return f"port {port} on {ip} cannot be used: {os.strerror(error.errno or 0)}"
