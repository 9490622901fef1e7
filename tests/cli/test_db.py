"""`bcfg2tw db`: state is taken over, checked, looked at, and written back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from click.testing import CliRunner
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli import main
from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from bcfg2tw.settings import Settings
from tests.builders import a_repository, write_files
from tests.privileges import forbidden

CLIENTS = """<!-- kept by hand -->
<Clients xmlns:xi="http://www.w3.org/2001/XInclude">
  <Client name="Web.example.test" profile="web" address="192.0.2.1" password="x">
    <Alias name="www" address="192.0.2.2"/>
  </Client>
  <Client name="twice.example.test" profile="web"/>
  <Client name="twice.example.test" profile="db"/>
  <xi:include href="more.xml"/>
</Clients>
"""
MORE = '<Clients><Client name="more.example.test" profile="web"/></Clients>'
PROBED = """<Probed>
  <Client name="web.example.test" timestamp="1795346917">
    <Probe name="p" value="line&#10;größe"/>
    <Group name="debian"/>
  </Client>
</Probed>
"""
GROUPS = """<Groups>
  <Group name="web" profile="true" public="true" default="true"/>
  <Group name="db" profile="true" public="true"/>
</Groups>"""

#: As the migrations of 1.3 and 1.4 make them.
TABLES = """
CREATE TABLE "Server_metadataclientmodel" (
  "hostname" varchar(255) NOT NULL PRIMARY KEY, "version" varchar(31));
CREATE TABLE "Server_probesdatamodel" (
  "id" integer NOT NULL PRIMARY KEY, "hostname" varchar(255) NOT NULL,
  "probe" varchar(255) NOT NULL, "timestamp" datetime NOT NULL, "data" text);
CREATE TABLE "Server_probesgroupsmodel" (
  "id" integer NOT NULL PRIMARY KEY, "hostname" varchar(255) NOT NULL,
  "group" varchar(255) NOT NULL);
INSERT INTO "Server_metadataclientmodel" VALUES ('web.example.test', '1.3.4');
INSERT INTO "Server_metadataclientmodel" VALUES ('Old.example.test', NULL);
INSERT INTO "Server_probesdatamodel" VALUES
  (1, 'web.example.test', 'p', '2026-10-20 03:18:00.000417', 'first');
INSERT INTO "Server_probesdatamodel" VALUES
  (2, 'web.example.test', 'p', '2026-10-20 03:19:00', 'last');
INSERT INTO "Server_probesdatamodel" VALUES
  (3, 'web.example.test', 'silent', '2026-10-20 03:18:00', NULL);
INSERT INTO "Server_probesgroupsmodel" VALUES (1, 'web.example.test', 'debian');
INSERT INTO "Server_probesgroupsmodel" VALUES (2, 'old.example.test', 'debian');
"""


def a_database_of_bcfg2(case: SynchronousTestCase) -> str:
    """Return the path of an SQLite database as Bcfg2's server makes it."""
    path: str = os.path.abspath(case.mktemp())
    with closing(sqlite3.connect(path)) as database:
        database.executescript(TABLES)
        database.commit()
    return path


class DatabaseCase(SynchronousTestCase):
    """A site that keeps state in its database, and what tests ask of it."""

    def setUp(self) -> None:
        self.repository = a_repository(
            self,
            {
                "Metadata/clients.xml": CLIENTS,
                "Metadata/more.xml": MORE,
                "Metadata/groups.xml": GROUPS,
                "Probes/probed.xml": PROBED,
            },
        )
        self.state = os.path.abspath(self.mktemp())
        self.write_conf(f"state = {self.state}")

    def write_conf(self, server: str, rest: str = "") -> None:
        """Write a bcfg2.conf that has both kinds of state in the database."""
        self.config = os.path.join(self.repository, "bcfg2.conf")
        text = f"[server]\nrepository = {self.repository}\n{server}\n{rest}\n"
        database = "[metadata]\nuse_database = yes\n[probes]\nuse_database = yes\n"
        write_files(self.repository, {"bcfg2.conf": text + database})

    def run_db(self, command: str, *arguments: str, status: int = 0) -> str:
        """Run a command, and return what it says."""
        result = CliRunner().invoke(main, ["db", command, "-C", self.config, *arguments])
        self.assertEqual(result.exit_code, status, result.output)
        return result.output

    def store(self) -> Store:
        """Return the store of the site as a server opens it."""
        store = open_store(Settings.from_file(self.config), SystemClock())
        self.addCleanup(store.close)
        store.prepare()
        return store

    def read(self, *names: str) -> str:
        """Return the content of a file of the repository."""
        with open(os.path.join(self.repository, *names), encoding="utf-8") as stream:
            return stream.read()


