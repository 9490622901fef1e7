"""Telling of what clients sent that this server alone has taken."""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

log = Logger()

#: One line for so long, with the number of all that there were since the last.
PAUSE_SECONDS = 60.0


class LoneWrites:
    """
    Says in the log which calls the other server lacks, without filling it.

    :ivar unsaved: client, method and reason of those that are not in the record yet
    """

    LIMIT = 1000

    def __init__(self, seconds: Callable[[], float]) -> None:
        """
        Begin without any.

        :param seconds: the reactor's clock
        """
        self._seconds = seconds
        self._said_at = -PAUSE_SECONDS
        self._unsaid = 0
        self.unsaved: list[tuple[str, str, str]] = []

    def note(self, client: str, method: str, reason: str) -> None:
        """Take note of one."""
        if len(self.unsaved) < self.LIMIT:
            self.unsaved.append((client, method, reason))
        if self._seconds() - self._said_at < PAUSE_SECONDS:
            self._unsaid += 1
            return
        others = f" (and {self._unsaid} others since the last such line)" if self._unsaid else ""
        log.warn(
            "{method} of {client} is with this server alone: {reason}{others}",
            method=method,
            client=client,
            reason=reason,
            others=others,
        )
        self._said_at, self._unsaid = self._seconds(), 0

    def take_unsaved(self) -> list[tuple[str, str, str]]:
        """Return those that are not in the record yet."""
        unsaved, self.unsaved = self.unsaved, []
        return unsaved
