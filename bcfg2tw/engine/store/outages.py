"""Failures to reach the state of clients, noted for the call in which they happened."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bcfg2tw.errors import StateUnavailable


class Outages:
    """
    The failures of this thread's present call.

    A plugin, or a template of the site, may catch what the store raises and go on without: an
    answer that was made so would lack what the client was given before, and is not sent.
    """

    def __init__(self) -> None:
        self._thread = threading.local()

    def note(self, error: StateUnavailable) -> None:
        """Have the present call fail."""
        self._thread.error = error

    @contextmanager
    def ending_the_call(self) -> Iterator[None]:
        """
        Run a call.

        :raises StateUnavailable: at its end, if one was noted meanwhile
        """
        self._thread.error = None
        yield
        if self._thread.error is not None:
            raise self._thread.error
