"""What the name service says about many hosts, asked of it in parallel and remembered."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

logger = logging.getLogger("SSHbase")

LookUp = Callable[[str], tuple[str, ...]]

THREADS = 16

#: How long one question about any number of names waits for the name service.
PATIENCE_SECONDS = 5.0

#: How long an answer is good; one that is older is given all the same, and asked for again.
ANSWER_SECONDS = 3600.0
FAILURE_SECONDS = 600.0

#: How many names a message shows.
SHOWN = 3


@dataclass(frozen=True)
class Answer:
    """What was found, nothing if the name service knows nothing."""

    found: tuple[str, ...]
    good_until: float


def addresses_of(name: str) -> tuple[str, ...]:
    """
    Return the IPv4 and IPv6 addresses of a name.

    :raises OSError: if there are none
    """
    found = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def name_of(address: str) -> tuple[str, ...]:
    """
    Return the name of an address.

    :raises OSError: if it has none
    """
    return (socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0],)


class NameService:
    """
    Asks the name service, each question once while its answer is good; safe from any thread.

    :param look_up: blocks, and raises OSError where it finds nothing
    """

    def __init__(self, look_up: LookUp) -> None:
        self._look_up = look_up
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self._asked: dict[str, Future[None]] = {}
        self._threads: ThreadPoolExecutor | None = None

    def ask(self, names: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], bool]:
        """
        Return what is found for each of the names, and whether all were answered in time.

        Answers that come later are there when the next one asks, who does not wait for them again.
        """
        wanted = list(dict.fromkeys(names))
        fresh = [self._question(name) for name in wanted if self._is_new(name)]
        wait(fresh, timeout=PATIENCE_SECONDS)
        known = {name: self._answers.get(name) for name in wanted}
        silent = [name for name, answer in known.items() if answer is None]
        if silent:
            logger.warning(
                "DNS has not answered yet about %s; ssh_known_hosts lacks what it would say until "
                "it does", _some(silent),
            )  # fmt: skip
        return {name: answer.found for name, answer in known.items() if answer}, not silent

    def _is_new(self, name: str) -> bool:
        """Say whether a name was never asked about; one whose answer is old is asked again."""
        answer = self._answers.get(name)
        if answer is not None and answer.good_until < time.monotonic():
            self._question(name)  # nobody waits for this: the old answer will do
        return answer is None and name not in self._asked

    def _question(self, name: str) -> Future[None]:
        with self._lock:
            future = self._asked.get(name)
            if future is None:
                if self._threads is None:
                    self._threads = ThreadPoolExecutor(THREADS, "SSHbase-dns")
                future = self._asked[name] = self._threads.submit(self._answer, name)
            return future

    def _answer(self, name: str) -> None:
        now = time.monotonic()
        try:
            answer = Answer(self._look_up(name), now + ANSWER_SECONDS)
        except (OSError, ValueError) as error:
            answer = Answer(self._after_failure(name, error), now + FAILURE_SECONDS)
        with self._lock:
            self._answers[name] = answer
            self._asked.pop(name, None)

    def _after_failure(self, name: str, error: Exception) -> tuple[str, ...]:
        """Return what stays true of a name: a server that is out of order takes nothing away."""
        known = self._answers.get(name)
        if known is not None and getattr(error, "errno", None) == socket.EAI_AGAIN:
            return known.found
        return ()

    def close(self) -> None:
        """Ask nothing more; what is being asked is not waited for."""
        with self._lock:
            if self._threads is not None:
                self._threads.shutdown(wait=False, cancel_futures=True)


def _some(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(islice(names, SHOWN)) + (f" and {rest} more" if rest > 0 else "")
