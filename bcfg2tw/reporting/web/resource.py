"""
The pages of reports as a resource of Twisted, for a listener of their own or any other site.

    root = Resource()
    root.putChild(b"reports", ReportsResource(reactor, settings))  # web_prefix = /reports
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from bcfg2tw.calls.failed_logins import FailedLogins
from bcfg2tw.reporting.web.access import WrongPassword
from bcfg2tw.reporting.web.exchange import HttpRequest, HttpResponse, Refused
from bcfg2tw.reporting.web.finishing import SAFE
from bcfg2tw.reporting.web.site import ReportSite
from bcfg2tw.reporting.web.streams import Gone, Stream
from bcfg2tw.reporting.web.threads import TooMany, WebThreads
from bcfg2tw.scheduling.turn import network_of
from bcfg2tw.settings import Settings

log = Logger()

#: The largest form, and the longest address.
BODY_BYTES, TARGET_BYTES = 1 << 16, 1 << 13

#: Lists and exports that are sent at a time: each keeps a thread and a connection.
STREAMS = 3

#: Refusals of one address that wait to be sent; while there are as many, no password is checked.
DELAYED = 4

BUSY = Refused(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too much is asked for at the moment: try again in some seconds.",
    {"Retry-After": "5"},
)


class ReportsResource(Resource):
    """
    The pages of reports; queries run in threads.

    :ivar site: what answers
    """

    isLeaf = True

    def __init__(self, reactor: Any, settings: Settings, site: ReportSite | None = None) -> None:
        """
        Open nothing yet.

        :param settings: `web_prefix` is where the resource is mounted; who is let in is decided
            as for a listener of its own
        :raises Bcfg2Error: if the settings cannot be used, or a library is missing
        """
        super().__init__()
        self.site = site or ReportSite(settings)
        self._reactor = reactor
        self._prefix = settings.web_prefix
        self._threads = WebThreads(reactor)
        self._streams = threading.BoundedSemaphore(STREAMS)
        self._failures = FailedLogins(settings.max_login_delay_seconds)
        self._delayed: Counter[str] = Counter()

    def close(self) -> None:
        """Answer nothing more, and close the database's connections."""
        self._threads.close()
        self.site.close()

    def prepare(self) -> None:
        """Have the first look at pages prepared in a thread, unless all of them are busy."""
        preparing = self._threads.call(self.site.prepare)
        preparing.addErrback(lambda failure: None if failure.check(TooMany) else failure)

    def render(self, request: Any) -> Any:
        """Answer a request, in a thread."""
        exchange = _Exchange(self._reactor, request)
        asked = self._asked(request)
        if isinstance(asked, HttpResponse):
            exchange.send(asked)
            return NOT_DONE_YET
        network = network_of(self.site.access.address(asked))
        may_check = self._delayed[network] < DELAYED
        answering = self._threads.call(self._answer, exchange, asked, may_check)
        answering.addErrback(self._refuse, exchange, asked, network)
        answering.addErrback(exchange.fail)
        return NOT_DONE_YET

    def _asked(self, request: Any) -> HttpRequest | HttpResponse:
        """Return a request as the site takes it, or the answer to one that is not for it."""
        target, _, query = request.uri.partition(b"?")
        path = unquote(target.decode("latin-1"), "utf-8")
        if len(request.uri) > TARGET_BYTES:
            return _plain(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.")
        if path == "/" and self._prefix:
            return HttpResponse(HTTPStatus.FOUND, headers={"Location": f"{self._prefix}/"})
        if path != self._prefix and not path.startswith(f"{self._prefix}/"):
            return _plain(HTTPStatus.NOT_FOUND, f"The pages are below {self._prefix}/.")
        body = request.content.read(BODY_BYTES + 1) if request.content is not None else b""
        if len(body) > BODY_BYTES:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This is more than is taken.")
        return HttpRequest(
            method=request.method.decode("latin-1"),
            path=path.removeprefix(self._prefix) or "/",
            query=query.decode("latin-1"),
            headers=_headers(request),
            body=body,
            peer=getattr(request.getClientAddress(), "host", ""),
        )

    def _answer(self, exchange: _Exchange, asked: HttpRequest, may_check: bool) -> None:
        """Answer a request; in a thread."""
        response = self.site.answer(asked, may_check)
        if isinstance(response.body, bytes):
            exchange.send_from_thread(response)
        elif asked.method == "HEAD" or not self._streams.acquire(blocking=False):
            _close(response.body)
            whole = replace(response, body=b"")
            exchange.send_from_thread(
                whole if asked.method == "HEAD" else self.site.refuse(asked, BUSY)
            )
        else:
            try:
                exchange.stream(response, response.body)
            finally:
                self._streams.release()

    def _refuse(
        self, failure: Failure, exchange: _Exchange, asked: HttpRequest, network: str
    ) -> Any:
        """Answer a request that is not answered in a thread: at once, or late."""
        if failure.check(TooMany):
            exchange.send(self.site.refuse(asked, BUSY))
            return None
        failure.trap(WrongPassword)
        refused: Any = failure.value
        self._delayed[network] += 1
        seconds = self._failures.note(network)
        refusing: Deferred[Any] = deferLater(self._reactor, seconds)
        return refusing.addBoth(self._refuse_late, exchange, asked, network, refused)

    def _refuse_late(
        self, result: object, exchange: _Exchange, asked: HttpRequest, network: str,
        refused: Refused,
    ) -> None:  # fmt: skip
        self._delayed[network] -= 1
        if not self._delayed[network]:
            del self._delayed[network]
        exchange.send(self.site.refuse(asked, refused))


class _Exchange:
    """One request of Twisted, and whether anybody waits for its answer."""

    def __init__(self, reactor: Any, request: Any) -> None:
        self._reactor = reactor
        self._request = request
        self._is_over = False
        request.notifyFinish().addBoth(self._end)

    def _end(self, result: object) -> None:
        self._is_over = True

    def send(self, response: HttpResponse) -> None:
        """Send an answer; in the reactor's thread."""
        assert isinstance(response.body, bytes), "it is one part"
        if self._begin(response):
            self._request.setHeader(b"Content-Length", str(len(response.body)).encode())
            self._request.write(response.body)
            self._request.finish()

    def send_from_thread(self, response: HttpResponse) -> None:
        """Send an answer; in a thread."""
        self._reactor.callFromThread(self.send, response)

    def _begin(self, response: HttpResponse) -> bool:
        """Set status and headers, if anybody waits for them; say whether that is so."""
        if self._is_over:
            return False
        self._request.setResponseCode(int(response.status))
        self._request.setHeader(b"Content-Type", response.content_type.encode())
        for name, value in response.headers.items():
            self._request.setHeader(name.encode(), value.encode("latin-1", "replace"))
        return True

    def stream(self, response: HttpResponse, parts: Iterator[bytes]) -> None:
        """Send an answer part by part; in a thread."""
        stream = Stream(self._reactor, self._request, lambda: self._begin(response))
        is_complete = False
        try:
            for part in parts:
                stream.send(part)
            is_complete = True
        except Gone:
            pass  # nobody reads it
        finally:
            _close(parts)
            stream.end(is_complete)

    def fail(self, failure: Failure) -> None:
        """Log what should not have happened, and say so."""
        log.failure("A page of reports cannot be sent", failure)
        if not self._is_over and not self._request.startedWriting:
            self.send(_plain(HTTPStatus.INTERNAL_SERVER_ERROR, "The server's log says why."))


def _close(parts: Iterator[bytes]) -> None:
    """End what makes the parts of an answer."""
    close = getattr(parts, "close", None)
    if close is not None:
        close()


def _headers(request: Any) -> dict[str, str]:
    """Return the headers of a request; one that is sent twice has both values."""
    return {
        name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
        for name, values in request.requestHeaders.getAllRawHeaders()
    }


def _plain(status: HTTPStatus, sentence: str) -> HttpResponse:
    return HttpResponse(status, "text/plain; charset=utf-8", f"{sentence}\n".encode(), SAFE)
