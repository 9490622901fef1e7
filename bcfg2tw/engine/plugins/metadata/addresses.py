"""Names of addresses from DNS, remembered for the length of a client's run."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from bcfg2tw.errors import MetadataConsistencyError

#: The calls of one run should cost one look-up; a change of DNS should not take long to be seen.
LIFETIME_SECONDS = 60.0
FAILURE_LIFETIME_SECONDS = 5.0
KEPT_NAMES = 10_000

MAPPED = "::ffff:"


class AddressNames:
    """
    Host names of addresses; a look-up blocks the calling thread.

    :param look_up: as `socket.gethostbyaddr`
    :param clock: seconds that only ever grow
    """

    def __init__(
        self,
        look_up: Callable[[str], tuple[str, list[str], list[str]]] = socket.gethostbyaddr,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look_up = look_up
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, str | OSError]] = {}

    def name(self, ip: str) -> str:
        """
        Return the name of an address, in lower case.

        :raises MetadataConsistencyError: if it has none, or if DNS does not answer
        """
        now = self._clock()
        known = self._known.get(ip)
        if known is None or known[0] < now:
            known = self._remember(ip, now)
        if isinstance(known[1], OSError):
            raise MetadataConsistencyError(f"Address resolution error for {ip}: {known[1]}")
        return known[1]

    def _remember(self, ip: str, now: float) -> tuple[float, str | OSError]:
        answer: tuple[float, str | OSError]
        try:
            answer = (now + LIFETIME_SECONDS, self._look_up(ip)[0].lower())
        except OSError as error:
            answer = (now + FAILURE_LIFETIME_SECONDS, error.with_traceback(None))
        with self._lock:
            if len(self._known) >= KEPT_NAMES:
                self._known = {}
            self._known[ip] = answer
        return answer


def unmapped(ip: str) -> str:
    """Return an IPv4 address as such where it is written as an IPv6 one."""
    return ip[len(MAPPED) :] if ip.lower().startswith(MAPPED) and "." in ip else ip
