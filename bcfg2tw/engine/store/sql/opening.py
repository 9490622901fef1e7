"""The database that settings name, with what the parts of the store share of it."""

from __future__ import annotations

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.following import Following
from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.engine.store.sql.parts import SharedDatabase
from bcfg2tw.settings import Settings


def open_database(settings: Settings, clock: Clock, outages: Outages) -> SharedDatabase:
    """
    Return the database that `[database]` names; nothing is opened yet.

    :raises CoreInitError: if no state can be kept in it, or a library is missing
    :raises SettingsError: if it cannot be told which one is meant
    """
    database = Database(location_of(settings), clock, outages)
    return SharedDatabase(database, Following(database, clock))
