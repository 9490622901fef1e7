"""`bcfg2tw db` with PostgreSQL on either side."""

from __future__ import annotations

from tests.cli import test_db
from tests.postgresql import a_database, the_server


def name_in(url: str) -> str:
    """Return the name of the database that a URL leads to."""
    return url.partition("?")[0].rpartition("/")[2]


class PostgreSQLTests(test_db.DatabaseTests):
    """The same with the site's database in PostgreSQL."""

    def setUp(self) -> None:
        self.url = a_database(self)
        super().setUp()

    def write_conf(self, server: str, rest: str = "") -> None:
        """Write a bcfg2.conf that names this test's database."""
        super().write_conf(server, rest if rest else f"[database]\nurl = {self.url}")

    def change_database(self, statement: str) -> None:
        """Change the site's own database behind the server's back."""
        the_server().run(statement, name_in(self.url))

    def test_tables_of_postgresql(self) -> None:
        """Tables that Bcfg2 1.4 has in PostgreSQL are taken over."""
        source = a_database(self)
        tables = test_db.TABLES.replace("datetime", "timestamp with time zone")
        the_server().run(tables, name_in(source))
        said = self.run_db("import", source)
        self.assertIn("2 clients, and what the probes of 2 said", said)
        self.assertIn("clients: 2 read, 2 taken over", said)
        answers = self.store().probes.of("web.example.test")
        assert answers is not None
        self.assertEqual(answers.data, {"p": "last", "silent": ""})

    def test_times_that_are_none(self) -> None:
        """What a probe said at a time that Python has none for is taken over, as all else."""
        for zone in ("with", "without"):
            for time in ("infinity", "-infinity", "0044-03-15 00:00:00 BC", "20000-01-01 00:00:00"):
                source = a_database(self)
                tables = test_db.TABLES.replace("datetime", f"timestamp {zone} time zone")
                rows = (
                    'INSERT INTO "Server_probesdatamodel" '
                    f"VALUES (9, 'old.example.test', 'p', '{time}', 'x');"
                )
                the_server().run(tables + rows, name_in(source))
                said = self.run_db("import", source, "--overwrite")
                self.assertIn("old.example.test: the time of probe p, '" + time[:8], said)
                self.assertIn("2 clients, and what the probes of 2 said", said)
                answers = self.store().probes.of("old.example.test")
                assert answers is not None
                self.assertEqual(answers.data, {"p": "x"})
