"""All state that clients change, of one repository; it outlives the snapshots."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.interface import ClientStore, Part, ProbeStore
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.state_folder import StateFolder
from bcfg2tw.engine.store.written_files import WrittenFiles
from bcfg2tw.errors import CoreInitError, StateUnavailable


class Store:
    """
    The parts of the store, each kept in a way of its own; see `interface` for their promises.

    :ivar clients: registrations, profiles, versions
    :ivar probes: the output of clients' probes
    :ivar changes: announces every change of the parts, and of state that plugins keep themselves
    """

    def __init__(
        self,
        clients: ClientStore,
        probes: ProbeStore,
        changes: Announcements,
        outages: Outages | None = None,
        folder: StateFolder | None = None,
    ) -> None:
        """
        Put parts together.

        :param changes: the announcements that the parts were made with
        :param outages: notes for each call whether the state could be reached
        :param folder: for state, of the parts or of plugins
        """
        self.clients = clients
        self.probes = probes
        self.changes = changes
        is_one = probes.is_kept_with(clients)
        self._followed: tuple[Part, ...] = (clients,) if is_one else (clients, probes)
        self._outages = outages or Outages()
        self._folder = folder
        self._written = WrittenFiles()

    @contextmanager
    def call(self) -> Iterator[None]:
        """
        Run one call of a client in the block, in this thread: it sees all that is acknowledged.

        :raises StateUnavailable: at the beginning or the end, if the state cannot be reached:
            the call is not answered, even where what it did went on without that state
        """
        with self._outages.ending_the_call():
            self.catch_up()
            yield

    def catch_up(self) -> None:
        """
        Take in what other processes have changed.

        :raises StateUnavailable: if the state cannot be reached
        """
        if self._folder is not None:
            self._folder.check()
        for part in self._followed:
            part.catch_up()

    def prepare(self) -> None:
        """
        Get ready to serve, before anything is read.

        :raises CoreInitError: if what is kept is of a newer release, or the folder for state cannot
            be made
        """
        if self._folder is not None:
            # a part that needs it says so; a database may do without, or be away with it
            with suppress(CoreInitError):
                self._folder.prepare()
        self.clients.prepare()
        self.probes.prepare()

    def disconnect(self) -> None:
        """Close what a process that forks must not share; it is opened again when needed."""
        self.clients.disconnect()
        self.probes.disconnect()

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
        with suppress(StateUnavailable):  # told by the calls that need it
            self.catch_up()  # another process may have written them
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
