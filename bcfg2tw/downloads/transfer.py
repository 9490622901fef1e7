"""One try of one download: request, redirects, answer, body, each with its bounds."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

from OpenSSL import SSL
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectError, ConnectionRefusedError, DNSLookupError
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse

import bcfg2tw
from bcfg2tw.downloads.agent import HttpAgent
from bcfg2tw.downloads.body import Body
from bcfg2tw.downloads.network_errors import NETWORK_ERRORS, causes
from bcfg2tw.downloads.proxy import basic
from bcfg2tw.engine.plugin.downloads import (
    Download,
    DownloadError,
    NotThere,
    Validators,
)
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

REDIRECTS = frozenset([301, 302, 303, 307, 308])
REDIRECT_LIMIT = 5
#: 403 is what object stores answer for what they do not have.
MISSING = frozenset([403, 404, 410])
PASSING = frozenset([408, 425, 429])
OK, NOT_MODIFIED = 200, 304
#: More of the page that comes with an error is not read.
ERROR_LIMIT_BYTES = 1 << 16


class Passing(DownloadError):
    """A download failed of something that another try may not meet."""


class Transfer:
    """One try of a download; it lives in the reactor's thread, and is run once."""

    def __init__(self, reactor: Any, download: Download, settings: Settings) -> None:
        self._reactor = reactor
        self._download = download
        self._agent = HttpAgent(reactor, settings, self.expire)
        self._stall_seconds = settings.packages_stall_timeout_seconds
        self._expiry: str | None = None
        self._asking: Deferred[IResponse] | None = None

    def expire(self, reason: str = "it takes longer than [packages] download_timeout") -> None:
        """Cut it off because of the time that it takes, or of what comes."""
        self._expiry = self._expiry or reason
        self._agent.abort()
        if self._asking is not None:
            self._asking.cancel()

    async def run(self) -> Validators | None:
        """
        Fetch the file.

        :raises DownloadError: as `Downloader.fetch`; `Passing` where another try makes sense
        """
        try:
            return await self._run()
        except DownloadError:
            raise
        except (Bcfg2Error, OSError, ValueError) as error:
            raise DownloadError(str(error)) from error
        except NETWORK_ERRORS as error:
            raise Passing(self._expiry or trouble(error)) from error
        finally:
            self._agent.abort()

    async def _run(self) -> Validators | None:
        url, headers = self._download.url, self._headers()
        for _ in range(REDIRECT_LIMIT + 1):
            response = await self._answer(url, headers)
            if response.code == OK:
                return await self._save(response)
            await self._skip_body(response)
            if response.code not in REDIRECTS:
                self._check_status(response)
                return None
            url, headers = _redirect(url, headers, response)
            self._agent.abort()
        raise DownloadError(f"the server redirects more than {REDIRECT_LIMIT} times")

    def _headers(self) -> Headers:
        headers = Headers(
            {
                b"User-Agent": [f"bcfg2tw/{bcfg2tw.__version__}".encode("ascii")],
                # what is compressed is to arrive as it is
                b"Accept-Encoding": [b"identity"],
            }
        )
        parts, validators = urlsplit(self._download.url), self._download.known
        if parts.username:
            headers.addRawHeader(b"Authorization", basic(parts.username, parts.password))
        if validators is not None and validators.etag:
            headers.addRawHeader(b"If-None-Match", validators.etag.encode("latin-1"))
        if validators is not None and validators.last_modified:
            headers.addRawHeader(b"If-Modified-Since", validators.last_modified.encode("latin-1"))
        return headers

    async def _answer(self, url: str, headers: Headers) -> IResponse:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DownloadError("only http:, https: and file: can be fetched")
        self._asking = self._agent.get(url, headers)
        reason = f"there is no answer within {self._stall_seconds:g} seconds"
        stalled = self._reactor.callLater(self._stall_seconds, self.expire, reason)
        try:
            return await self._asking
        finally:
            self._asking = None
            if stalled.active():
                stalled.cancel()

    async def _save(self, response: IResponse) -> Validators:
        length = None if response.length is UNKNOWN_LENGTH else int(response.length)
        if length is not None and length > self._download.limit_bytes:
            raise DownloadError(f"it has {length} bytes, more than [packages] max_download")
        with open(self._download.path, "wb") as stream:
            await self._deliver(
                response, stream, self._download.limit_bytes, self._progress(length)
            )
        return Validators(_value(response, b"ETag"), _last_modified(response))

    async def _skip_body(self, response: IResponse) -> None:
        """Read the page of an answer without a file, so that the connection ends in good order."""
        with open(os.devnull, "wb") as stream, suppress(DownloadError, *NETWORK_ERRORS):
            # however that ends, the status is what counts
            await self._deliver(response, stream, ERROR_LIMIT_BYTES, lambda _: None)

    def _progress(self, length: int | None) -> Callable[[int], None]:
        progress = self._download.progress
        if progress is None:
            return lambda _: None
        return lambda received: progress(received, length)

    def _deliver(
        self, response: IResponse, stream: BinaryIO, limit: int, progress: Callable[[int], None]
    ) -> Deferred[None]:
        body = Body(stream, limit, progress)
        body.watch(self._reactor, self._stall_seconds, self.expire)
        response.deliverBody(body)
        return body.done

    def _check_status(self, response: IResponse) -> None:
        status = f"the server answers {response.code} {response.phrase.decode('latin-1')}"
        if response.code in MISSING:
            raise NotThere(status)
        if response.code in PASSING or response.code >= 500:
            raise Passing(status)
        if response.code != NOT_MODIFIED or self._download.known is None:
            raise DownloadError(status)


def _value(response: IResponse, name: bytes) -> str | None:
    values = response.headers.getRawHeaders(name)
    return values[0].decode("latin-1") if values else None


def _last_modified(response: IResponse) -> str | None:
    """
    Return the time when a file was changed, None unless that tells it from all later ones.

    Times are in whole seconds: a file that was changed in the very second may change in it again
    (RFC 9110, 8.8.2.2).
    """
    changed, now = _value(response, b"Last-Modified"), _value(response, b"Date")
    if changed is None or now is None:
        return None
    try:
        age = parsedate_to_datetime(now) - parsedate_to_datetime(changed)
    except (TypeError, ValueError):
        return None
    return changed if age.total_seconds() > 1 else None


def _redirect(url: str, headers: Headers, response: IResponse) -> tuple[str, Headers]:
    """Return URL and headers of the next request: credentials are for the server that they name."""
    location = _value(response, b"Location")
    if location is None:
        raise DownloadError("the server redirects, but does not say where to")
    target = urljoin(url, location)
    before, after = urlsplit(url), urlsplit(target)
    if before.scheme == "https" and after.scheme != "https":
        raise DownloadError(f"the server redirects from https to {after.scheme}")
    if (before.scheme, before.hostname, before.port) != (after.scheme, after.hostname, after.port):
        headers = headers.copy()
        headers.removeHeader(b"Authorization")
    return target, headers


def trouble(error: Exception) -> str:
    """Return a clause for an administrator about a failure of the network."""
    cause = causes(error)[0]
    if isinstance(cause, SSL.Error):
        reasons = (
            ", ".join(str(entry[-1]) for entry in cause.args[0]) if cause.args else "no reason"
        )
        return f"there is no TLS connection to be trusted: {reasons}"
    if isinstance(cause, DNSLookupError):
        return "the name of the server is not known"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(cause, ConnectError):
        return f"the server cannot be reached: {cause}"
    if isinstance(cause, CancelledError):
        return "it was cut off"
    return f"the connection broke: {cause or type(cause).__name__}"
