"""Locks for the clients that hold among all processes of the database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from bcfg2tw.engine.store.client_locks import LOCKS
from bcfg2tw.engine.store.sql.database import Database


class SharedClientLocks:
    """
    A lock for every client; a few clients share one.

    A thread that holds a lock may take it again, and must not take that of another client.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locks = [threading.RLock() for _ in range(LOCKS)]
        self._is_held = [False] * LOCKS

    @contextmanager
    def holding(self, client: str) -> Iterator[bool]:
        """
        Hold the lock of a client; yields whether the thread did not hold it before.

        :param client: its name in lower case
        :raises StateUnavailable: if the database is away
        """
        number = crc32(client.encode()) % LOCKS
        with self._locks[number]:
            if self._is_held[number]:
                yield False
                return
            with self._database.holding(number):
                self._is_held[number] = True
                try:
                    yield True
                finally:
                    self._is_held[number] = False
