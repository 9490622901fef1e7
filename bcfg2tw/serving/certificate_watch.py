"""Certificates while the server runs: changed files are taken in, and ends are told in time."""

from __future__ import annotations

import os
from typing import Any

from twisted.application.internet import TimerService
from twisted.application.service import MultiService
from twisted.logger import Logger

from bcfg2tw.auth import ServerContext
from bcfg2tw.certificates.endings import due, utc_now
from bcfg2tw.certificates.files import FileStamp, paths_of, stamps_of
from bcfg2tw.certificates.order import oddities
from bcfg2tw.certificates.refused import user_name
from bcfg2tw.errors import SettingsError

log = Logger()

#: A revocation counts within 5 seconds: one look notices it, the next finds the file at rest.
LOOK_SECONDS = 1.0
#: What could not be read is tried again after so long, though no file has changed.
RETRY_SECONDS = 60.0
DAY_SECONDS = 24 * 60 * 60.0


_HAS_EFFECTIVE = os.access in os.supports_effective_ids


class CertificateWatch(MultiService):
    """Keeps a server's certificates up to date, and warns of those that end."""

    name = "certificates"

    def __init__(self, reactor: Any, context: ServerContext) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted's
        self._reactor = reactor
        self._context = context
        self._last_stamps: dict[str, FileStamp] = context.stamps
        # the states that could not be used, when that was, and why
        self._refused: dict[str, FileStamp] | None = None
        self._refused_seconds = 0.0
        self._reason: str | None = None
        for seconds, work in ((LOOK_SECONDS, self._look), (DAY_SECONDS, self.tell_endings)):
            timer = TimerService(seconds, work)
            timer.clock = reactor
            timer.setServiceParent(self)

    def startService(self) -> None:
        """Begin; say first what this user, who is the last one, cannot read again."""
        for path in paths_of(self._context.settings):
            if not os.access(path, os.R_OK, effective_ids=_HAS_EFFECTIVE):
                log.warn(
                    "{path} was read by another user and cannot be read by {user}: a new one will "
                    "not be taken in before a restart. Let the user's group read it: "
                    "chgrp GROUP {path}; chmod g+r {path}",
                    path=path,
                    user=user_name(),
                )
        self._tell_oddities()
        super().startService()  # type: ignore[no-untyped-call]  # Twisted's

    def _tell_oddities(self) -> None:
        for sentence in oddities(self._context.files):
            log.warn("{sentence}", sentence=sentence)

    def tell_endings(self) -> None:
        """Say what is over and what ends soon."""
        now = utc_now()
        for ending in due(self._context.files, now):
            say = log.error if ending.is_over(now) else log.warn
            say("{sentence}", sentence=ending.sentence(now))

    def _look(self) -> None:
        """Take in files that have changed and are at rest since the look before."""
        stamps = stamps_of(self._context.settings)
        is_at_rest, self._last_stamps = stamps == self._last_stamps, stamps
        if stamps == self._context.stamps:
            self._refused = self._reason = None
        elif is_at_rest and not self._is_in_vain(stamps):
            self._take_in(stamps)

    def _is_in_vain(self, stamps: dict[str, FileStamp]) -> bool:
        waited = self._reactor.seconds() - self._refused_seconds
        return stamps == self._refused and waited < RETRY_SECONDS

    def _take_in(self, stamps: dict[str, FileStamp]) -> None:
        try:
            self._context.reload()
        except SettingsError as error:
            self._refused, self._refused_seconds = stamps, self._reactor.seconds()
            if str(error) != self._reason:
                log.error("{error}; what was read before stays in force", error=error)
            self._reason = str(error)
        except Exception:  # a timer that fails is never called again
            self._refused, self._refused_seconds = stamps, self._reactor.seconds()
            log.failure("Reading the certificates failed; what was read before stays in force")
        else:
            log.info("The certificates have changed and are read again")
            self.tell_endings()
            self._tell_oddities()
