"""The database of a site, opened for a command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.settings import Settings

__all__ = ["clients_path", "opened_database", "probed_path"]


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """
    Open the database that settings name.

    :raises CoreInitError: if no state can be kept in it, or a library is missing
    :raises SettingsError: if it cannot be told which one is meant
    """
    database = Database(location_of(settings), SystemClock(), Outages())
    try:
        yield database
    finally:
        database.disconnect()


def clients_path(settings: Settings) -> str:
    """Return the path of the repository's clients.xml."""
    return os.path.join(settings.repository, "Metadata", "clients.xml")


def probed_path(settings: Settings) -> str:
    """Return the path of the repository's probed.xml."""
    return os.path.join(settings.repository, "Probes", "probed.xml")
