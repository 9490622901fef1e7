"""
XML-RPC over a core: the reactor's part of a request; the thread's part is `calls/dispatch.py`.

An ordinary request is whole when its header has been read, and is one job in the pool. Where the
body is still on its way the credentials are checked first, and the body is not read until they
are found good (:ref:`wire-5`) and, where it is large, until there is room for it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import IO, Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import RESPONSES
from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from bcfg2tw.calls.call_record import LEFT, OTHER, CallRecord
from bcfg2tw.calls.current_call import CallNames
from bcfg2tw.calls.dispatch import (
    FAILED_LOGIN,
    Dispatcher,
    HttpAnswer,
    Peer,
    hanging_answer,
)
from bcfg2tw.calls.failed_logins import FailedLogins
from bcfg2tw.calls.interfaces import Pool, ServedCore
from bcfg2tw.calls.looking_core import CoreThatLooks, LookingCore
from bcfg2tw.calls.shadowed import PASSED_ON, Shadow, ShadowedCall
from bcfg2tw.calls.turns import HEAD_BYTES, turn_for_login, turn_of
from bcfg2tw.certificates.presented import certificate_refusal, peer_certificate
from bcfg2tw.engine.look_ups import LookUpNeeded
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.errors import NotServing
from bcfg2tw.pool import Busy, TookTooLong
from bcfg2tw.scheduling.room import Room
from bcfg2tw.scheduling.turn import Turn, network_of
from bcfg2tw.settings import Settings

T = TypeVar("T")

log = Logger()

RETRY_AFTER_SECONDS = 5

#: What one request can need to be looked up: the name of its address, and that once.
MAX_LOOK_UPS = 3

#: Bodies up to this size wait for no room, and take none: those of nearly all calls.
SMALL_BYTES = 65_536

V4_MAPPED = "::ffff:"

NOT_FOUND = HttpAnswer(404)
LENGTH_REQUIRED = HttpAnswer(411)
TOO_LARGE = HttpAnswer(413)
ENCODED = HttpAnswer(415, headers={b"Accept-Encoding": b"identity"})
BUSY = HttpAnswer(503, headers={b"Retry-After": b"%d" % RETRY_AFTER_SECONDS})
BROKEN = HttpAnswer(500)

NO_MEMORY = (
    "there is no memory for it; raise MemoryMax of the unit or ulimit -v, or lower [bcfg2tw] "
    "max_bodies"
)


class Errand:
    """
    Something that is done in the pool, as long as anybody wants it.

    :ivar call: the call in the pool that is waited for
    :ivar is_over: whether nobody waits any more
    """

    call: Deferred[Any] | None = None
    is_over = False


class Exchange(Errand):
    """
    One request between its header and its answer.

    :ivar early_check: of the credentials; not yet made, and needless if the body comes at once
    :ivar admission: whether its body is read, where that is decided before it has come
    :ivar is_authenticated: whether the credentials were found good before the body had come
    :ivar late_answer: gives the answer that is delayed
    :ivar method: that is called, as the client wrote it; empty until its name is read
    """

    def __init__(
        self,
        request: HTTPRequest,
        name: str,
        vouch_for: Callable[[str], None],
        note_end: Callable[[Exchange, str, float], None],
    ) -> None:
        """
        Begin, when the header is there.

        :param name: of the call
        :param vouch_for: is told the name of its method, if there is one
        :param note_end: is told of it when it is over, with its result and its seconds
        """
        self.request: Any = request  # a `CoreRequest`, or a request of whatever site this is
        self.early_check: IDelayedCall | None = None
        self.admission: Deferred[bool] | None = None
        self.late_answer: IDelayedCall | None = None
        self.method = ""
        self.is_authenticated = False
        self._note_end, self._vouch_for = note_end, vouch_for
        self._began = time.perf_counter()
        self.peer = Peer(
            address_of(request),
            peer_certificate(request.transport),
            request.getHeader(b"authorization"),
            name,
        )
        request.notifyFinish().addErrback(self._client_left)

    @property
    def network(self) -> str:
        """The address, or network, for which what is bounded by address is counted."""
        return network_of(self.peer.address.ip)

    def _client_left(self, reason: Failure) -> None:
        self._end(LEFT)
        log.info("{ip} left before it was answered", ip=self.peer.address[0])
        if self.call is not None:
            self.call.cancel()  # one that runs goes on: it may be in the middle of a change

    def answer(self, answer: HttpAnswer) -> None:
        """Write the answer, unless there is nobody to read it."""
        if not self.is_over:
            if answer.method:
                self.method = answer.method
                self._vouch_for(answer.method)
            self._end(answer.result)
            write_answer(self.request, answer)

    def _end(self, result: str) -> None:
        if not self.is_over:
            self.is_over = True
            self._note_end(self, result, time.perf_counter() - self._began)


@implementer(IResource)
class CoreResource(Resource):
    """
    The one resource of a core, for any path; it can be put below any site of twisted.web.

    Below a `CoreSite` requests are refused before their body is read; below other sites, once
    it is there.

    :ivar record: the calls so far
    :ivar failed_logins: those that are remembered
    :ivar shadow: the way to another server that gets clients' calls as well; None without one
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
        self.shadow: Shadow | None = None
        self.failed_logins = FailedLogins(settings.max_login_delay_seconds)
        self.record = CallRecord()
        self._names = CallNames()
        self._room = Room(settings.max_bodies_bytes, settings.max_queue)
        self._delayed: set[Exchange] = set()
        self._dispatcher: Dispatcher | None = None
        self._looking: Dispatcher | None = None
        self._is_given_up = False
        self._is_ending = False
        self._waiting: list[Deferred[None]] = []
        if isinstance(core, Deferred):
            core.addCallbacks(self._is_ready, self._gives_up)
        else:
            self._take_core(core)

    def reload(self, settings: Settings) -> None:
        """Take other settings, for requests to come and those that wait for room."""
        self.settings = settings
        self.failed_logins.longest_delay_seconds = settings.max_login_delay_seconds
        self._room.change(settings.max_bodies_bytes)

    def _take_core(self, core: ServedCore) -> None:
        self._dispatcher = Dispatcher(core)
        if isinstance(core, CoreThatLooks):
            self._looking = Dispatcher(LookingCore(core))

    def _is_ready(self, core: ServedCore) -> ServedCore:
        self._take_core(core)
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
        refusal = self._refusal(request, length)
        if refusal is not None:
            self.record.add("", refusal.result, 0.0)
            write_answer(request, refusal)
        else:
            exchange = request.exchange = self._exchange(request)
            # what came with the header is read before this; if it was all, this is cancelled
            reactor = request.channel.site.reactor
            exchange.early_check = reactor.callLater(0, self._check_early, exchange)

    def _exchange(self, request: HTTPRequest) -> Exchange:
        return Exchange(request, self._names.next(), self.record.vouch_for, self._note_end)

    def _note_end(self, exchange: Exchange, result: str, seconds: float) -> None:
        """Count a call, and where messages have fields, log it."""
        self.record.add(exchange.method, result, seconds)
        if self.settings.log_format == "text":
            return  # a line for each call is for programs
        peer = exchange.peer
        log.info(
            "{method} of {who}: {result} after {duration} s",
            method=exchange.method or OTHER,
            who=peer.address.client or peer,
            result=result,
            duration=round(seconds, 4),
            call=peer.call,
            client=peer.address.client,
            ip=peer.address.ip,
            revision=None if self._dispatcher is None else self._dispatcher.revision,
        )

    def _refusal(self, request: Any, length: int | None) -> HttpAnswer | None:
        """Return the answer to a request that is not read any further, else None."""
        if length is None:
            return LENGTH_REQUIRED
        if length > self.settings.max_body_bytes:
            return TOO_LARGE
        return ENCODED if length and is_encoded(request) else None

    def _check_early(self, exchange: Exchange) -> None:
        exchange.early_check = None
        if not exchange.is_over:
            exchange.request.channel.pause_reading()
            admission = ensureDeferred(self._admit(exchange))
            exchange.admission = admission.addErrback(self._failed, exchange)

    async def _admit(self, exchange: Exchange) -> bool:
        if self._has_bad_certificate(exchange):
            return False
        try:
            # with another server there are the calls as well that this one refuses: bodies first
            is_admitted = self.shadow is not None or await self._is_authentic(exchange)
            if is_admitted and not exchange.is_over:
                await self._take_room(exchange)
        except (Busy, NotServing, TookTooLong):
            exchange.answer(BUSY)
            return False
        except CancelledError:
            return False
        if not is_admitted:
            self._answer(exchange, FAILED_LOGIN)
        elif not exchange.is_over:
            exchange.request.channel.resume_reading()
        return is_admitted

    async def _is_authentic(self, exchange: Exchange) -> bool:
        dispatcher = await self._ready()
        check = partial(dispatcher.authenticate, exchange.peer)
        turn = turn_for_login(exchange.peer)
        exchange.is_authenticated = await self._call(exchange, turn, check)
        return exchange.is_authenticated

    async def _take_room(self, exchange: Exchange) -> None:
        """Wait until there is room for a body, and keep it until its request has ended."""
        number = exchange.request.channel.length
        if number is None or number <= SMALL_BYTES:
            return
        exchange.call = self._room.take(exchange.network, number)
        await exchange.call
        ended = exchange.request.notifyFinish()
        ended.addBoth(lambda _: self._room.give_back(exchange.network, number))

    def cannot_keep(self, request: Any, error: MemoryError | OSError) -> None:
        """Answer a request whose body cannot be kept, for want of disk space above all."""
        exchange: Exchange = request.exchange
        if not exchange.is_over:
            ip = exchange.peer.address[0]
            reason = NO_MEMORY if isinstance(error, MemoryError) else error
            log.error("A body from {ip} cannot be kept: {reason}", ip=ip, reason=reason)
            exchange.answer(BUSY)

    def render(self, request: Request) -> int:
        """Answer a request whose body is there; whatever its verb, credentials come first."""
        exchange = getattr(request, "exchange", None)
        if exchange is None:  # below another site nobody has looked at the header yet
            exchange = self._exchange(request)
            if is_encoded(request):
                exchange.answer(ENCODED)
                return NOT_DONE_YET
        if exchange.early_check is not None:
            exchange.early_check.cancel()
            exchange.early_check = None
        ensureDeferred(self._serve(exchange)).addErrback(self._failed, exchange)
        return NOT_DONE_YET

    def _has_bad_certificate(self, exchange: Exchange) -> bool:
        """Refuse a peer whose certificate has ended or was revoked since the handshake."""
        refusal = None if exchange.is_over else certificate_refusal(exchange.request.transport)
        if refusal is not None:
            log.warn("{ip} is refused: {reason}", ip=exchange.peer.address[0], reason=refusal)
            exchange.answer(FAILED_LOGIN)
        return refusal is not None

    def _answer(self, exchange: Exchange, answer: HttpAnswer) -> None:
        """Answer a request: at once, but for failed logins of those who have had many."""
        seconds = 0.0
        if answer.is_failed_login:
            seconds = self.failed_logins.note(exchange.peer.address.ip)
        if not seconds or exchange.is_over or self._is_ending:
            exchange.answer(answer)
            return
        reactor = exchange.request.channel.site.reactor
        exchange.late_answer = reactor.callLater(seconds, self._answer_late, exchange)
        self._delayed.add(exchange)
        mark_as_idle = getattr(exchange.request.channel, "mark_as_idle", None)
        if mark_as_idle is not None:  # other sites have no bound that this would count for
            mark_as_idle()
        exchange.request.notifyFinish().addErrback(lambda _: self._forget_delayed(exchange))

    def _answer_late(self, exchange: Exchange) -> None:
        self._forget_delayed(exchange)
        exchange.answer(FAILED_LOGIN)

    def _forget_delayed(self, exchange: Exchange) -> None:
        self._delayed.discard(exchange)
        late_answer, exchange.late_answer = exchange.late_answer, None
        if late_answer is not None and late_answer.active():
            late_answer.cancel()

    def delay_nothing(self) -> None:
        """Give all answers now that are late, and those to come at once: the server ends."""
        self._is_ending = True
        for exchange in tuple(self._delayed):
            self._answer_late(exchange)

    async def _serve(self, exchange: Exchange) -> None:
        if self._has_bad_certificate(exchange):
            return
        try:
            if exchange.admission is not None and not await exchange.admission:
                return  # whoever it is has been answered, or will be
            if exchange.is_over:
                return
            size = exchange.request.content.seek(0, io.SEEK_END)
            if size > self.settings.max_body_bytes:
                exchange.answer(TOO_LARGE)
                return
            stream = take_body(exchange.request)
            turn = turn_of(exchange.peer, stream.read(HEAD_BYTES))
            exchange.method = turn.name
            is_passed_on = exchange.request.requestHeaders.hasHeader(PASSED_ON)
            if self.shadow is not None and self.shadow.concerns(turn.name) and not is_passed_on:
                body = await self._content(stream, size)
                exchange.call = self.shadow.answer(self._shadowed(exchange, turn, body))
                answer = await exchange.call
            else:
                answer = await self._answer_here(exchange, turn, stream)
            self._answer(exchange, answer)
        except (Busy, NotServing):
            exchange.answer(BUSY)
        except CancelledError:
            pass  # the client left: nobody waits for an answer

    async def _answer_here(self, exchange: Exchange, turn: Turn, stream: IO[bytes]) -> HttpAnswer:
        dispatcher = await self._ready()
        if exchange.is_over:
            raise CancelledError
        serve = dispatcher.answer if exchange.is_authenticated else dispatcher.serve
        call = partial(serve, exchange.peer, exchange.request.method, stream)
        return await self._answer_of(exchange, exchange.peer, turn, call)

    async def _answer_of(
        self, errand: Errand, peer: Peer, turn: Turn, call: Callable[[], HttpAnswer]
    ) -> HttpAnswer:
        """
        Return what comes of a call in the pool, whatever that is.

        :raises CancelledError: if the client leaves
        """
        try:
            return await self._call(errand, turn, call)
        except (Busy, NotServing):
            return BUSY
        except TookTooLong as error:
            return hanging_answer(peer, turn.name, error)

    async def _content(self, stream: IO[bytes], size: int) -> bytes:
        """Return a whole body, which may be on disk if it is not small."""
        return _read(stream) if size <= SMALL_BYTES else await self._pool.call(_read, stream)

    def _shadowed(self, exchange: Exchange, turn: Turn, body: bytes) -> ShadowedCall:
        """Return a call as it can be made here and elsewhere."""
        peer, verb = exchange.peer, exchange.request.method
        beside = replace(peer, address=ClientAddress(peer.address))
        apart = replace(turn, same=None)

        async def serve(who: Peer, own_turn: Turn, looks: bool = False) -> HttpAnswer:
            try:
                dispatcher = await self._ready()
            except Busy:
                return BUSY
            server = self._looking or dispatcher if looks else dispatcher
            call = partial(server.serve, who, verb, io.BytesIO(body))
            return await self._answer_of(Errand(), who, own_turn, call)

        return ShadowedCall(
            peer,
            beside,
            turn.name,
            body,
            lambda: Deferred.fromCoroutine(self._is_let_in(peer)),
            lambda: Deferred.fromCoroutine(serve(peer, turn)),
            lambda: Deferred.fromCoroutine(serve(beside, apart)),
            lambda: Deferred.fromCoroutine(serve(beside, apart, looks=True)),
        )

    async def _is_let_in(self, peer: Peer) -> bool:
        try:
            dispatcher = await self._ready()
            check = partial(dispatcher.authenticate, peer)
            return await self._call(Errand(), turn_for_login(peer), check)
        except (Busy, NotServing, TookTooLong):
            return False

    async def _call(self, exchange: Errand, turn: Turn, function: Callable[[], T]) -> T:
        """
        Run a function in the pool; what it needs to be looked up does not wait there.

        :raises CancelledError: if the client leaves
        """
        for _ in range(MAX_LOOK_UPS):
            try:
                running: Deferred[T] = self._pool.serve(turn, function)
                exchange.call = running
                return await running
            except LookUpNeeded as needed:
                if exchange.is_over:
                    raise CancelledError from needed
                exchange.call = self._pool.look_up(needed.subject, needed.look_up)
                await exchange.call
        raise NotServing("what was looked up is forgotten again and again")

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
        ip = exchange.peer.address[0]
        if failure.check(MemoryError):
            log.error("{ip} is told to come back: {reason}", ip=ip, reason=NO_MEMORY)
            exchange.answer(BUSY)
        else:
            log.failure("Answering {ip} failed", failure, ip=ip)
            exchange.answer(BROKEN)
        return False


def is_encoded(request: HTTPRequest) -> bool:
    """Say whether a body is compressed, or encoded otherwise; no client of Bcfg2 does that."""
    coding = request.getHeader(b"content-encoding") or b""
    return coding.strip().lower() not in (b"", b"identity")


def take_body(request: Any) -> IO[bytes]:
    """
    Return the body of a request, which stands at its beginning.

    It is taken from the request, which would close it when the client leaves, while a thread
    reads it.
    """
    stream: IO[bytes] = request.content
    request.content = io.BytesIO()
    stream.seek(0)
    return stream


def _read(stream: IO[bytes]) -> bytes:
    with stream:
        stream.seek(0)
        return stream.read()


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
