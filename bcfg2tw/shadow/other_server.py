"""The other server, as it is asked: over TLS that is checked, within bounds of time and size."""

from __future__ import annotations

from collections.abc import Coroutine
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote

from OpenSSL import SSL
from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionRefusedError,
    DNSLookupError,
)
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, FileBodyProducer, HTTPConnectionPool, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from bcfg2tw.calls.dispatch import FAILED_LOGIN, UNREADABLE, HttpAnswer
from bcfg2tw.calls.shadowed import PASSED_ON
from bcfg2tw.downloads.network_errors import NETWORK_ERRORS, causes
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from bcfg2tw.settings.shadow_types import path_of
from bcfg2tw.settings.types import locations
from bcfg2tw.shadow.noted_endpoints import NotedEndpoints
from bcfg2tw.shadow.server_identity import OtherServerIdentity
from bcfg2tw.shadow.spare_connections import SpareConnections

#: Servers of old close a connection on which nothing comes for ten seconds.
KEPT_SECONDS = 5

#: How many connections are kept; each is a thread of a server of old.
KEPT_CONNECTIONS = 2

#: The only call that means something else when it comes twice: it is never repeated.
ONCE = "RecvStats"

#: Calls that a client lets another one follow at once.
FOLLOWED = ("DeclareVersion", "GetProbes", "RecvProbeData", "AssertProfile", "GetDecisionList")

#: As all that is XML-RPC ends and begins.
_BEGIN, _END = b"<methodResponse>", b"</methodResponse>"
_HEAD_BYTES = 200


T = TypeVar("T")


class NoAnswer(Bcfg2Error):
    """
    The other server gave no answer that a client could use; the text is a clause.

    :ivar is_away: whether there is no connection to it, so that nothing else is answered either
    :ivar is_late: whether it was waited for in vain
    """

    def __init__(self, reason: str, is_away: bool = False, is_late: bool = False) -> None:
        super().__init__(reason)
        self.is_away = is_away
        self.is_late = is_late


class _Wanted:
    """
    Whether anybody still waits for a call: HTTP has many errors for one that was given up.

    :ivar is_so: whether it was not cancelled
    """

    def __init__(self) -> None:
        self.is_so = True

    def result_of(self, call: Coroutine[Any, Any, HttpAnswer]) -> Deferred[HttpAnswer]:
        """Run a call, and return its result; to cancel that is to want it no more."""
        running = Deferred.fromCoroutine(call)
        result: Deferred[HttpAnswer] = Deferred(lambda _: self._give_up(running))
        running.addBoth(result.callback)
        return result

    def _give_up(self, running: Deferred[Any]) -> None:
        self.is_so = False
        running.cancel()


