"""
Reaching HTTP servers through a proxy: which one, and how.

Twisted's agent speaks to a proxy for `http`; the tunnel for `https` (RFC 9110, 9.3.6) is here.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from bcfg2tw.errors import Bcfg2Error

ANSWER_LIMIT_BYTES = 16384


class ProxyError(Bcfg2Error):
    """A proxy cannot be used, or refuses."""


@dataclass(frozen=True)
class Proxy:
    """
    The address of a proxy.

    :ivar authorization: value of the header that lets us in, None where none is asked for
    """

    host: str
    port: int
    authorization: bytes | None = None


def basic(user: str | None, password: str | None) -> bytes:
    """Return the value of a header for HTTP's basic authentication; both are URL-encoded."""
    credentials = f"{unquote(user or '')}:{unquote(password or '')}"
    return b"Basic " + b64encode(credentials.encode("utf-8"))


def proxy_for(url: str, configured: str | None) -> Proxy | None:
    """
    Return the proxy for a URL, None to go there directly.

    :param configured: the site's own; by default the environment says which, and for what not
    :raises ProxyError: if this is no address of a proxy
    """
    parts = urlsplit(url)
    if configured:
        return _parse_address(configured)
    proxies = getproxies()
    address = proxies.get(parts.scheme) or proxies.get("all")
    if not address or proxy_bypass(parts.hostname or ""):
        return None
    return _parse_address(address)


def _parse_address(text: str) -> Proxy:
    try:
        parts = urlsplit(text if "//" in text else f"//{text}", scheme="http")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "http":
        without_login = text.rpartition("@")[2]
        raise ProxyError(f"{without_login!r} is no address of a proxy: write http://HOST:PORT")
    login = basic(parts.username, parts.password) if parts.username else None
    return Proxy(host, port, login)


@implementer(IStreamClientEndpoint)
class TunnelEndpoint:
    """Connects to a server through a proxy; what is connected sees the server alone."""

    def __init__(
        self, proxy_endpoint: IStreamClientEndpoint, proxy: Proxy, host: str, port: int
    ) -> None:
        self._endpoint = proxy_endpoint
        literal = f"[{host}]" if ":" in host else host
        self._authority = f"{literal}:{port}".encode("ascii")
        self._authorization = proxy.authorization

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:
        """
        Open a tunnel; the Deferred fires with the factory's protocol, connected through it.

        It fails with `ProxyError` where the proxy refuses.
        """
        opened: Deferred[Any] = Deferred(lambda _: connecting.cancel())
        tunnel = _Tunnel(self._request(), protocolFactory, opened)
        connecting = self._endpoint.connect(Factory.forProtocol(lambda: tunnel))
        connecting.addErrback(tunnel.fail)
        return opened

    def _request(self) -> bytes:
        lines = [b"CONNECT " + self._authority + b" HTTP/1.1", b"Host: " + self._authority]
        if self._authorization is not None:
            lines.append(b"Proxy-Authorization: " + self._authorization)
        return b"\r\n".join([*lines, b"", b""])


class _Tunnel(Protocol):
    """Asks for a tunnel, and then hands on what comes through it."""

    def __init__(self, request: bytes, factory: IProtocolFactory, opened: Deferred[Any]) -> None:
        self._request = request
        self._factory = factory
        self._opened = opened
        self._answer = b""
        self._inner: Any = None

    def connectionMade(self) -> None:
        """Ask."""
        self._transport.write(self._request)

    @property
    def _transport(self) -> Any:
        return self.transport

    def dataReceived(self, data: bytes) -> None:
        """Take the proxy's answer; all that follows is for the protocol within."""
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        self._answer += data
        header, end, rest = self._answer.partition(b"\r\n\r\n")
        if end:
            self._read_status(header, rest)
        elif len(self._answer) > ANSWER_LIMIT_BYTES:
            self._refuse("it does not answer as a proxy does")

    def _read_status(self, header: bytes, rest: bytes) -> None:
        status = header.split(b"\r\n", 1)[0].decode("latin-1")
        words = status.split(None, 2)
        if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].startswith("2"):
            self._refuse(f"it answers {status!r}")
            return
        self._inner = self._factory.buildProtocol(self._transport.getPeer())
        self._inner.makeConnection(self._transport)
        opened, self._opened = self._opened, Deferred()
        opened.callback(self._inner)
        if rest:
            self._inner.dataReceived(rest)

    def _refuse(self, reason: str) -> None:
        self.fail(Failure(ProxyError(f"the proxy opens no connection: {reason}")))
        self._transport.abortConnection()

    def fail(self, failure: Failure) -> None:
        """Tell whoever waits that there is no tunnel."""
        if not self._opened.called:
            self._opened.errback(failure)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell whoever is within, or who waits for the tunnel."""
        if self._inner is not None:
            self._inner.connectionLost(reason)
        else:
            self.fail(Failure(ProxyError("the proxy closed the connection without an answer")))
