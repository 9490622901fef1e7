"""The choice of a store: where the settings say that state is kept."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.interface import ClientStore, ProbeStore
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.state_folder import StateFolder
from bcfg2tw.engine.store.statefolder.clients_state import ClientsState
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.store.xmlfiles.clients_file import ClientsFile
from bcfg2tw.engine.store.xmlfiles.probed_file import ProbedFile
from bcfg2tw.errors import CoreInitError
from bcfg2tw.settings import Settings

if TYPE_CHECKING:
    from bcfg2tw.engine.store.sql.parts import SharedDatabase


def open_store(settings: Settings, clock: Clock) -> Store:
    """
    Return the store of a repository.

    Clients and the output of their probes are kept in the database or in files, each as its
    section says; files are in the folder for state, or else in the repository. It knows what a
    killed server left; nothing is locked or changed before it is started, or something is changed
    through it.

    :param clock: decides when changes are brought to where other programs look for them
    :raises CoreInitError: if a database is asked for and a library for it is missing, or a file
        cannot be read
    :raises SettingsError: if it cannot be told which database is meant
    """
    opening = _Opening(settings, clock)
    try:
        return Store(
            opening.clients(),
            opening.probes(),
            opening.changes,
            opening.outages,
            opening.folder,
        )
    except OSError as error:
        place = error.filename or settings.state or settings.repository
        raise CoreInitError(
            f"{place} cannot be read: {error.strerror or error}; chown or chmod it, or be the user "
            "of the server"
        ) from error


class _Opening:
    """The parts of a store that is being opened, and what they share."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.changes = Announcements()
        self.outages = Outages()
        self._settings = settings
        self._clock = clock
        state = settings.state
        self.folder = None if state is None else StateFolder(state, clock)
        uses_database = settings.metadata_db or settings.probes_db
        self._shared = self._open_database() if uses_database else None

    def _open_database(self) -> SharedDatabase:
        # which tells of its own parts, as soon as it is imported
        logging.getLogger("alembic").setLevel(logging.WARNING)
        # here only: a site without a database needs none of these libraries
        try:
            from bcfg2tw.engine.store.sql.opening import open_database
        except ImportError as error:
            raise CoreInitError(
                "a database is asked for ([metadata] or [probes] use_database), which needs "
                f"SQLAlchemy and alembic: pip install 'bcfg2tw[sql]' ({error})"
            ) from error
        return open_database(self._settings, self._clock, self.outages)

    def clients(self) -> ClientStore:
        """Return the part that keeps the clients."""
        if self._shared is not None and self._settings.metadata_db:
            from bcfg2tw.engine.store.sql.clients import SqlClients

            return SqlClients(self._shared, self._clock, self.changes)
        if self.folder is not None:
            return ClientsState(self.folder, self._clock, self.changes)
        return ClientsFile(self._path("Metadata", "clients.xml"), self._clock, self.changes)

    def probes(self) -> ProbeStore:
        """Return the part that keeps the output of probes."""
        in_repository = self._path("Probes", "probed.xml")
        if self._shared is not None and self._settings.probes_db:
            from bcfg2tw.engine.store.sql.probes import SqlProbes

            return SqlProbes(self._shared, self._clock, self.changes, in_repository)
        if self.folder is not None:
            path = os.path.join(self.folder.path, "probed.xml")
            return ProbedFile(path, self._clock, self.changes, self.folder, in_repository)
        return ProbedFile(in_repository, self._clock, self.changes)

    def _path(self, *names: str) -> str:
        return os.path.join(self._settings.repository, *names)
