"""
XML-RPC over a core: the reactor's part of a request; the thread's part is `calls/dispatch.py`.

An ordinary request is whole when its header has been read, and is one job in the pool. Where the
body is still on its way the credentials are checked first, and the body is not read until they
are found good (:ref:`wire-5`).
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import RESPONSES
from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from bcfg2tw.auth import peer_certificate
from bcfg2tw.calls.dispatch import UNAUTHORIZED, Dispatcher, HttpAnswer, Peer
from bcfg2tw.calls.failed_logins import WINDOW_SECONDS, FailedLogins
from bcfg2tw.calls.interfaces import Pool, ServedCore
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.errors import NotServing
from bcfg2tw.pool import Busy
from bcfg2tw.settings import Settings

log = Logger()

RETRY_AFTER_SECONDS = 5

V4_MAPPED = "::ffff:"

NOT_FOUND = HttpAnswer(404)
LENGTH_REQUIRED = HttpAnswer(411)
TOO_LARGE = HttpAnswer(413)
ENCODED = HttpAnswer(415, headers={b"Accept-Encoding": b"identity"})
BUSY = HttpAnswer(503, headers={b"Retry-After": b"%d" % RETRY_AFTER_SECONDS})
HAS_TO_WAIT = HttpAnswer(503, headers={b"Retry-After": b"%d" % WINDOW_SECONDS})
BROKEN = HttpAnswer(500)


class Exchange:
    """
    One request between its header and its answer.

    :ivar early_check: of the credentials; not yet made, and needless if the body comes at once
    :ivar admission: whether the credentials are good, where they are checked before the body
    :ivar is_over: whether it was answered, or the client left
    """

    def __init__(self, request: HTTPRequest) -> None:
        self.request: Any = request  # a `CoreRequest`, or a request of whatever site this is
        self.early_check: IDelayedCall | None = None
        self.admission: Deferred[bool] | None = None
        self.is_over = False
        self.peer = Peer(
            address_of(request),
            peer_certificate(request.transport),
            request.getHeader(b"authorization"),
        )
        request.notifyFinish().addErrback(self._client_left)

    def _client_left(self, reason: Failure) -> None:
        self.is_over = True
        log.info("{ip} left before it was answered", ip=self.peer.address[0])

    def answer(self, answer: HttpAnswer) -> None:
        """Write the answer, unless there is nobody to read it."""
        if not self.is_over:
            self.is_over = True
            write_answer(self.request, answer)


@implementer(IResource)
class CoreResource(Resource):
    """
    The one resource of a core, for any path; it can be put below any site of twisted.web.

    Below a `CoreSite` requests are refused before their body is read; below other sites, once
    it is there.
    """

    isLeaf = True

    def __init__(self, core: ServedCore | Deferred[Any], pool: Pool, settings: Settings) -> None:
        """
        Serve a core.

        :param core: a core that can be called, or a Deferred of one; requests wait for it, and
            are told to come back where it fails
        """
        super().__init__()
        self._pool = pool
        self.settings = settings
        self._failed_logins = FailedLogins(settings.max_failed_logins)
        self._dispatcher: Dispatcher | None = None
        self._is_given_up = False
        self._waiting: list[Deferred[None]] = []
        if isinstance(core, Deferred):
            core.addCallbacks(self._is_ready, self._gives_up)
        else:
            self._dispatcher = Dispatcher(core, self._failed_logins)

    def _is_ready(self, core: ServedCore) -> ServedCore:
        self._dispatcher = Dispatcher(core, self._failed_logins)
        self._wake()
        return core

    def _gives_up(self, failure: Failure) -> Failure:
        self._is_given_up = True
        self._wake()
        return failure

    def _wake(self) -> None:
        waiters, self._waiting = self._waiting, []
        for waiter in waiters:
            waiter.callback(None)

    def header_received(self, request: Any, length: int | None) -> None:
        """
        Take note of a request whose header is there and whose body may follow.

        :param request: a `CoreRequest`
        :param length: None for a body of unannounced length, which is refused (:ref:`wire-2`)
        """
        if length is None:
            write_answer(request, LENGTH_REQUIRED)
        elif length > self.settings.max_body_bytes:
            write_answer(request, TOO_LARGE)
        elif length and is_encoded(request):
            write_answer(request, ENCODED)
        else:
            exchange = request.exchange = Exchange(request)
            # what came with the header is read before this; if it was all, this is cancelled
            reactor = request.channel.site.reactor
            exchange.early_check = reactor.callLater(0, self._check_early, exchange)

    def _check_early(self, exchange: Exchange) -> None:
        exchange.early_check = None
        if not exchange.is_over:
            exchange.request.channel.pause_reading()
            admission = ensureDeferred(self._admit(exchange))
            exchange.admission = admission.addErrback(self._failed, exchange)

    async def _admit(self, exchange: Exchange) -> bool:
        if self._has_to_wait(exchange):
            return False
        try:
            dispatcher = await self._ready()
            is_admitted = await self._pool.call(dispatcher.authenticate, exchange.peer)
        except (Busy, NotServing):
            exchange.answer(BUSY)
            return False
        if not is_admitted:
            exchange.answer(UNAUTHORIZED)
        elif not exchange.is_over:
            exchange.request.channel.resume_reading()
        return is_admitted

    def render(self, request: Request) -> int:
        """Answer a request whose body is there; whatever its verb, credentials come first."""
        exchange = getattr(request, "exchange", None)
        if exchange is None:  # below another site nobody has looked at the header yet
            exchange = Exchange(request)
            if is_encoded(request):
                exchange.answer(ENCODED)
                return NOT_DONE_YET
        if exchange.early_check is not None:
            exchange.early_check.cancel()
            exchange.early_check = None
        ensureDeferred(self._serve(exchange)).addErrback(self._failed, exchange)
        return NOT_DONE_YET

    def _has_to_wait(self, exchange: Exchange) -> bool:
        """Refuse a peer unheard whose address has failed to log in too often."""
        has_to_wait = self._failed_logins.are_too_many(exchange.peer.address.ip)
        if has_to_wait:
            exchange.answer(HAS_TO_WAIT)
        return has_to_wait

    async def _serve(self, exchange: Exchange) -> None:
        if exchange.admission is None and self._has_to_wait(exchange):
            return
        try:
            dispatcher = await self._ready()
            serve = dispatcher.serve
            if exchange.admission is not None:
                await exchange.admission
                serve = dispatcher.answer
            if exchange.is_over:
                return
            request = exchange.request
            body = request.content.read(self.settings.max_body_bytes + 1)
            if len(body) > self.settings.max_body_bytes:
                exchange.answer(TOO_LARGE)
            else:
                exchange.answer(await self._pool.call(serve, exchange.peer, request.method, body))
        except (Busy, NotServing):
            exchange.answer(BUSY)

    async def _ready(self) -> Dispatcher:
        """Wait for the core; as many may do so as may wait for a thread."""
        if self._dispatcher is None and not self._is_given_up:
            if len(self._waiting) >= self.settings.max_queue:
                raise Busy(f"{len(self._waiting)} requests wait for the core to start")
            waiting: Deferred[None] = Deferred()
            self._waiting.append(waiting)
            await waiting
        if self._dispatcher is None:
            raise Busy("the core did not start")
        return self._dispatcher

    def _failed(self, failure: Failure, exchange: Exchange) -> bool:
        log.failure("Answering {ip} failed", failure, ip=exchange.peer.address[0])
        exchange.answer(BROKEN)
        return False


def is_encoded(request: HTTPRequest) -> bool:
    """Say whether a body is compressed, or encoded otherwise; no client of Bcfg2 does that."""
    coding = request.getHeader(b"content-encoding") or b""
    return coding.strip().lower() not in (b"", b"identity")


def address_of(request: HTTPRequest) -> ClientAddress:
    """Return the address of the peer, with the parts that its socket has (:ref:`wire-5`)."""
    peer: Any = request.client
    if peer.host.startswith(V4_MAPPED):  # of an endpoint for both families
        return ClientAddress((peer.host.removeprefix(V4_MAPPED), peer.port))
    if hasattr(peer, "scopeID"):
        return ClientAddress((peer.host, peer.port, peer.flowInfo, peer.scopeID))
    return ClientAddress((peer.host, peer.port))


def write_answer(request: Any, answer: HttpAnswer) -> None:
    """Answer a request; the connection of one that was refused is not used again."""
    body = answer.body
    request.setResponseCode(answer.status)
    request.setHeader(b"Content-Type", b"text/xml")
    if answer.status != 200:
        body = b"%d %s\n" % (answer.status, RESPONSES[answer.status])
        request.setHeader(b"Content-Type", b"text/plain")
        request.setHeader(b"Connection", b"close")
        request.channel.persistent = False
    request.setHeader(b"Content-Length", b"%d" % len(body))
    for name, value in answer.headers.items():
        request.setHeader(name, value)
    request.write(body)
    request.finish()
