"""Names of addresses from DNS, remembered for the length of a client's run."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bcfg2tw.engine.clock import Clock
from bcfg2tw.errors import MetadataConsistencyError

#: The calls of one run should cost one look-up; a change of DNS should not take long to be seen.
LIFETIME_SECONDS = 60.0
FAILURE_LIFETIME_SECONDS = 5.0
KEPT_NAMES = 10_000

MAPPED = "::ffff:"

LookUp = Callable[[str], tuple[str, list[str], list[str]]]


@dataclass(frozen=True)
class DNSAnswer:
    """
    The name of an address, or the error in its place.

    :ivar good_until: as the clock's `monotonic` counts
    """

    good_until: float
    name: str | OSError


class AddressNames:
    """Host names of addresses; a look-up blocks the calling thread."""

    def __init__(self, clock: Clock, look_up: LookUp = socket.gethostbyaddr) -> None:
        """
        Look up nothing yet.

        :param look_up: as `socket.gethostbyaddr`
        """
        self._look_up = look_up
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[str, DNSAnswer] = {}

    def name(self, ip: str) -> str:
        """
        Return the name of an address, in lower case.

        :raises MetadataConsistencyError: if it has none, or if DNS does not answer
        """
        now = self._clock.monotonic()
        answer = self._answers.get(ip)
        if answer is None or answer.good_until < now:
            answer = self._ask(ip, now)
            self._keep(ip, answer)
        if isinstance(answer.name, OSError):
            raise MetadataConsistencyError(f"Address resolution error for {ip}: {answer.name}")
        return answer.name

    def _ask(self, ip: str, now: float) -> DNSAnswer:
        try:
            return DNSAnswer(now + LIFETIME_SECONDS, self._look_up(ip)[0].lower())
        except OSError as error:
            return DNSAnswer(now + FAILURE_LIFETIME_SECONDS, error.with_traceback(None))

    def _keep(self, ip: str, answer: DNSAnswer) -> None:
        with self._lock:
            if len(self._answers) >= KEPT_NAMES:
                self._answers = {}
            self._answers[ip] = answer


def unmapped(ip: str) -> str:
    """Return an IPv4 address as such where it is written as an IPv6 one."""
    return ip[len(MAPPED) :] if ip.lower().startswith(MAPPED) and "." in ip else ip
