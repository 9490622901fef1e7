"""Whose turn it is in a plugin's code: calls together, a change of files alone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger("bcfg2-server")

#: How long a change of files waits for the calls that run; a call that hangs must not keep it off.
PATIENCE_SECONDS = 10.0


class PluginTurns:
    """
    Lets any number of calls into a plugin, or a change of its files.

    The thread that is in may enter again. Who waits longer than `PATIENCE_SECONDS` enters all the
    same: two plugins that call each other never block each other for good.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._condition = threading.Condition()
        self._calls: dict[int, int] = {}
        self._changing: int | None = None

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Make a call, once no change of files is told."""
        thread = threading.get_ident()
        with self._condition:
            if self._changing not in (None, thread) and thread not in self._calls:
                self._wait("a change of its files", lambda: self._changing is None)
            self._calls[thread] = self._calls.get(thread, 0) + 1
        try:
            yield
        finally:
            with self._condition:
                self._calls[thread] -= 1
                if not self._calls[thread]:
                    del self._calls[thread]
                self._condition.notify_all()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Tell a change of files, once no other thread is in a call."""
        thread = threading.get_ident()
        with self._condition:
            self._wait("its calls", lambda: not self._calls.keys() - {thread})
            before, self._changing = self._changing, thread
        try:
            yield
        finally:
            with self._condition:
                self._changing = before
                self._condition.notify_all()

    def _wait(self, what: str, is_over: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_over():
            left = deadline - time.monotonic()
            if left <= 0:
                logger.warning(
                    "Plugin %s: %s took more than %.0f seconds; going on beside it",
                    self._name, what, PATIENCE_SECONDS,
                )  # fmt: skip
                return
            self._condition.wait(left)
