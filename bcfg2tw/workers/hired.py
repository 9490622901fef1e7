"""One worker, as the supervisor sees it."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred

from bcfg2tw.workers.conversation import Answerers, Conversation

#: A worker that dies so soon after it began to serve has died young.
YOUNG_SECONDS = 1.0

#: After so many calls the memory of a worker has the size that it keeps.
SETTLING_CALLS = 1000

#: Memory that a worker may gain in any case.
LEAST_GROWTH_BYTES = 32 << 20


class Hired:
    """
    A worker's process and the way to it.

    :ivar process: its number
    :ivar place: the number of its place among the workers, which its successors get in turn
    :ivar is_serving: whether it listens
    :ivar is_leaving: whether it was told to end
    :ivar has_successor: whether another one is being started in its place
    :ivar is_outdated: whether what it serves has changed, and another one had to take its place
    :ivar beat_seconds: when it gave its last sign of life
    :ivar figures: its last picture of itself
    :ivar prepared: fires when it has read a new state of the repository
    :ivar gone: fires when it has ended
    """

    def __init__(self, reactor: Any, process: int, place: int, answerers: Answerers) -> None:
        """
        Take note of a worker.

        :param answerers: for what it asks and notes, beside its signs of life
        """
        self._reactor = reactor
        self.process = process
        self.place = place
        self.is_serving = self.is_leaving = self.has_successor = False
        self.keeps_good_states = self.is_outdated = False
        self.beat_seconds: float = reactor.seconds()
        self.figures: Mapping[str, Any] = {}
        self.prepared: Deferred[None] = Deferred()
        self.gone: Deferred[None] = Deferred()
        self.conversation = Conversation(
            {**answerers, "beat": self._take_beat, "prepared": self._take_prepared},
            lambda: self.gone.callback(None),
        )
        self._serving_seconds: float | None = None
        self._settled_bytes: int | None = None

    def _take_beat(self, figures: Mapping[str, Any]) -> None:
        self.beat_seconds = self._reactor.seconds()
        self.figures = figures
        if self._settled_bytes is None and self.calls >= SETTLING_CALLS:
            self._settled_bytes = figures.get("private_bytes")

    def _take_prepared(self) -> None:
        if not self.prepared.called:
            self.prepared.callback(None)

    @property
    def calls(self) -> int:
        """The number of calls that it has answered."""
        number: int = self.figures.get("calls", 0)
        return number

    def note_serving(self) -> None:
        """Take note that it listens."""
        self.is_serving = True
        self._serving_seconds = self._reactor.seconds()

    @property
    def is_young(self) -> bool:
        """Say whether it has just begun, or not even that."""
        began = self._serving_seconds
        return began is None or self._reactor.seconds() - began < YOUNG_SECONDS

    def reason_to_go(self, max_calls: int) -> str | None:
        """
        Return why another one had better take its place, None if it is as good as new.

        :param max_calls: after so many calls, 0 for never
        """
        if self.is_outdated:
            return "what it serves has changed"
        if self.figures.get("given_up"):
            return "calls hang in it"
        if max_calls and self.calls >= max_calls:
            return f"it has answered {self.calls} calls"
        settled, now = self._settled_bytes, self.figures.get("private_bytes") or 0
        if settled and now > settled + max(settled // 2, LEAST_GROWTH_BYTES):
            return f"its memory has grown from {settled >> 20} to {now >> 20} MB"
        return None

    def kill(self) -> None:
        """End it at once, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
