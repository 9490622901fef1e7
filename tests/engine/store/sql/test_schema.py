"""Every schema that there was becomes the newest one; a newer one is left alone."""

from __future__ import annotations

import os

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, select
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.sql import schema
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.engine.store.sql.tables import metadata
from bcfg2tw.errors import CoreInitError
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.settings import Settings
from tests.builders import a_repository, some_settings
from tests.reporting.cases import recorded_reports


class MigrationTests(SynchronousTestCase):
    """In SQLite; `test_postgresql` has the same for PostgreSQL."""

    def url(self) -> str:
        """Return the URL of a new database."""
        return f"sqlite:///{os.path.abspath(self.mktemp())}"

    def setUp(self) -> None:
        self.location = location_of(Settings(db_url=self.url()), {})
        self.engine = create_engine(self.location.url)
        self.addCleanup(self.engine.dispose)

    def differences(self, connection: Connection) -> list[object]:
        """Return how the tables differ from those that this release needs."""
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE, "compare_type": True}
        )
        return list(compare_metadata(context, metadata))

    def database(self) -> Database:
        """Return the database as a server opens it."""
        database = Database(self.location, SystemClock(), Outages())
        self.addCleanup(database.disconnect)
        return database

    def test_every_version(self) -> None:
        """From nothing, and from each older version, the newest schema is reached."""
        for version in [None, *schema.all_versions()]:
            with self.engine.connect() as connection:
                metadata.drop_all(connection)
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {schema.VERSION_TABLE}")
                if version is not None:
                    schema.upgrade(connection, version)
                    self.assertEqual(schema.state_of(connection).version, version)
                connection.commit()
            self.database().prepare()
            with self.engine.connect() as connection:
                self.assertEqual(self.differences(connection), [])
                self.assertTrue(schema.state_of(connection).is_newest)

    def test_back(self) -> None:
        """Down to each older version and up again, the schema is the newest, and no run lost."""
        database = ReportDatabase(self.location)
        self.addCleanup(database.close)
        ReportStore(database).add(recorded_reports())
        before = self.runs()
        for version in schema.all_versions()[1:-1]:
            with self.engine.connect() as connection:
                schema.downgrade(connection, version)
                self.assertEqual(schema.state_of(connection).version, version)
                schema.upgrade(connection)
                self.assertEqual(self.differences(connection), [])
                connection.commit()
            self.assertEqual(self.runs(), before)

    def runs(self) -> list[object]:
        """Return all that is kept of the runs."""
        query = select(tables.runs).order_by(tables.runs.c.id)
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def test_twice(self) -> None:
        """A database that is prepared is left as it is."""
        for _ in range(2):
            self.database().prepare()
        self.assertTrue(self.database().has_tables())

    def test_newer(self) -> None:
        """A schema of a newer release is refused with both versions, and left as it is."""
        self.database().prepare()
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'")
        for use in (self.database().prepare, self.database().has_tables):
            error = self.assertRaises(CoreInitError, use)
            self.assertIn("has the version 9999", str(error))
            self.assertIn("a newer release has upgraded it", str(error))
        repository = a_repository(self, {})
        core = NetworkCore(
            some_settings(repository, metadata_db=True, db_url=str(self.location.url))
        )
        self.addCleanup(core.shutdown)
        self.assertRaises(CoreInitError, core.start)

    def test_nothing(self) -> None:
        """A database without tables of ours is told from one with them."""
        self.assertFalse(self.database().has_tables())
        with self.engine.connect() as connection:
            self.assertIsNone(schema.state_of(connection).version)
