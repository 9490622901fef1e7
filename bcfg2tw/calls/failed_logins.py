"""A bound on failed logins of each address, so that passwords cannot be guessed."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

logger = logging.getLogger("bcfg2-server")

WINDOW_SECONDS = 60.0


class FailedLogins:
    """
    Counts failed logins by address, each minute anew; safe to use from several threads.

    :ivar counts: of this minute
    """

    #: Addresses that are counted at a time; more than a fleet has at fault in a minute.
    LIMIT = 100_000

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Begin without any.

        :param limit: failed logins of one address in a minute, after which it is not heard any more
        """
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock()
        self.counts: Counter[str] = Counter()

    def are_too_many(self, ip: str) -> bool:
        """Say whether an address is not to be heard until the minute is over."""
        if not self.counts:
            return False
        with self._lock:
            self._begin_anew()
            return self.counts[ip] >= self._limit

    def note(self, ip: str) -> None:
        """Count a failed login."""
        with self._lock:
            self._begin_anew()
            if ip in self.counts or len(self.counts) < self.LIMIT:
                self.counts[ip] += 1
            if self.counts[ip] == self._limit:
                logger.error("%s failed to log in %s times: it has to wait", ip, self._limit)

    def _begin_anew(self) -> None:
        if self._clock() - self._began >= WINDOW_SECONDS:
            self._began = self._clock()
            self.counts.clear()
