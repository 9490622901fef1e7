"""A time in which a database fails: told once at its beginning and at its end."""

from __future__ import annotations

import logging

logger = logging.getLogger("bcfg2-server")

#: A database that has just failed is not asked again for as long as that failure took, within
#: these bounds, in seconds: a thread that waits for it can serve nobody else.
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.2, 2.0


class Trouble:
    """
    Failures of one kind, from the first of them until something succeeds.

    :ivar failure: a sentence about the last one
    """

    def __init__(self, sentence: str) -> None:
        """
        Have none.

        :param sentence: what fails; the reason is put behind it
        """
        self.failure = ""
        self._sentence = sentence
        self._failed_at: float | None = None
        self._pause_seconds = MIN_PAUSE_SECONDS

    def is_pausing(self, now: float) -> bool:
        """Say whether it is too early to try again."""
        failed_at = self._failed_at
        return failed_at is not None and now - failed_at < self._pause_seconds

    def begin(self, reason: str, started: float, now: float) -> None:
        """Note a failure of something that was started at a time."""
        self.failure = f"{self._sentence}: {reason}"
        if self._failed_at is None:
            logger.error("%s; clients are told to come back", self.failure)
        self._failed_at = now
        self._pause_seconds = min(max(now - started, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)

    def end(self) -> None:
        """Note that something has succeeded."""
        if self._failed_at is not None:
            self._failed_at = None
            logger.warning("%s: that is over", self._sentence)
