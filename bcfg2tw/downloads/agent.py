"""Connections of one HTTP download: TLS checks, proxies, and an end that does not wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from OpenSSL import SSL, crypto
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.web.client import (
    URI,
    Agent,
    BrowserLikePolicyForHTTPS,
    HTTPConnectionPool,
    ProxyAgent,
)
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IResponse
from zope.interface import implementer

from bcfg2tw.downloads.bounded_head import AnswerHead, BoundedHeadEndpoint
from bcfg2tw.downloads.noted_endpoint import NotedEndpoint
from bcfg2tw.downloads.proxy import Proxy, TunnelEndpoint, proxy_for
from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings

CONNECT_TIMEOUT_SECONDS = 15.0
CERTIFICATE = re.compile(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class HttpAgent:
    """Makes requests, one at a time over a connection of its own, and can cut them off."""

    def __init__(self, reactor: Any, settings: Settings, refuse: Callable[[str], None]) -> None:
        """
        Ask for nothing yet.

        :param refuse: called with the reason where an answer is not to be waited for any more
        """
        self._reactor = reactor
        self._settings = settings
        self._refuse = refuse
        self._head = AnswerHead(refuse)
        self._protocols: list[Any] = []

    def get(self, url: str, headers: Headers) -> Deferred[IResponse]:
        """
        Ask for a URL; user and password in it are not used.

        :raises ProxyError: if the proxy's address is none
        :raises SettingsError: if the site's file of authorities cannot be used
        """
        parts = urlsplit(url)
        target = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="")
        proxy = proxy_for(url, self._settings.packages_proxy)
        pool = HTTPConnectionPool(self._reactor, persistent=False)
        self._head = AnswerHead(self._refuse)
        if proxy is not None and parts.scheme == "http":
            if proxy.authorization is not None:
                # not in the caller's: a redirect may lead past the proxy, and tell it to others
                headers = headers.copy()
                headers.setRawHeaders(b"Proxy-Authorization", [proxy.authorization])
            agent = ProxyAgent(self._note_protocols(self._endpoint(proxy)), self._reactor, pool)
        else:
            agent = Agent.usingEndpointFactory(self._reactor, _Endpoints(self, proxy), pool)
        request: Deferred[IResponse] = agent.request(
            b"GET", urlunsplit(target).encode("ascii"), headers
        )
        return request.addBoth(self._head.end)

    def endpoint_for(self, uri: URI, proxy: Proxy | None) -> IStreamClientEndpoint:
        """Return the endpoint of a URL's server, with TLS where the URL asks for it."""
        host = uri.host.decode("ascii")
        if proxy is None:
            endpoint = self._hostname_endpoint(host, uri.port)
        else:
            through = self._endpoint(proxy)
            endpoint = TunnelEndpoint(through, proxy, host, uri.port)
        if uri.scheme == b"https":
            policy = BrowserLikePolicyForHTTPS(self._trust())
            endpoint = wrapClientTLS(policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return self._note_protocols(endpoint)

    def _endpoint(self, proxy: Proxy) -> IStreamClientEndpoint:
        return self._hostname_endpoint(proxy.host, proxy.port)

    def _hostname_endpoint(self, host: str, port: int) -> IStreamClientEndpoint:
        return HostnameEndpoint(self._reactor, host, port, timeout=CONNECT_TIMEOUT_SECONDS)

    def _note_protocols(self, endpoint: IStreamClientEndpoint) -> IStreamClientEndpoint:
        return NotedEndpoint(BoundedHeadEndpoint(endpoint, self._head), self._protocols.append)

    def _trust(self) -> Any:
        """Return the trusted authorities, None for those of the system."""
        path = self._settings.packages_ca
        if path is None:
            return None
        try:
            with open(path, "rb") as stream:
                certificates = CERTIFICATE.findall(stream.read())
            if not certificates:
                raise ValueError("it holds no certificate")
            return trustRootFromCertificates(map(Certificate.loadPEM, certificates))
        except (OSError, ValueError, SSL.Error, crypto.Error) as error:
            reason = f"{path} cannot be used: {error}; give a PEM file"
            raise SettingsError(reason, "packages", "ca") from error

    def abort(self) -> None:
        """Close all connections at once, whatever they are doing."""
        for protocol in self._protocols:
            protocol.transport.abortConnection()
        self._protocols.clear()


@implementer(IAgentEndpointFactory)
class _Endpoints:
    """Gives twisted's agent the endpoints of an `HttpAgent`."""

    def __init__(self, agent: HttpAgent, proxy: Proxy | None) -> None:
        self._agent = agent
        self._proxy = proxy

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """Return the endpoint for a URL."""
        return self._agent.endpoint_for(uri, self._proxy)
