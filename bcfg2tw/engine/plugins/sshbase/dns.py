"""The name service, asked about many hosts in parallel, with its answers remembered."""

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
class NameAnswer:
    """
    One answer of the name service.

    :ivar results: names or addresses; empty if it knows none
    :ivar good_until: as `time.monotonic` counts
    """

    results: tuple[str, ...]
    good_until: float


def addresses_of(name: str) -> tuple[str, ...]:
    """
    Return the IPv4 and IPv6 addresses of a name.

    :raises OSError: if there are none
    """
    entries = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in entries))


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
        self._answers: dict[str, NameAnswer] = {}
        self._pending: dict[str, Future[None]] = {}
        self._threads: ThreadPoolExecutor | None = None

    def ask(self, names: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], bool]:
        """
        Return the results for each of the names, and whether all were answered in time.

        Answers that come later are there when the next one asks, who does not wait for them again.
        """
        unique_names = list(dict.fromkeys(names))
        questions = [self._question(name) for name in unique_names if self._is_new(name)]
        wait(questions, timeout=PATIENCE_SECONDS)
        answers = {name: self._answers.get(name) for name in unique_names}
        silent = [name for name, answer in answers.items() if answer is None]
        if silent:
            logger.warning(
                "DNS has not answered yet about %s; ssh_known_hosts lacks what it would say until "
                "it does", _some(silent),
            )  # fmt: skip
        return {name: answer.results for name, answer in answers.items() if answer}, not silent

    def _is_new(self, name: str) -> bool:
        """Say whether a name was never asked about; one whose answer is old is asked again."""
        answer = self._answers.get(name)
        if answer is not None and answer.good_until < time.monotonic():
            self._question(name)  # nobody waits for this: the old answer will do
        return answer is None and name not in self._pending

    def _question(self, name: str) -> Future[None]:
        with self._lock:
            future = self._pending.get(name)
            if future is None:
                if self._threads is None:
                    self._threads = ThreadPoolExecutor(THREADS, "SSHbase-dns")
                future = self._pending[name] = self._threads.submit(self._answer, name)
            return future

    def _answer(self, name: str) -> None:
        now = time.monotonic()
        try:
            answer = NameAnswer(self._look_up(name), now + ANSWER_SECONDS)
        except (OSError, ValueError) as error:
            answer = NameAnswer(self._after_failure(name, error), now + FAILURE_SECONDS)
        with self._lock:
            self._answers[name] = answer
            self._pending.pop(name, None)

    def _after_failure(self, name: str, error: Exception) -> tuple[str, ...]:
        """Return the results that stay true of a name: a server out of order takes nothing away."""
        answer = self._answers.get(name)
        if answer is not None and getattr(error, "errno", None) == socket.EAI_AGAIN:
            return answer.results
        return ()

    def close(self) -> None:
        """Ask nothing more; what is being asked is not waited for."""
        with self._lock:
            if self._threads is not None:
                self._threads.shutdown(wait=False, cancel_futures=True)


def _some(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(islice(names, SHOWN)) + (f" and {rest} more" if rest > 0 else "")
