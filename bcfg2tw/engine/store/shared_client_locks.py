"""Locks for the clients that hold among all processes that share their state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from zlib import crc32

from bcfg2tw.engine.store.client_locks import LOCKS


class SharedClientLocks:
    """
    A lock for every client; a few clients share one.

    A thread that holds a lock may take it again, and must not take that of another client.
    """

    def __init__(self, hold: Callable[[int], AbstractContextManager[None]]) -> None:
        """
        Hold nothing yet.

        :param hold: keeps other processes from what a number stands for, in a `with` block
        """
        self._hold = hold
        self._locks = [threading.RLock() for _ in range(LOCKS)]
        self._is_held = [False] * LOCKS

    @contextmanager
    def holding(self, client: str) -> Iterator[bool]:
        """
        Hold the lock of a client; yields whether the thread did not hold it before.

        :param client: its name in lower case
        :raises Exception: whatever `hold` does
        """
        number = crc32(client.encode()) % LOCKS
        with self._locks[number]:
            if self._is_held[number]:
                yield False
                return
            with self._hold(number):
                self._is_held[number] = True
                try:
                    yield True
                finally:
                    self._is_held[number] = False
