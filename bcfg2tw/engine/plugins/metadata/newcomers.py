"""The conditions on which clients that nobody has entered are registered when they call."""

from __future__ import annotations

import re
import threading

from bcfg2tw.engine.checks.clients_file import CLIENT_NAME
from bcfg2tw.engine.clock import Clock
from bcfg2tw.errors import MetadataConsistencyError
from bcfg2tw.settings import Settings

#: A name that can stand in lists of hosts, files and patterns, and is nothing else there.
HOST_NAME = re.compile(r"[A-Za-z0-9._-]+")
MAX_NAME_BYTES = 253

WINDOW_SECONDS = 60.0


class Newcomers:
    """
    Says which clients may be registered, and counts them; safe to use from any thread.

    It outlives changes of the repository's files, and looks at the settings of the moment.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock.monotonic()
        self._number = 0

    def check_name(self, name: str, settings: Settings) -> None:
        """
        See that a client may have a name.

        A client called `*` would be every host of the fleet to SSH (:ref:`decisions-names`).

        :raises MetadataConsistencyError: if it is no host name, or none that clients.xml can keep
        """
        if is_host_name(name):
            return
        if settings.any_client_name:
            check_kept_name(name)
            return
        raise MetadataConsistencyError(
            f"Cannot add new client {name[:MAX_NAME_BYTES]!r}: it is no host name; enter it in "
            "clients.xml, or set [bcfg2tw] any_client_name"
        )

    def count(self, name: str, settings: Settings) -> None:
        """
        Count a client that is to be registered.

        :raises MetadataConsistencyError: if there were too many within this minute
        """
        with self._lock:
            if self._clock.monotonic() - self._began >= WINDOW_SECONDS:
                self._began, self._number = self._clock.monotonic(), 0
            self._number += 1
            if self._number <= settings.max_registrations:
                return
        raise MetadataConsistencyError(
            f"Cannot add new client {name} now: {settings.max_registrations} were added within a "
            "minute, which [bcfg2tw] max_registrations bounds; try again in a minute"
        )


def check_kept_name(name: str) -> None:
    """
    See that clients.xml can keep a client under a name.

    One that is empty is passed over when the file is read. One with blanks is taken for a mistake:
    the next change of the file would be refused, whoever made it, and the client forgotten.

    :raises MetadataConsistencyError: if it cannot
    """
    if not CLIENT_NAME.matches(name):
        raise MetadataConsistencyError(
            f"Cannot add new client {name[:MAX_NAME_BYTES]!r}: it is no {CLIENT_NAME.noun}: write "
            f"{CLIENT_NAME.remedy}"
        )


def is_host_name(name: str) -> bool:
    """Say whether a name consists of letters, digits, dots, hyphens and underscores."""
    return len(name) <= MAX_NAME_BYTES and HOST_NAME.fullmatch(name) is not None
