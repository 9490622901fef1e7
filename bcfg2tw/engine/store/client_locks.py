"""Locks for the clients, so that the changes of one client come one after the other."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from zlib import crc32

LOCKS = 64


class ClientLocks:
    """
    A lock for every client; a few clients share one.

    A thread that holds a lock may take it again, and must not take that of another client.
    """

    def __init__(self) -> None:
        self._locks = [threading.RLock() for _ in range(LOCKS)]

    def lock_of(self, client: str) -> AbstractContextManager[object]:
        """
        Return the lock of a client, to be held in a `with` block.

        :param client: its name in lower case
        """
        return self._locks[crc32(client.encode()) % LOCKS]
