"""The places that the state of a case's clients may be kept in."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable
from typing import Any

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.engine.store.sql.transfer.files import read_answers
from bcfg2tw.engine.store.sql.transfer.importing import import_answers
from bcfg2tw.settings import Settings, options
from tests.postgresql import a_database

#: Settings that count more than those of the file, by name.
Overrides = dict[str, Any]

#: For the environment: the store that all cases are run with.
VARIABLE = "BCFG2TW_TEST_STORE"


def with_files(case: Any, settings: Settings) -> Overrides:
    """Keep it in clients.xml and probed.xml."""
    return {}


def with_state(case: Any, settings: Settings) -> Overrides:
    """Keep it in a folder beside the repository, with what probed.xml says."""
    state = os.path.abspath(case.mktemp())
    os.mkdir(state)
    if os.path.exists(_probed(settings)):
        shutil.copy(_probed(settings), state)
    return {"state": state}


def with_sqlite(case: Any, settings: Settings) -> Overrides:
    """Keep it in an SQLite database, with what probed.xml says."""
    return _in_database(settings, db_name=os.path.abspath(case.mktemp()))


def with_postgresql(case: Any, settings: Settings) -> Overrides:
    """Keep it in a PostgreSQL database, with what probed.xml says."""
    return _in_database(settings, db_url=a_database(case))


def _in_database(settings: Settings, **location: Any) -> Overrides:
    if os.path.exists(_probed(settings)):
        place = location_of(dataclasses.replace(settings, **location), {})
        database = Database(place, SystemClock(), Outages())
        import_answers(database, read_answers(_probed(settings)))
        database.disconnect()
    return {"metadata_db": True, "probes_db": True, **location}


def _probed(settings: Settings) -> str:
    return os.path.join(settings.repository, "Probes", "probed.xml")


STORES: dict[str, Callable[[Any, Settings], Overrides]] = {
    "files": with_files,
    "state": with_state,
    "sqlite": with_sqlite,
    "postgresql": with_postgresql,
}


def settings_with(store: str | None, case: Any, path: str) -> Settings:
    """
    Return the settings that a case's bcfg2.conf gives, with a store.

    :param store: None for the one that the environment asks for, or else the files
    """
    return Settings.from_file(path, **overrides_of(store, case, path))


def overrides_of(store: str | None, case: Any, path: str) -> Overrides:
    """Return what a store needs beside a case's bcfg2.conf."""
    name = store or os.environ.get(VARIABLE, "files")
    return STORES[name](case, Settings.from_file(path))


def write_overrides(overrides: Overrides, path: str) -> None:
    """Append settings to a bcfg2.conf, for a process that has nothing else."""
    described = options()
    with open(path, "a", encoding="utf-8") as conf:
        for name, value in overrides.items():
            option = described[name]
            conf.write(f"\n[{option.section}]\n{option.key} = {value}\n")
