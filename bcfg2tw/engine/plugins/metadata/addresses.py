"""Names of addresses from DNS, remembered for the length of a client's run."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.look_ups import LookUpNeeded, are_elsewhere
from bcfg2tw.errors import MetadataConsistencyError, NotServing

logger = logging.getLogger("Metadata")

#: The calls of one run should cost one look-up; a change of DNS should not take long to be seen.
LIFETIME_SECONDS = 60.0
KEPT_NAMES = 10_000

MAPPED = "::ffff:"

#: The name service's way to say that it may know later.
_TRY_AGAIN = ((socket.herror, 2), (socket.gaierror, socket.EAI_AGAIN))

LookUp = Callable[[str], tuple[str, list[str], list[str]]]


@dataclass(frozen=True)
class DNSAnswer:
    """
    The name of an address, or the error in its place.

    :ivar good_until: as the clock's `monotonic` counts
    """

    good_until: float
    name: str | Exception


def addresses_of(name: str) -> set[str]:
    """
    Return the addresses of a name.

    :raises OSError: if there are none
    """
    return {str(entry[4][0]) for entry in socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)}


class AddressNames:
    """
    Host names of addresses that resolve back to them.

    Whoever has an address may call it what he likes; what a name stands for, its owner says.
    """

    def __init__(
        self,
        clock: Clock,
        look_up: LookUp = socket.gethostbyaddr,
        addresses_of: Callable[[str], Iterable[str]] = addresses_of,
    ) -> None:
        """
        Look up nothing yet.

        :param look_up: as `socket.gethostbyaddr`
        :param addresses_of: returns the addresses of a name, or raises OSError
        """
        self._look_up = look_up
        self._addresses_of = addresses_of
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[str, DNSAnswer] = {}

    def name(self, ip: str) -> str:
        """
        Return the name of an address, in lower case; blocks, unless look-ups are made elsewhere.

        :raises LookUpNeeded: if it has to be looked up, and this thread is not to wait
        :raises MetadataConsistencyError: if it has none, or one that is another's
        :raises NotServing: if the name service does not answer
        """
        answer = self._answers.get(ip)
        if answer is None or answer.good_until < self._clock.monotonic():
            if are_elsewhere():
                raise LookUpNeeded(ip, partial(self._ask, ip))
            answer = self._ask(ip)
        if isinstance(answer.name, str):
            return answer.name
        if _is_silence(answer.name):
            raise NotServing(f"The name service does not answer about {ip}: {answer.name}")
        raise MetadataConsistencyError(f"Address resolution error for {ip}: {answer.name}")

    def _ask(self, ip: str) -> DNSAnswer:
        name: str | Exception
        try:
            name = self._confirmed_name(ip)
        except (OSError, ValueError) as error:  # names that are none are a ValueError
            name = error.with_traceback(None)
            if _is_silence(error):
                logger.error("The name service does not answer about %s: %s", ip, error)
        answer = DNSAnswer(self._clock.monotonic() + LIFETIME_SECONDS, name)
        self._keep(ip, answer)
        return answer

    def _confirmed_name(self, ip: str) -> str:
        name = self._look_up(ip)[0].lower()
        if _normal(ip) not in map(_normal, self._addresses_of(name)):
            raise OSError(f"its name is {name}, but that name does not have this address")
        return name

    def _keep(self, ip: str, answer: DNSAnswer) -> None:
        with self._lock:
            if len(self._answers) >= KEPT_NAMES:
                self._answers = {}
            self._answers[ip] = answer


def _is_silence(error: Exception) -> bool:
    """Say whether an error tells nothing of the address, but that nobody answers."""
    number = error.args[0] if error.args else None
    return any(isinstance(error, kind) and number == code for kind, code in _TRY_AGAIN)


def _normal(ip: str) -> str:
    """Return an address as all its spellings are written here."""
    plain = unmapped(ip.partition("%")[0])
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        return plain


def unmapped(ip: str) -> str:
    """Return an IPv4 address as such where it is written as an IPv6 one."""
    return ip[len(MAPPED) :] if ip.lower().startswith(MAPPED) and "." in ip else ip
