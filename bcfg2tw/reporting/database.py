"""The database of reports: which one it is, its connections and transactions."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from bcfg2tw.engine.store.sql import schema
from bcfg2tw.engine.store.sql.kinds import IS_WRITING, kind_of
from bcfg2tw.engine.store.sql.location import POSTGRESQL, SQLITE, DatabaseLocation, location_of
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

DEFAULT_NAME = "reporting.sqlite"


def reports_location(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> DatabaseLocation:
    """
    Return the database of reports: that of `[database]`, or of its `reporting_…` options.

    :raises SettingsError: if it cannot be told which one is meant
    """
    if settings.reporting_db_engine is None:
        return location_of(settings, environment)
    return location_of(_with_reporting_database(settings), {})


def _with_reporting_database(settings: Settings) -> Settings:
    names = ("engine", "user", "password", "host", "port", "schema", "opts")
    values: dict[str, Any] = {
        f"db_{name}": getattr(settings, f"reporting_db_{name}") for name in names
    }
    name = settings.reporting_db_name
    if name is None and settings.reporting_db_engine == "sqlite3":
        name = DEFAULT_NAME
    return dataclasses.replace(settings, db_url=None, db_password_file=None, db_name=name, **values)


class ReportDatabase:
    """
    The database; nothing is opened before it is needed. Safe to use from any thread.

    Its errors are SQLAlchemy's.

    :ivar location: where it is
    """

    def __init__(self, location: DatabaseLocation) -> None:
        """
        Open nothing yet.

        :raises CoreInitError: if a library is missing
        :raises Bcfg2Error: if it is of a kind that reports cannot be kept in
        """
        if location.kind not in (SQLITE, POSTGRESQL):
            raise Bcfg2Error(
                f"{location}: reports are kept in SQLite or PostgreSQL; what another database "
                "holds can be taken over with bcfg2tw reports import URL"
            )
        self.location = location
        self._kind = kind_of(location)
        self._engine = self._kind.create_engine()
        if self.is_sqlite:
            event.listen(self._engine, "connect", _check_references)
        self._lock = threading.Lock()
        self._is_prepared = False

    @property
    def is_sqlite(self) -> bool:
        """Say whether it is a file."""
        return self.location.kind == SQLITE

    def prepare(self) -> None:
        """
        Bring the tables to the newest version, making them if there are none.

        :raises CoreInitError: if a newer release has upgraded them
        :raises OSError: if there can be no file
        """
        with self._lock:
            if self._is_prepared:
                return
            self._kind.create()
            with self._writing() as connection:
                self._kind.lock_schema(connection)
                schema.upgrade(connection)
            self._is_prepared = True

    def has_tables(self) -> bool:
        """
        Say whether there is anything to read.

        :raises CoreInitError: if the tables are of a newer release
        """
        if self._is_prepared:
            return True
        with self.looking() as connection:
            if connection is None:
                return False
            state = schema.state_of(connection)
        state.check()
        return state.version is not None

    def __str__(self) -> str:
        return str(self.location)

    @contextmanager
    def looking(self) -> Iterator[Connection | None]:
        """Give a connection without making or upgrading tables; None if there is no database."""
        if not self._kind.is_there():
            yield None
            return
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection whose statements all see the same state."""
        self.prepare()
        with self._engine.connect() as connection:
            if self.is_sqlite:
                connection.begin()
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed at the end of the block."""
        self.prepare()
        with self._writing() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            writing = connection.execution_options(**{IS_WRITING: True})
            with writing.begin():
                yield writing

    def close(self) -> None:
        """Close all connections; they are opened again when they are needed."""
        self._engine.dispose()

    def vacuum(self) -> None:
        """Give back the space of what was removed, where the database does not do so itself."""
        if self.is_sqlite:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _check_references(connection: Any, record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


def open_reports(settings: Settings) -> ReportDatabase:
    """
    Return the database of reports that settings name.

    :raises Bcfg2Error: if reports cannot be kept there, or it cannot be told which one is meant
    """
    return ReportDatabase(reports_location(settings))
