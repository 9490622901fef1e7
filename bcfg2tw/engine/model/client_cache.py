"""The cache of clients' metadata, one for each snapshot of the repository."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class ClientCache(Generic[T]):
    """
    Values by client name that never serves what was expired while it was being built.

    A change of the repository needs no expiry: the next snapshot starts with an empty cache.
    Names are compared without regard to case (:ref:`core-14.2`, *fix*).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, T] = {}
        self._all_expired = 0
        self._expired: dict[str, int] = {}
        self._thread = threading.local()
        self._has_ended = False

    @contextmanager
    def building(self) -> Iterator[bool]:
        """
        Note that this thread builds a value; yields whether it is worth to be kept.

        It is not where it is needed for another value: a connector that asks for other clients
        in the middle of its work gets answers that lack what it has not worked out yet.
        """
        depth = getattr(self._thread, "depth", 0)
        self._thread.depth = depth + 1
        try:
            yield depth == 0
        finally:
            self._thread.depth = depth

    def get(self, client: str) -> T | None:
        """Return what is kept for the client, or None."""
        return self._values.get(client.lower())

    def ticket(self, client: str) -> tuple[int, int]:
        """Return what `put` wants to see: a mark of the moment at which building began."""
        return self._all_expired, self._expired.get(client.lower(), 0)

    def put(self, client: str, value: T, ticket: tuple[int, int]) -> None:
        """Keep a value, unless the client was expired since the ticket was taken."""
        with self._lock:
            if self.ticket(client) == ticket and not self._has_ended:
                self._values[client.lower()] = value

    def expire(self, *clients: str) -> int:
        """Forget the named clients, or all where none is named; return how many were kept."""
        with self._lock:
            if not clients:
                return self._expire_all()
            return self._expire_some(name.lower() for name in clients)

    def end(self) -> None:
        """Forget all, and keep nothing any more: values may refer to who has this cache."""
        with self._lock:
            self._expire_all()
            self._has_ended = True

    def _expire_all(self) -> int:
        count = len(self._values)
        self._values = {}
        self._all_expired += 1
        self._expired = {}
        return count

    def _expire_some(self, clients: Iterable[str]) -> int:
        count = 0
        for client in clients:
            self._expired[client] = self._expired.get(client, 0) + 1
            count += self._values.pop(client, None) is not None
        return count
