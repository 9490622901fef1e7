"""The store in PostgreSQL keeps what a store promises."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.settings import Settings
from tests.engine.store.sql import sharing, test_schema, test_sqlite
from tests.postgresql import a_database, the_server
from tests.waiting import wait_until


class PostgreSQLStoreTests(test_sqlite.SQLiteStoreTests):
    def location(self) -> dict[str, Any]:
        """Return the settings that name a database of this test's own."""
        return {"db_url": a_database(self)}


class PostgreSQLSharingTests(sharing.SharingContract):
    def location(self) -> dict[str, Any]:
        """Return the settings that name a database of this test's own."""
        return {"db_url": a_database(self)}


class NotifyTests(SynchronousTestCase):
    def wait_for(self, announced: list[ClientChange], count: int) -> None:
        """Wait until so many changes were announced."""
        wait_until(lambda: len(announced) == count, lambda: str(announced))

    def test_told(self) -> None:
        """A process that nobody calls is told of a change, also after a time without a server."""
        settings = Settings(repository=self.mktemp(), probes_db=True, db_url=a_database(self))
        stores = [open_store(settings, SystemClock()) for _ in range(2)]
        announced: list[ClientChange] = []
        for store in stores:
            self.addCleanup(store.close)
            store.prepare()
            store.probes.start()
        stores[1].changes.subscribe(announced.append)
        stores[1].catch_up()
        for number in (1, 2):
            stores[0].probes.save(Answers("c", {"p": str(number)}, frozenset(), 1))
            self.wait_for(announced, number)
            the_server().run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
        self.assertEqual(announced, [ClientChange("c", "probes")] * 2)


class PostgreSQLMigrationTests(test_schema.MigrationTests):
    def url(self) -> str:
        """Return the URL of a new database."""
        return a_database(self)


class SchemaOptionTests(SynchronousTestCase):
    def test_schema(self) -> None:
        """The tables are in the schema that is named, which is made if there is none."""
        url = a_database(self)
        name = url.partition("?")[0].rpartition("/")[2]
        settings = Settings(db_url=url, db_schema='con"fig')
        database = Database(location_of(settings, {}), SystemClock(), Outages())
        self.addCleanup(database.disconnect)
        database.prepare()
        query = "SELECT schemaname FROM pg_tables WHERE tablename = 'bcfg2tw_client'"
        self.assertEqual(the_server().run(query, name), 'con"fig')
