"""An answer on its way from the thread that makes it to a browser that reads as fast as it can."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

#: How long a browser may read nothing of an answer, before it is given up.
PATIENCE_SECONDS = 60.0


class Gone(Exception):
    """Nobody reads the answer any more."""


@implementer(IPushProducer)
class Stream:
    """
    Hands parts of an answer over to the reactor, one when the last has been taken.

    `send` and `end` are called in the thread that makes the parts, all else in the reactor's.
    """

    def __init__(self, reactor: Any, request: Any, begin: Callable[[], bool]) -> None:
        """
        Send nothing yet.

        :param begin: sets status and headers, and says whether anybody is there; called in the
            reactor's thread
        """
        self._reactor = reactor
        self._request = request
        self._is_over = False
        self._may_go_on = threading.Event()
        self._is_taken = threading.Event()
        self._may_go_on.set()
        reactor.callFromThread(self._begin, begin)

    def send(self, part: bytes) -> None:
        """
        Send a part; returns when it is on its way, and the reader can take another one.

        :raises Gone: if nobody reads
        """
        self._is_taken.clear()
        self._reactor.callFromThread(self._write, part)
        for event in (self._is_taken, self._may_go_on):
            if not event.wait(PATIENCE_SECONDS) or self._is_over:
                raise Gone

    def end(self, is_complete: bool) -> None:
        """End the answer, which is cut off where it is not complete: nobody takes it for whole."""
        self._reactor.callFromThread(self._finish, is_complete)

    def _begin(self, begin: Callable[[], bool]) -> None:
        if not begin():
            self.stopProducing()
            return
        self._request.notifyFinish().addErrback(lambda _: self.stopProducing())
        self._request.registerProducer(self, True)

    def _write(self, part: bytes) -> None:
        if not self._is_over:
            self._request.write(part)
        self._is_taken.set()

    def _finish(self, is_complete: bool) -> None:
        if self._is_over:
            return
        self._request.unregisterProducer()
        if is_complete:
            self._request.finish()
        else:
            self._request.loseConnection()

    # IPushProducer

    def pauseProducing(self) -> None:
        """Have the thread wait."""
        self._may_go_on.clear()

    def resumeProducing(self) -> None:
        """Have the thread go on."""
        self._may_go_on.set()

    def stopProducing(self) -> None:
        """Have the thread give up."""
        self._is_over = True
        self._may_go_on.set()
        self._is_taken.set()