class DatabaseTests(DatabaseCase):
    def test_upgrade(self) -> None:
        """The tables are made once; what is there is told before and after."""
        self.assertIn("schema: none yet", self.run_db("status"))
        self.assertIn("from nothing to version", self.run_db("upgrade"))
        self.assertIn("already", self.run_db("upgrade"))
        status = self.run_db("status")
        self.assertIn("the one that this release needs", status)
        self.assertIn("clients: kept in the database", status)

    def test_there_and_back(self) -> None:
        """What is taken over from the files is written back as it was."""
        said = self.run_db("import")
        self.assertIn("clients: 3 read, 3 taken over, 0 there already", said)
        self.assertIn("output of probes: 1 read, 1 taken over", said)
        self.assertIn("4 rows were read again", said)
        self.assertIn("clients: 3 read, 0 taken over, 3 there already", self.run_db("import"))
        folder = os.path.abspath(self.mktemp())
        self.run_db("export", "--to", folder)
        self.run_db("export")
        self.assertEqual(self.read("Metadata", "clients.xml"), CLIENTS)
        self.assertEqual(self.read("Metadata", "more.xml"), MORE)
        self.assertEqual(self.read("Probes", "probed.xml"), PROBED)
        self.assertIn('<Alias name="www" address="192.0.2.2"/>', self.read(folder, "clients.xml"))

    def test_file_given_up(self) -> None:
        """Once taken over, clients are there without clients.xml, and get back into it."""
        self.run_db("import")
        write_files(self.repository, {"Metadata/clients.xml": "<Clients/>"})
        store = self.store()
        store.catch_up()
        store.probes.save(store.probes.of("web.example.test"))  # type: ignore[arg-type]
        store.clients.remove("twice.example.test")
        store.clients.add("new.example.test", {"profile": "db"})
        said = self.run_db("export")
        self.assertIn("3 clients", said)
        text = self.read("Metadata", "clients.xml")
        self.assertIn('profile="web" address="192.0.2.1" password="x"', text)
        self.assertIn('<Alias name="www" address="192.0.2.2"/>', text)
        self.assertIn('<Client name="new.example.test" profile="db"/>', text)
        self.assertNotIn("twice", text)

    def change_database(self, statement: str) -> None:
        """Change the site's own database behind the server's back."""
        with closing(sqlite3.connect(os.path.join(self.state, "bcfg2.sqlite"))) as database:
            database.execute(statement)
            database.commit()

    def test_broken_rows(self) -> None:
        """A row that is not as a server wrote it is named; nothing is written without it."""
        client = "UPDATE bcfg2tw_client SET {0} WHERE name = 'web.example.test'"
        answers = "UPDATE bcfg2tw_answers SET {0} WHERE client = 'web.example.test'"
        write_files(self.repository, {"Metadata/more.xml": "<Clients/>"})
        before = self.read("Metadata", "clients.xml")
        for statement, sentence in (
            (client.format("elements = '3'"), "its column elements is not as"),
            (client.format("elements = '[]'"), "its column elements is not as"),
            (client.format("changes = '[1]'"), "its column changes is not as"),
            (answers.format("data = '[1, 2]'"), "its column data is not as"),
            (answers.format("groups = '\"debian\"'"), "its column groups is not as"),
            (answers.format('data = \'{"p": "\\u0001"}\''), "probed.xml cannot hold"),
        ):
            write_files(self.repository, {"Metadata/more.xml": MORE})
            self.run_db("import", "--overwrite")
            self.change_database(statement)
            write_files(self.repository, {"Metadata/more.xml": "<Clients/>"})
            said = self.run_db("export", status=1)
            self.assertIn(sentence, said)
            self.assertIn("web.example.test", said)
            self.assertEqual(self.read("Metadata", "clients.xml"), before)
            self.assertEqual(self.read("Probes", "probed.xml"), PROBED)
            self.assertIn(
                "(with --overwrite it would not): web.example.test", self.run_db("import")
            )
        self.run_db("import", "--overwrite")
        self.change_database("DELETE FROM bcfg2tw_revision")
        self.assertIn("cannot be used", self.run_db("export", status=1))

    def test_not_taken_over(self) -> None:
        """What probed.xml says of clients that nobody has taken over stays; of others it goes."""
        gone = '<Client name="gone.example.test" timestamp="7"><Probe name="p" value="x"/></Client>'
        probed = PROBED.replace("</Probed>", f"  {gone}\n</Probed>")
        write_files(self.repository, {"Probes/probed.xml": probed})
        said = self.run_db("export")
        self.assertIn("probed.xml: what the probes of 1 clients said", said)
        self.assertIn("of 1 of them only", said)
        self.assertEqual(self.read("Probes", "probed.xml"), PROBED)
        store = self.store()
        store.probes.save(Answers("more.example.test", {"p": "new"}, frozenset(), 7))
        store.probes.save(Answers("web.example.test", {"p": "newer"}, frozenset(), 7))
        self.assertNotIn("only", self.run_db("export"))
        text = self.read("Probes", "probed.xml")
        self.assertIn('value="newer"', text)
        self.assertIn('value="new"', text)
        self.assertNotIn("debian", text)

    def test_name_of_two(self) -> None:
        """A clients.xml that a server would not use afterwards is left as it was."""
        core = NetworkCore(Settings.from_file(self.config))
        core.start()  # what it serves is its last good state
        core.store.clients.add("www", {"profile": "db"})
        core.store.clients.add("new.example.test", {"profile": "db"})
        core.shutdown()
        said = " ".join(self.run_db("export", status=1).split())
        self.assertIn("clients.xml is as it was, for with what is kept elsewhere", said)
        self.assertIn("www is a name of www", said)
        self.assertIn("(--to DIR)", said)
        self.assertEqual(self.read("Metadata", "clients.xml"), CLIENTS)
        self.assertEqual(self.read("Probes", "probed.xml"), PROBED)
        folder = os.path.abspath(self.mktemp())
        self.run_db("export", "--to", folder)
        self.assertIn('<Client name="www" profile="db"/>', self.read(folder, "clients.xml"))
        store = self.store()
        store.clients.remove("www")
        self.run_db("export")
        self.assertIn("new.example.test", self.read("Metadata", "clients.xml"))

    def test_changes_count(self) -> None:
        """What servers have changed goes on to count, unless that is not wanted."""
        store = self.store()
        store.clients.add("more.example.test", {"profile": "db"})
        store.clients.update("more.example.test", {"version": "1.3.4"})
        said = self.run_db("import")
        self.assertIn("the database has something else, which counts", said)
        self.assertIn("more.example.test", said)
        self.run_db("import", "--overwrite")
        said = self.run_db("import")
        self.assertNotIn("something else", said)

    def test_tables_of_bcfg2(self) -> None:
        """Clients, versions, outputs and groups come from the tables of 1.3 and 1.4."""
        source = a_database_of_bcfg2(self)
        with open(source, "rb") as stream:
            before = stream.read()
        said = self.run_db("import", os.path.join(self.repository, "Metadata/clients.xml"), source)
        self.assertIn("2 clients, and what the probes of 2 said", said)
        self.assertIn("web.example.test: probe p is there twice", said)
        self.assertIn("(old.example.test); they get the default group web", said)
        self.assertIn("clients: 4 read, 4 taken over", said)
        store = self.store()
        answers = store.probes.of("web.example.test")
        assert answers is not None
        self.assertEqual(answers.data, {"p": "last", "silent": ""})
        self.assertEqual(answers.groups, {"debian"})
        self.run_db("export")
        text = self.read("Metadata", "clients.xml")
        self.assertIn('<Client name="old.example.test" profile="web"/>', text)
        self.assertIn('password="x" version="1.3.4"', text)
        with open(source, "rb") as stream:
            self.assertEqual(stream.read(), before)

    def test_tables_beside_ours(self) -> None:
        """The tables of Bcfg2 in the site's own database are taken over without being named."""
        source = a_database_of_bcfg2(self)
        self.write_conf("", f"[database]\nname = {source}")
        self.assertIn("clients: 4 read, 4 taken over", self.run_db("import"))
        self.run_db("status")

    def test_nothing_to_read(self) -> None:
        """A source that holds no state, is missing or is of another kind is told."""
        for source, sentence in (
            ("/no/such", "No such file"),
            (os.path.join(self.repository, "Metadata/groups.xml"), "the root is <Groups>"),
            ("mysql+nosuchdriver://u:secret@h/d", "cannot be read without a driver"),
            ("//://", "is no URL"),
        ):
            said = self.run_db("import", source, status=1)
            self.assertIn(sentence, said)
            self.assertNotIn("secret", said)
        other = os.path.abspath(self.mktemp())
        with closing(sqlite3.connect(other)) as database:
            database.execute("CREATE TABLE other (name text)")
        self.assertIn("holds no tables of Bcfg2's", self.run_db("import", other, status=1))

    def test_impossible(self) -> None:
        """An output that could never go back to probed.xml is told, and the others are taken."""
        source = a_database_of_bcfg2(self)
        with closing(sqlite3.connect(source)) as database:
            database.execute(
                "INSERT INTO Server_probesdatamodel VALUES (9, 'old.example.test', 'p', "
                "'2026-10-20 03:18:00', ?)",
                ["\x1b[0m"],
            )
            database.commit()
        said = self.run_db("import", source)
        self.assertIn("output of probes: 2 read, 1 taken over", said)
        self.assertIn("not taken over: old.example.test: probed.xml cannot hold", said)

    def test_odd_rows_of_bcfg2(self) -> None:
        """A row that cannot be taken over is named, and the others are taken."""
        source = a_database_of_bcfg2(self)
        with closing(sqlite3.connect(source)) as database:
            database.executescript(
                """
                INSERT INTO "Server_probesdatamodel" VALUES
                  (7, 'old.example.test', 'latin', '2026-10-20 03:18:00', CAST(X'67f6' AS TEXT));
                INSERT INTO "Server_probesdatamodel" VALUES
                  (8, 'old.example.test', 'bytes', '2026-10-20 03:18:00', X'67c3b6');
                INSERT INTO "Server_probesdatamodel" VALUES
                  (9, '', 'nobody', '2026-10-20 03:18:00', 'x');
                INSERT INTO "Server_probesgroupsmodel" VALUES
                  (7, 'old.example.test', CAST(X'67f6' AS TEXT));
                INSERT INTO "Server_metadataclientmodel" VALUES (CAST(X'67f6' AS TEXT), NULL);
                INSERT INTO "Server_metadataclientmodel" VALUES ('', NULL);
                INSERT INTO "Server_metadataclientmodel" VALUES (CAST(X'6101' AS TEXT), NULL);
                """
            )
            database.commit()
        said = self.run_db("import", source)
        for sentence in (
            "row 7 of Server_probesdatamodel is not taken over: its data is not UTF-8: b'g\\xf6'",
            "row 9 of Server_probesdatamodel is not taken over: it has no hostname",
            "row 7 of Server_probesgroupsmodel is not taken over: its group is not UTF-8",
            "a row of Server_metadataclientmodel is not taken over: its hostname is not UTF-8",
            "a row of Server_metadataclientmodel is not taken over: it has no hostname",
            "not taken over: 'a\\x01': clients.xml cannot hold it",
            "clients: 3 read, 2 taken over",
        ):
            self.assertIn(sentence, said)
        answers = self.store().probes.of("old.example.test")
        assert answers is not None
        self.assertEqual(answers.data, {"bytes": "gö"})
        self.assertEqual(answers.groups, {"debian"})
        self.run_db("export")

    def test_nameless_rows_of_bcfg2(self) -> None:
        """A group without a name, as 1.3 keeps for the line `group:`, costs no client a thing."""
        source = a_database_of_bcfg2(self)
        with closing(sqlite3.connect(source)) as database:
            database.executescript(
                """
                INSERT INTO "Server_probesgroupsmodel" VALUES (7, 'web.example.test', '');
                INSERT INTO "Server_probesdatamodel" VALUES
                  (7, 'web.example.test', '', '2026-10-20 03:18:00', 'x');
                """
            )
            database.commit()
        said = self.run_db("import", source)
        self.assertIn("row 7 of Server_probesgroupsmodel is not taken over: it has no group", said)
        self.assertIn("row 7 of Server_probesdatamodel is not taken over: it has no probe", said)
        self.assertIn("output of probes: 2 read, 2 taken over", said)
        answers = self.store().probes.of("web.example.test")
        assert answers is not None
        self.assertEqual(answers.data, {"p": "last", "silent": ""})
        self.assertEqual(answers.groups, {"debian"})

    def test_tables_in_lower_case(self) -> None:
        """Tables of a MySQL that has all names in lower case are found, and their rows."""
        source = os.path.abspath(self.mktemp())
        with closing(sqlite3.connect(source)) as database:
            database.executescript(TABLES.replace("Server_", "server_"))
            database.commit()
        said = self.run_db("import", source)
        self.assertIn("2 clients, and what the probes of 2 said", said)
        answers = self.store().probes.of("web.example.test")
        assert answers is not None
        self.assertEqual(answers.data, {"p": "last", "silent": ""})

    def test_times_of_bcfg2_that_are_none(self) -> None:
        """What a probe said at a time that is none, such as MySQL's zeros, is taken over."""
        for time in ("0000-00-00 00:00:00", "0001-01-01 00:00:00", "soon"):
            source = a_database_of_bcfg2(self)
            with closing(sqlite3.connect(source)) as database:
                database.execute(
                    "INSERT INTO Server_probesdatamodel "
                    "VALUES (9, 'old.example.test', 'p', ?, 'x')",
                    [time],
                )
                database.commit()
            said = self.run_db("import", source, "--overwrite")
            self.assertIn(f"old.example.test: the time of probe p, '{time}', is none", said)
            answers = self.store().probes.of("old.example.test")
            assert answers is not None
            self.assertEqual(answers.data, {"p": "x"})


class NoRepositoryTests(DatabaseCase):
    """The repository, or a part of it, cannot be read."""

    def test_missing(self) -> None:
        """Where the repository is not there, it is not taken for empty, nor made."""
        away = f"{self.repository}.away"
        os.rename(self.repository, away)
        config = os.path.join(away, "bcfg2.conf")
        folder = os.path.abspath(self.mktemp())
        for command in (["import"], ["export"], ["export", "--to", folder]):
            result = CliRunner().invoke(main, ["db", *command, "-C", config])
            self.assertEqual(result.exit_code, 1, result.output)
            self.assertIn(f"there is no folder {self.repository}", result.output)
            self.assertFalse(os.path.exists(self.repository))

    def test_closed(self) -> None:
        """A folder of it that the user may not list is not taken for empty."""
        folder = os.path.abspath(self.mktemp())
        for closed in ("Metadata", "Probes"):
            with forbidden(self.repository, closed):
                for command in (["import"], ["export", "--to", folder]):
                    said = self.run_db(*command, status=1)
                    self.assertIn("cannot be read: Permission denied", said)
            os.chmod(os.path.join(self.repository, closed), 0o755)
        self.assertFalse(os.path.exists(folder))
