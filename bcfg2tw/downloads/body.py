"""The body of an HTTP answer, written as it arrives, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from bcfg2tw.engine.plugin.downloads import DownloadError

__all__ = ["Body"]


class Body(Protocol):
    """
    Writes what arrives, as long as it keeps arriving and is not too much.

    :ivar done: fires when all of it is written, or fails
    """

    def __init__(self, stream: BinaryIO, limit: int, progress: Callable[[int], None]) -> None:
        self._stream = stream
        self._limit = limit
        self._progress = progress
        self._received = 0
        self._stalled: Any = None
        self.done: Deferred[None] = Deferred(lambda _: self._lose())

    def watch(self, reactor: Any, seconds: float, expire: Callable[[str], None]) -> None:
        """Have it cut off if nothing arrives for some time."""
        self._seconds = seconds
        reason = f"nothing has arrived for {seconds:g} seconds"
        self._stalled = reactor.callLater(seconds, expire, reason)

    def dataReceived(self, data: bytes) -> None:
        """Write a part, and report how much there is of it."""
        if self.done.called:
            return
        self._received += len(data)
        if self._received > self._limit:
            self._fail(DownloadError("it is larger than [packages] max_download"))
            return
        try:
            self._stream.write(data)
        except OSError as error:
            self._fail(DownloadError(f"it cannot be written: {error.strerror}"))
            return
        self._stalled.reset(self._seconds)
        self._progress(self._received)

    def _fail(self, error: DownloadError) -> None:
        self._lose()
        self.done.errback(Failure(error))

    def _lose(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Fire `done`; without a length the end of the connection is that of the file."""
        if self._stalled.active():
            self._stalled.cancel()
        if self.done.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss):
            self.done.callback(None)
        else:
            self.done.errback(reason)