class OtherServer:
    """The server of `[shadow] server`; for the reactor's thread."""

    def __init__(self, reactor: Any, settings: Settings, identity: OtherServerIdentity) -> None:
        """Ask nothing yet; it has to have an identity."""
        assert settings.shadow_server is not None
        self.url = settings.shadow_server
        self._reactor = reactor
        self._settings = settings
        self._host, self._port = locations(self.url)[0]
        self._places = DeferredSemaphore(settings.shadow_connections)
        self._identity = identity
        self._pool = HTTPConnectionPool(reactor)
        self._pool.maxPersistentPerHost = KEPT_CONNECTIONS
        self._pool.cachedConnectionTimeout = KEPT_SECONDS
        self._pool.retryAutomatically = False
        self._endpoints = NotedEndpoints(self._endpoint())
        self._spares = SpareConnections(reactor, self._endpoint(), KEPT_SECONDS)
        self._kept = Agent.usingEndpointFactory(reactor, self._endpoints, self._pool)
        self._ahead = Agent.usingEndpointFactory(
            reactor, NotedEndpoints(self._spares, self._endpoints.protocols), self._pool
        )
        self._fresh = Agent.usingEndpointFactory(reactor, self._endpoints)
        self._asking: set[Any] = set()
        self._is_old = False
        self._is_stopped = False

    def _endpoint(self) -> IStreamClientEndpoint:
        seconds = self._settings.shadow_patience_seconds
        tcp = HostnameEndpoint(self._reactor, self._host, self._port, timeout=seconds)
        return wrapClientTLS(self._identity, tcp)

    def ask(self, method: str, authorization: bytes, body: bytes) -> Deferred[HttpAnswer]:
        """
        Make a call.

        :param authorization: the header's value
        :param body: the request
        :returns: a Deferred of the answer; to cancel it is to wait no longer
        :raises NoAnswer: through the Deferred
        """
        headers = Headers(
            {
                b"Content-Type": [b"text/xml"],
                b"Authorization": [authorization],
                PASSED_ON: [b"1"],
            }
        )
        seconds = self._settings.shadow_patience_seconds
        wanted = _Wanted()
        asking = wanted.result_of(self._asked(method, headers, body, wanted))
        self._asking.add(asking)
        asking.addTimeout(seconds, self._reactor, _too_late)
        ended: Deferred[Any] = asking.addBoth(self._end, asking)
        return ended.addErrback(self._no_answer, wanted)

    def _end(self, result: T, asking: object) -> T:
        self._asking.discard(asking)
        if self._is_stopped:
            self._close_kept()
        return result

    async def _asked(
        self, method: str, headers: Headers, body: bytes, wanted: _Wanted
    ) -> HttpAnswer:
        await self._places.acquire()
        try:
            try:
                # what must not come twice goes over no connection that may be stale by now, if
                # the server has not shown that it keeps them
                agent = self._kept if method == ONCE else self._ahead
                answer = await self._post(agent, headers, body)
                if method in FOLLOWED and self._is_old:
                    self._spares.make()
                return answer
            except NETWORK_ERRORS as error:
                if method == ONCE or not wanted.is_so or not hasattr(error, "reasons"):
                    raise  # or there never was a connection
            # the connection was kept, and the server closed it as the call was on its way
            return await self._post(self._fresh, headers, body)
        finally:
            self._places.release()

    async def _post(self, agent: Agent, headers: Headers, body: bytes) -> HttpAnswer:
        producer = FileBodyProducer(BytesIO(body))
        response = await agent.request(b"POST", self._location, headers, producer)
        # of HTTP 1.0: it ends each connection with its answer, as Bcfg2's own does
        self._is_old = response.version < (b"HTTP", 1, 1)
        return self._answer(response, await _read(response, self._settings.shadow_max_answer_bytes))

    @property
    def _location(self) -> bytes:
        host = f"[{self._host}]" if ":" in self._host else self._host
        path = quote(path_of(self.url), safe="/%:@!$&'()*+,;=~-._")
        return b"https://%s:%d%s" % (host.encode("idna"), self._port, path.encode())

    def _answer(self, response: IResponse, body: bytes) -> HttpAnswer:
        """
        Return an answer that a client can use.

        :raises NoAnswer: if it is none of Bcfg2
        """
        if response.code == 401:
            return FAILED_LOGIN
        if response.code == 500:
            return UNREADABLE
        if response.code != 200:
            raise NoAnswer(f"it answers with HTTP status {response.code}")
        if not _is_response(body):
            raise NoAnswer("what it answers is no XML-RPC")
        return HttpAnswer(200, body)

    def _no_answer(self, failure: Failure, wanted: _Wanted) -> HttpAnswer:
        """Say in a clause why there is no answer."""
        error: Any = failure.value
        if not wanted.is_so and not isinstance(error, NoAnswer):
            raise CancelledError
        if not isinstance(error, (*NETWORK_ERRORS, OSError, ValueError)):
            failure.raiseException()  # `NoAnswer`, and what no server can be blamed for
        refusal, self._identity.refusal = self._identity.refusal, None
        is_away = refusal is not None or _is_without_connection(error)
        raise NoAnswer(refusal or self._trouble(error), is_away)

    def _trouble(self, error: Any) -> str:
        reasons: list[Any] = list(causes(error))
        if isinstance(reasons[0], ConnectionRefusedError):
            return "nothing listens there"
        if isinstance(reasons[0], DNSLookupError):
            return f"the name {self._host} is not known"
        if any(isinstance(reason, SSL.Error) for reason in reasons):
            return "there is no TLS connection: is that the port of a Bcfg2 server?"
        return f"the connection broke: {reasons[0] or type(reasons[0]).__name__}"

    def stop(self) -> None:
        """Keep no connection any more; calls go on to their end."""
        self._is_stopped = True
        self._spares.stop()
        self._close_kept()

    def abandon(self) -> None:
        """Wait no longer for the calls that run, after `stop`."""
        for asking in tuple(self._asking):
            asking.cancel()

    def _close_kept(self) -> None:
        """Close connections on which nothing runs, without waiting for the other side's consent."""
        if not self._asking:
            self._pool.closeCachedConnections()
            for protocol in tuple(self._endpoints.protocols):
                if protocol.state != "CONNECTION_LOST":
                    protocol.transport.abortConnection()


def _too_late(result: Any, seconds: float) -> Any:
    """Turn what comes of the end of patience into a reason."""
    if not isinstance(result, Failure):
        return result
    raise NoAnswer(f"it does not answer within {seconds:g} seconds", is_late=True)


def _is_without_connection(error: Any) -> bool:
    """
    Say whether a call failed before there was a connection.

    One that breaks later says nothing of other calls: servers of old break it where they refuse a
    login whose body is still on its way, and that anybody can have.
    """
    kinds = (ConnectError, ConnectingCancelledError, DNSLookupError, SSL.Error)
    return any(isinstance(reason, kinds) for reason in causes(error))


def _is_response(body: bytes) -> bool:
    """Say whether a body begins and ends as an answer does; there is no document type in front."""
    head, begin, _ = body[:_HEAD_BYTES].partition(_BEGIN)
    return bool(begin) and b"<!" not in head and body[-_HEAD_BYTES:].rstrip().endswith(_END)


def _read(response: IResponse, limit: int) -> Deferred[bytes]:
    body = _Body(limit)
    response.deliverBody(body)
    return body.done


class _Body(Protocol):
    """Collects what arrives, as long as it is not too much."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._received = 0
        self.done: Deferred[bytes] = Deferred(lambda _: self._lose())

    def dataReceived(self, data: bytes) -> None:
        """Keep a part."""
        if self.done.called:
            return
        self._received += len(data)
        self._parts.append(data)
        if self._received > self._limit:
            self._parts.clear()
            self._lose()
            reason = f"its answer is larger than [shadow] max_answer, {self._limit} bytes"
            self.done.errback(NoAnswer(reason))

    def _lose(self) -> None:
        # an orderly end of TLS waits for the other side's, which may go on sending for ever
        proxy: Any = self.transport
        transport = getattr(proxy, "_producer", proxy)
        if transport is not None:
            getattr(transport, "abortConnection", transport.loseConnection)()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Give what has come, if that is all."""
        if self.done.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss):  # the end of what counts is looked for
            self.done.callback(b"".join(self._parts))
        else:
            self.done.errback(reason)
