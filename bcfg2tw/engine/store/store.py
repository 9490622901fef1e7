"""All state that clients change, of one repository."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.store.xmlfiles.clients_file import ClientChanges
from bcfg2tw.engine.store.xmlfiles.probed_file import ProbeAnswers

if TYPE_CHECKING:
    from bcfg2tw.settings import Settings


class Store:
    """
    What outlives the snapshots of a repository.

    :ivar clients: registrations, profiles, versions
    :ivar probes: what clients' probes said
    """

    def __init__(self, settings: Settings) -> None:
        repository = settings.repository
        self.clients = ClientChanges(os.path.join(repository, "Metadata", "clients.xml"))
        self.probes = ProbeAnswers(os.path.join(repository, "Probes", "probed.xml"))
        self._written: dict[str, Stamp] = {}

    def not_by_itself(self, changed: Collection[str]) -> list[str]:
        """
        Return those of some changed paths that somebody else may have changed.

        What a client says counts when it is said: writing it to its proper file later changes
        nothing, and must not empty any cache.
        """
        return [path for path in changed if not self._is_as_written(path)]

    def _is_as_written(self, path: str) -> bool:
        stamp = self._written.get(path)
        if stamp is not None and stamp == stamp_of(path):
            return True
        return self.probes.is_as_written(path)

    def wrote(self, path: str) -> None:
        """
        Note that a plugin has written a file that it reads from disk whenever it needs it.

        Its change is no reason to read the repository again, and to empty every cache.
        """
        stamp = stamp_of(path)
        if stamp is not None:
            self._written[path] = stamp

    def close(self) -> None:
        """Bring everything to its proper files; only once there are no calls any more."""
        try:
            self.clients.close()
        finally:
            self.probes.close()
