"""Times in which what clients send cannot be kept, because a disk is full for instance."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bcfg2tw.engine.clock import Clock
from bcfg2tw.errors import StateUnavailable

#: However many clients are refused, the log has a line in so many seconds.
SILENCE_SECONDS = 60.0


class Refusals:
    """
    Changes that could not be kept: said once a minute at most, and when they are over.

    For use from several threads: two that fail at once may both say so.
    """

    def __init__(self, logger: logging.Logger, path: str, clock: Clock) -> None:
        """
        Have none.

        :param logger: says what fails
        :param path: of what cannot be written
        """
        self._logger = logger
        self._path = path
        self._clock = clock
        self._said_at: float | None = None

    def note(self, error: OSError) -> str:
        """Note that something could not be written; return that as a sentence."""
        path = error.filename or self._path
        return self.note_reason(f"{path} cannot be written: {error.strerror or error}")

    def note_reason(self, sentence: str) -> str:
        """Note that something could not be kept for another reason; return the sentence."""
        now = self._clock.monotonic()
        if self._said_at is None or now - self._said_at >= SILENCE_SECONDS:
            self._said_at = now
            self._logger.error(
                "%s; what clients send is not kept, and they are told to come back", sentence
            )
        return sentence

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """
        Run a block that keeps what a client sends.

        :raises StateUnavailable: if something cannot be written; the client is to come back
        """
        try:
            yield
        except OSError as error:
            raise StateUnavailable(self.note(error)) from error
        self.end()

    def end(self) -> None:
        """Note that a change could be written."""
        if self._said_at is not None:
            self._said_at = None
            self._logger.warning("%s can be written again", self._path)
