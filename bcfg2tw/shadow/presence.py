"""The other server's presence: while it is away, no client waits for it."""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from bcfg2tw.shadow.other_server import NoAnswer

log = Logger()

#: So many calls in a row that it leaves without an answer mean that it is away.
SILENT_CALLS = 2

#: Between two tries of a server that is away.
RETRY_SECONDS = 15.0

#: Of calls that fail while it is there a line is said once in so long.
PAUSE_SECONDS = 60.0


class Presence:
    """
    Remembers whether the other server answers; for the reactor's thread.

    :ivar is_away: whether it did not answer when it was asked last
    """

    def __init__(self, url: str, seconds: Callable[[], float]) -> None:
        """
        Suppose that it is there.

        :param seconds: the reactor's clock
        """
        self._url = url
        self._seconds = seconds
        self._silent_calls = 0
        self._tried_at = 0.0
        self._said_at = -PAUSE_SECONDS
        self.is_away = False

    def note_answer(self) -> None:
        """Take note that it has answered."""
        self._silent_calls = 0
        if self.is_away:
            self.is_away = False
            log.info("The other server, {url}, is back", url=self._url)

    def note_failure(self, error: NoAnswer, method: str, client: str) -> None:
        """
        Take note that a call was left without an answer.

        Where nobody had to wait for that, the call may be at fault: it is no reason for others to
        get another server's configuration.
        """
        self._silent_calls += error.is_late
        self._tried_at = self._seconds()
        if self.is_away:
            return
        if error.is_away or self._silent_calls >= SILENT_CALLS:
            self.is_away = True
            log.error(
                "The other server, {url}, is away: {reason}; until it is back this one "
                "answers alone, and nothing is compared",
                url=self._url,
                reason=error,
            )
        elif self._seconds() - self._said_at >= PAUSE_SECONDS:
            self._said_at = self._seconds()
            log.warn(
                "The other server, {url}, gives no answer to {method} of {client}: {reason}",
                url=self._url,
                method=method,
                client=client,
                reason=error,
            )

    def may_try(self) -> bool:
        """Say whether a server that is away is to be tried now; nobody is to wait for that."""
        if self._seconds() - self._tried_at < RETRY_SECONDS:
            return False
        self._tried_at = self._seconds()
        return True
