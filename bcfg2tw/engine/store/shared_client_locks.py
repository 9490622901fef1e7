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

    def __init__(
        self,
        hold: Callable[[int], AbstractContextManager[None]],
        catch_up: Callable[[], None],
    ) -> None:
        """
        Hold nothing yet.

        :param hold: keeps other processes from what a number stands for, in a `with` block
        :param catch_up: takes in what others did under a lock; called by who has just got one
        """
        self._hold = hold
        self._catch_up = catch_up
        self._locks = [threading.RLock() for _ in range(2 * LOCKS)]
        self._is_held = [False] * (2 * LOCKS)

    def holding(self, client: str) -> AbstractContextManager[None]:
        """
        Hold the lock of a client, with all that was done under it before.

        :param client: its name, in whatever case
        :raises Exception: whatever `hold` or `catch_up` does
        """
        return self._holding(crc32(client.lower().encode()) % LOCKS)

    def holding_address(self, ip: str) -> AbstractContextManager[None]:
        """
        Hold the lock of an address, of which there are as many, as `holding` does.

        A thread that holds the lock of a client may take it, and takes no other one then.
        """
        return self._holding(LOCKS + crc32(ip.encode()) % LOCKS)

    @contextmanager
    def _holding(self, number: int) -> Iterator[None]:
        with self._locks[number]:
            if self._is_held[number]:
                yield
                return
            with self._hold(number):
                self._is_held[number] = True
                try:
                    self._catch_up()
                    yield
                finally:
                    self._is_held[number] = False
