"""The nursery, as the supervisor sees it."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.workers.conversation import Conversation, converse

log = Logger()

#: A nursery that reads is not interrupted; one that takes so long for a fork hangs, or is stopped.
FORK_SECONDS = 120.0


class NurseryLink:
    """
    The way to the nursery, which is another one when it had to be replaced.

    :ivar note_ended: called with process and exit code of each worker that has ended
    :ivar lost: called when the nursery is gone
    :ivar process: its number, 0 where there is none yet
    """

    def __init__(self, reactor: Any, longest_stop_seconds: float) -> None:
        """
        Know of no nursery yet.

        :param longest_stop_seconds: one that was stopped for so long is ended
        """
        self._reactor = reactor
        self._longest_stop_seconds = longest_stop_seconds
        self._stopped_seconds: float | None = None
        self.process = 0
        self._conversation: Conversation | None = None
        self.note_ended: Callable[[int, int], None] = lambda process, code: None
        self.lost: Callable[[], None] = lambda: None

    def connect(self, end: socket.socket) -> None:
        """Talk to a new nursery."""
        self._conversation = Conversation(
            {"ended": lambda process, code: self.note_ended(process, code)}, lambda: self.lost()
        )
        converse(self._reactor, end, self._conversation)

    def ask(self, name: str, /, **arguments: Any) -> Deferred[Any]:
        """Have the nursery do something; see `Conversation.ask`."""
        assert self._conversation is not None
        return self._conversation.ask(name, **arguments)

    async def fork(self) -> tuple[int, socket.socket]:
        """
        Have a worker forked; return its process, and the way to it.

        :raises Bcfg2Error: if there is no room for one more
        """
        conversation = self._conversation
        assert conversation is not None
        limit = self._reactor.callLater(FORK_SECONDS, self._give_up)
        try:
            process: int = await self.ask("fork")
        finally:
            if limit.active():
                limit.cancel()
        if not conversation.descriptors:  # the system keeps back what it has no number for
            raise Bcfg2Error("the supervisor has too many open files")
        return process, socket.socket(fileno=conversation.descriptors.pop(0))

    def _give_up(self) -> None:
        log.error("The nursery has not forked for {seconds:g} s: it is ended", seconds=FORK_SECONDS)
        self._kill()

    def look(self) -> None:
        """
        End a nursery that was stopped for long, as by SIGSTOP: no worker could be replaced.

        One that reads for long says nothing meanwhile either, and is let read.
        """
        now = self._reactor.seconds()
        if not self._is_stopped():
            self._stopped_seconds = None
        elif self._stopped_seconds is None:
            self._stopped_seconds = now
        elif now - self._stopped_seconds > self._longest_stop_seconds:
            log.error("The nursery is stopped: it is ended")
            self._kill()

    def _is_stopped(self) -> bool:
        try:
            options = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self.process, options) is not None
        except ChildProcessError:  # it has ended, which its socket tells
            return False

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)

    def close(self) -> bool:
        """Have the nursery end; return False if there is none."""
        conversation = self._conversation
        if conversation is None or not conversation.connected:
            return False
        conversation.end()
        return True
