"""The answers of clients that were asked for of late, and how long they may be believed."""

from __future__ import annotations

import threading
from collections import OrderedDict

from bcfg2tw.engine.store.answers import Answers

#: Clients whose answers are remembered; there may be many more than are at work at a time.
MAX_CLIENTS = 2000


class CachedAnswers:
    """
    Answers by client; never those that were expired while they were fetched.

    Safe to use from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, tuple[int, Answers | None]] = OrderedDict()
        self._own: set[str] = set()  # clients of which this process made the change
        self._expiries = 0

    def get(self, client: str) -> tuple[int, Answers | None] | None:
        """
        Return what is remembered of a client: the number of its change and its answers.

        The answers are None where it never uploaded any; all of it is where nothing is remembered.
        """
        with self._lock:
            entry = self._answers.get(client)
            if entry is not None:
                self._answers.move_to_end(client)
            return entry

    def ticket(self) -> int:
        """Return what `put` wants to see: a mark of the moment at which fetching began."""
        return self._expiries

    def put(self, client: str, number: int, answers: Answers | None, ticket: int) -> None:
        """Remember what was fetched, unless anything was expired since the ticket was taken."""
        with self._lock:
            if ticket == self._expiries:
                self._remember(client, number, answers)
                self._own.discard(client)

    def replace(self, client: str, number: int, answers: Answers) -> None:
        """Remember what this process has just changed."""
        with self._lock:
            self._expiries += 1
            self._remember(client, number, answers)
            self._own.add(client)

    def _remember(self, client: str, number: int, answers: Answers | None) -> None:
        self._answers[client] = number, answers
        self._answers.move_to_end(client)
        if len(self._answers) > MAX_CLIENTS:
            self._own.discard(self._answers.popitem(last=False)[0])

    def expire(self, client: str, number: int) -> bool:
        """
        Forget a client whose answers were changed under a number.

        :returns: whether that is news: it is not where this process has changed them so; it is
            where they were fetched since, for whoever kept something of them before
        """
        with self._lock:
            entry = self._answers.get(client)
            if entry is not None and entry[0] >= number:
                return client not in self._own
            self._expiries += 1
            self._answers.pop(client, None)
            self._own.discard(client)
            return True

    def expire_all(self) -> None:
        """Forget all clients."""
        with self._lock:
            self._expiries += 1
            self._answers.clear()
            self._own.clear()
