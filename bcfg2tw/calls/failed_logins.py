"""
Failed logins of each address, whose answers come later and later.

Guessing passwords takes long so, and nobody else is hurt: whoever knows a password or has a
certificate is heard at any time, behind the same address as well.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bcfg2tw.scheduling.turn import network_of

logger = logging.getLogger("bcfg2-server")

#: So many failures are answered at once: a wrong password in bcfg2.conf is no attack.
FREE_FAILURES = 10
FIRST_DELAY_SECONDS = 0.2

#: One failure is forgotten in this time, and no more are remembered than that.
FORGETTING_SECONDS = 30.0
REMEMBERED_FAILURES = 25

#: The log says it when an address has so many.
NOTABLE_FAILURES = 15


@dataclass(frozen=True)
class _Failures:
    """
    The failures of one address.

    :ivar number: less those that are forgotten
    :ivar at: the time of the last one
    """

    number: float
    at: float


class FailedLogins:
    """
    Counts failed logins by address, IPv6 by /64; for use in one thread.

    :ivar longest_delay_seconds: of an answer; 0 for none
    :ivar failures: by address, the oldest first
    :ivar total: how many there were here
    :ivar noted: called with the address of each failed login here, for other processes to know
    """

    #: Addresses that are remembered; the one that has been quiet for longest is forgotten.
    LIMIT = 10_000

    def __init__(
        self, longest_delay_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin without any."""
        self.longest_delay_seconds = longest_delay_seconds
        self._clock = clock
        self.failures: OrderedDict[str, _Failures] = OrderedDict()
        self.total = 0
        self.noted: Callable[[str], None] = lambda ip: None

    def note(self, ip: str) -> float:
        """Count a failed login, and return how many seconds its answer is to be late."""
        self.total += 1
        before, number = self._count(ip)
        if before < NOTABLE_FAILURES <= number:
            network = network_of(ip)
            logger.error("%s fails to log in again and again: its refusals are delayed", network)
        self.noted(ip)
        return self._delay_seconds(number)

    def note_elsewhere(self, ip: str) -> None:
        """Count a failed login that another process has answered."""
        self._count(ip)

    def _count(self, ip: str) -> tuple[float, float]:
        """Count a failure, and return how many there were before, and are now."""
        network, now = network_of(ip), self._clock()
        before = self._remembered(self.failures.pop(network, None), now)
        number = min(before + 1, REMEMBERED_FAILURES)
        self.failures[network] = _Failures(number, now)
        if len(self.failures) > self.LIMIT:
            self.failures.popitem(last=False)
        return before, number

    def _remembered(self, failures: _Failures | None, now: float) -> float:
        if failures is None:
            return 0.0
        return max(0.0, failures.number - (now - failures.at) / FORGETTING_SECONDS)

    def _delay_seconds(self, number: float) -> float:
        if number <= FREE_FAILURES:
            return 0.0
        delay: float = FIRST_DELAY_SECONDS * 2 ** (number - FREE_FAILURES - 1)
        return min(delay, self.longest_delay_seconds)
