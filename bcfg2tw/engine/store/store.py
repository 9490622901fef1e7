"""All state that clients change, of one repository; it outlives the snapshots."""

from __future__ import annotations

from collections.abc import Collection

from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.interface import ClientStore, ProbeStore
from bcfg2tw.engine.store.written_files import WrittenFiles


class Store:
    """
    The parts of the store, each kept in a way of its own; see `interface` for their promises.

    :ivar clients: registrations, profiles, versions
    :ivar probes: the output of clients' probes
    :ivar changes: announces every change of the parts, and of state that plugins keep themselves
    """

    def __init__(self, clients: ClientStore, probes: ProbeStore, changes: Announcements) -> None:
        """
        Put parts together.

        :param changes: the announcements that the parts were made with
        """
        self.clients = clients
        self.probes = probes
        self.changes = changes
        self._written = WrittenFiles()

    def note_written(self, path: str) -> None:
        """
        Note that a plugin has just written a file that it reads whenever it needs it.

        The file's change is no reason to read the repository again, and to empty every cache.
        """
        self._written.note(path)

    def changed_by_others(self, paths: Collection[str]) -> list[str]:
        """
        Return those of some changed files that somebody else may have changed.

        What a client says counts when it is said: writing it to its proper file later changes
        nothing, and must not empty any cache.
        """
        return [path for path in paths if not self._is_own(path)]

    def _is_own(self, path: str) -> bool:
        return (
            self._written.is_as_noted(path)
            or self.probes.is_as_written(path)
            or self.clients.is_as_written(path)
        )

    def close(self) -> None:
        """Close the parts; once there are no calls any more."""
        try:
            self.clients.close()
        finally:
            self.probes.close()
