"""The listener of its own, with narrow bounds: few ask there, and none of them much."""

from __future__ import annotations

import os
import socket
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IDelayedCall, IListeningPort
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.resource import IResource
from twisted.web.server import Request, Site

from bcfg2tw.admin.pages import AdminResource
from bcfg2tw.admin.processes import Processes
from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings
from bcfg2tw.settings.admin_address import AdminAddress
from bcfg2tw.settings.admin_token import admin_token

log = Logger()

#: Connections that may be open; a further one takes the place of the oldest.
CONNECTIONS = 32

#: How long a request may take to come, and its answer: that to a reload takes longest.
REQUEST_SECONDS, ANSWER_SECONDS = 10.0, 300.0

#: Size of a request's body.
BODY_BYTES = 65_536

TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class _Request(Request):
    channel: Any

    def gotLength(self, length: int | None) -> None:
        """Make room for a body, if it is a small one."""
        super().gotLength(0)
        if length is None or length > BODY_BYTES:
            self.channel.transport.write(TOO_LARGE)
            self.channel.loseConnection()

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Answer, which may take some time."""
        self.channel.set_end(ANSWER_SECONDS)
        super().requestReceived(command, path, version)


class _Channel(HTTPChannel):
    """A connection that does not last."""

    requestFactory = _Request
    timeOut = None
    transport: Any

    def __init__(self, site: _AdminSite) -> None:
        super().__init__()
        self.site = self.factory = site
        self._end: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """Begin to count its time."""
        super().connectionMade()
        self.site.take_in(self)
        self.set_end(REQUEST_SECONDS)

    def set_end(self, seconds: float) -> None:
        """Have the connection cut off, whatever comes of it."""
        self._clear_end()
        self._end = self.site.reactor.callLater(seconds, self._cut_off)

    def _cut_off(self) -> None:
        self._end = None
        self.transport.abortConnection()

    def _clear_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Count it no more."""
        self._clear_end()
        self.site.channels.pop(self, None)
        super().connectionLost(reason)


class _AdminSite(Site):
    noisy = False

    def __init__(self, reactor: Any, resource: IResource) -> None:
        super().__init__(resource, reactor=reactor)
        self.channels: dict[_Channel, None] = {}

    # twisted declares that a site has channels of one class of its own, which no two sites share
    def buildProtocol(self, addr: Any) -> Any:
        """Return the protocol for a new connection."""
        return _Channel(self)

    def take_in(self, channel: _Channel) -> None:
        """Count a connection; where there are too many, the oldest goes for it."""
        if len(self.channels) >= CONNECTIONS:
            next(iter(self.channels)).transport.abortConnection()
        self.channels[channel] = None

    def startFactory(self) -> None:
        """Open no access log."""

    def stopFactory(self) -> None:
        """Close no access log."""

    def log(self, request: Any) -> None:
        """Write no access log."""


class AdminService(Service):
    """Answers who administers a server, as long as it runs."""

    name = "admin"

    def __init__(self, reactor: Any, settings: Settings, processes: Processes) -> None:
        """
        Open nothing yet.

        :param settings: their `admin_listen` is an address
        """
        self._reactor = reactor
        self._settings = settings
        self._processes = processes
        self._port: IListeningPort | None = None

    def privilegedStartService(self) -> None:
        """
        Bind the address, and read the token, as the user that twistd was started by.

        :raises SettingsError: if either cannot be done
        """
        if self._port is not None:
            return
        address = self._settings.admin_listen
        assert address is not None
        resource = AdminResource(self._processes, admin_token(self._settings), bool(address.path))
        factory = _AdminSite(self._reactor, resource)
        self._port = _listen(self._reactor, address, factory)
        log.info("Administrators are answered at {address}", address=str(address))

    def startService(self) -> None:
        """Begin, if that did not happen with other privileges before."""
        self.privilegedStartService()
        super().startService()

    def stopService(self) -> Deferred[Any]:
        """Close the port; connections end with their answers."""
        super().stopService()
        port, self._port = self._port, None
        return maybeDeferred(port.stopListening if port is not None else int)


def _listen(reactor: Any, address: AdminAddress, factory: Any) -> IListeningPort:
    try:
        if address.path:
            _remove_stale(address.path)
            port: IListeningPort = reactor.listenUNIX(address.path, factory, mode=0o600)
        else:
            port = reactor.listenTCP(address.port, factory, interface=address.host)
    except (CannotListenError, OSError) as error:
        reason = getattr(error, "socketError", error)
        raise SettingsError(
            f"{address} cannot be listened on: {getattr(reason, 'strerror', None) or reason}",
            "admin",
            "listen",
        ) from error
    return port


def _remove_stale(path: str) -> None:
    """Remove a socket on which nobody listens any more, as a process leaves it that was killed."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
        except OSError:
            return  # it is not there, or no socket: listening says so
