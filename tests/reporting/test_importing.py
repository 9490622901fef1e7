"""Databases that Bcfg2 1.3.4 and 1.4 wrote."""

from __future__ import annotations

import datetime
import json
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import make_url
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.importing import Outcome, import_lines, import_upstream
from bcfg2tw.reporting.upkeep import Upkeep
from bcfg2tw.reporting.upstream.reading import OldReports
from bcfg2tw.reporting.upstream.source import OldDatabase, old_url
from bcfg2tw.reporting.upstream.succession import is_waiting, old_reports
from tests.postgresql import a_database, the_server
from tests.reporting.cases import DATABASES, a_report_database, essence, exported, instant

UTC = datetime.timezone.utc


class UpstreamTests(SynchronousTestCase):
    """Imported from SQLite files."""

    def setUp(self) -> None:
        self.database = a_report_database(self)

    def take(self, place: Path | str) -> Outcome:
        """Import a database: a file, or a URL."""
        source = OldDatabase(old_url(str(place)))
        self.addCleanup(source.close)
        return import_upstream(self.database, OldReports(source, UTC))

    def check(self, name: str, url: str | None = None) -> None:
        """Import a database twice, and compare the export with what it holds."""
        place = url or DATABASES / f"{name}.sqlite"
        wanted = json.loads((DATABASES / f"{name}.json").read_text("utf-8"))
        for new_runs in (len(wanted["runs"]), 0):
            self.assertEqual(self.take(place).new_runs, new_runs)
            lines = exported(self.database)
            runs = {
                (line["client"], instant(line["time"])): line
                for line in lines
                if line["kind"] == "run"
            }
            self.assertEqual(len(runs), len(wanted["runs"]))
            for run in wanted["runs"]:
                stored = runs[run["client"], instant(run["time"])]
                self.assertEqual(essence(stored), essence(run))
                self.assertEqual(stored["server"], run["server"])
            self.assertEqual(lines[-1]["distinct_entries"], wanted["distinct_entries"])
            clients = {line["name"]: line for line in lines if line["kind"] == "client"}
            for client in wanted["clients"]:
                for field in ("first_seen", "last_run", "expired"):
                    stored_time = clients[client["name"]][field]
                    self.assertEqual(instant(stored_time), instant(client[field]))

    def test_same_database(self) -> None:
        """Those in the database of ours are named by the server until they are imported."""
        place = Path(str(self.database.location.url.database))
        shutil.copy(DATABASES / "bcfg2-1.4.sqlite", place)
        upkeep = Upkeep(self.database, SystemClock(), None, self.mktemp())
        with self.assertLogs("Reporting") as logged:
            upkeep.look_after()
        self.assertIn("bcfg2tw reports import takes them over", logged.output[0])
        import_upstream(self.database, old_reports(self.database, UTC))
        self.assertFalse(is_waiting(self.database))

    def test_1_3_4(self) -> None:
        """A database of 1.3.4."""
        self.check("bcfg2-1.3.4")

    def test_1_4(self) -> None:
        """A database of 1.4."""
        self.check("bcfg2-1.4")

    def test_1_4_postgresql(self) -> None:
        """A database of 1.4 in PostgreSQL."""
        url = a_database(self)
        the_server().load(DATABASES / "bcfg2-1.4-postgresql.sql", make_url(url).database or "")
        self.check("bcfg2-1.4-postgresql", url)

    def test_odd_times_of_postgresql(self) -> None:
        """Of a run at `infinity` the time is none; the others are taken over."""
        url = a_database(self)
        name = make_url(url).database or ""
        the_server().load(DATABASES / "bcfg2-1.4-postgresql.sql", name)
        the_server().run(
            "UPDATE \"Reporting_interaction\" SET timestamp = 'infinity' WHERE id = "
            '(SELECT max(id) FROM "Reporting_interaction")',
            name,
        )
        outcome = self.take(url)
        self.assertEqual((outcome.dangling, outcome.new_runs > 0), (1, True))

    def test_dangling(self) -> None:
        """Rows that point to nothing are counted and passed over."""
        path = Path(self.mktemp())
        shutil.copy(DATABASES / "bcfg2-1.4.sqlite", path)
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM Reporting_group WHERE name = 'base'")
            groups = connection.execute(
                "SELECT count(*) FROM Reporting_interaction_groups WHERE group_id NOT IN "
                "(SELECT id FROM Reporting_group)"
            ).fetchone()[0]
        connection.close()
        self.assertEqual(self.take(path).dangling, groups)

    def test_first_generation(self) -> None:
        """Tables and columns that 1.3.0 has not yet are not missed."""
        path = Path(self.mktemp())
        shutil.copy(DATABASES / "bcfg2-1.3.4.sqlite", path)
        with sqlite3.connect(path) as connection:
            connection.execute("ALTER TABLE Reporting_fileperms RENAME COLUMN mode TO perms")
            for table in ("posixusers", "posixgroups", "semodules"):
                connection.execute(f"DROP TABLE Reporting_interaction_{table}")
        connection.close()
        self.take(path)
        modes = {
            entry["expected"].get("mode")
            for line in exported(self.database)
            if line["kind"] == "run"
            for entry in line["entries"]
        }
        self.assertIn("0644", modes)

    def test_odd_values(self) -> None:
        """Texts that are no UTF-8, times and counts that are none, lose nothing beside them."""
        path = Path(self.mktemp())
        shutil.copy(DATABASES / "bcfg2-1.4.sqlite", path)
        with sqlite3.connect(path) as connection:
            for statement in (
                "UPDATE Reporting_packageentry SET name = CAST(X'FF6162' AS TEXT) WHERE id = "
                "(SELECT min(packageentry_id) FROM Reporting_interaction_packages)",
                "UPDATE Reporting_pathentry SET details = X'2D20FF0A' WHERE details != ''",
                "UPDATE Reporting_performance SET value = 'x' WHERE metric = 'start'",
                "UPDATE Reporting_interaction SET good_count = 'many'",
                "UPDATE Reporting_interaction SET timestamp = '2026-10-20 03:31:46.5+02:00' "
                "WHERE id = 1",
                "UPDATE Reporting_interaction SET timestamp = '0000-00-00 00:00:00' WHERE id = 2",
            ):
                connection.execute(statement)
            count = connection.execute("SELECT count(*) FROM Reporting_interaction").fetchone()[0]
        connection.close()
        with self.assertLogs("Reporting", "WARNING") as logged:
            outcome = self.take(path)
        self.assertIn("'0000-00-00 00:00:00' is no time", logged.output[0])
        self.assertEqual((outcome.new_runs, outcome.dangling), (count - 1, 1))
        runs = [line for line in exported(self.database) if line["kind"] == "run"]
        self.assertIn("2026-10-20T01:31:46.500000Z", {run["time"] for run in runs})
        names = {entry["name"] for run in runs for entry in run["entries"]}
        self.assertIn("\N{REPLACEMENT CHARACTER}ab", names)
        self.assertEqual({run["good"] for run in runs}, {0})

    def test_foreign(self) -> None:
        """A file that is no database of Bcfg2 is refused with a sentence."""
        path = Path(self.mktemp())
        sqlite3.connect(path).close()
        error = self.assertRaises(Bcfg2Error, self.take, path)
        self.assertIn("holds no reports of Bcfg2", str(error))

    def test_url_of_a_file(self) -> None:
        """The URL of an SQLite file is read like the file: nothing is made where there is none."""
        path = Path(self.mktemp()).absolute()
        error = self.assertRaises(Bcfg2Error, OldDatabase, old_url(f"sqlite:///{path}"))
        self.assertIn("cannot be read", str(error))
        self.assertFalse(path.exists())
        path.write_bytes((DATABASES / "bcfg2-1.4.sqlite").read_bytes())
        odd_path = path.rename(f"{path}%20?a#b")
        path.write_bytes(odd_path.read_bytes())
        for source in (f"sqlite:///{path}", str(odd_path)):
            database = OldDatabase(old_url(source))
            self.addCleanup(database.close)
            self.assertTrue(database.has("Reporting_interaction"))


class LinesTests(SynchronousTestCase):
    """Files that are no whole export."""

    def test_refused(self) -> None:
        """What cannot be used is told by its line; a file that is cut off is told to be so."""
        database = a_report_database(self)
        head = '{"kind": "export", "format": 1}'
        for lines, sentence in (
            (["{"], "line 1: "),
            (['{"kind": "run"}'], "line 1: the first line"),
            ([head, '{"kind": "run", "client": "a"}'], "line 2: "),
            ([head], "cut off"),
        ):
            error = self.assertRaises(Bcfg2Error, import_lines, database, lines)
            self.assertIn(sentence, str(error))

    def test_other_values(self) -> None:
        """A value that no export has is told by its line and its name, and nothing is stored."""
        database = a_report_database(self)
        head = '{"kind": "export", "format": 1}'
        run = {"kind": "run", "client": "a", "time": "2026-01-01T00:00:00Z"}
        client = {"kind": "client", "name": "a", "first_seen": "2026-01-01T00:00:00Z"}
        entry = {"type": "Path", "name": "/a", "state": "bad"}
        failure = {"type": "Path", "name": "/a", "message": "no"}
        for line, sentence in (
            ({**run, "total": "x"}, "total: 'x' is no whole number"),
            ({**run, "total": 10**30}, "is no whole number"),
            ({**run, "client": 5}, "client: 5 is no text"),
            ({**run, "timings": {"a\nb": 1.0}}, "has other things than numbers"),
            ({**run, "client": "a\ud800"}, "is no text"),
            ({**run, "time": 5}, "time: 5 is no text"),
            ({**run, "state": None}, "state: None is no text"),
            ({**run, "dry_run": "yes"}, "dry_run: 'yes' is not true or false"),
            ({**run, "groups": [1]}, "groups: [1] is no list of texts"),
            ({**run, "groups": "ab"}, "groups: 'ab' is no list of texts"),
            ({**run, "timings": [1]}, "timings: [1] has other things than numbers"),
            ({**run, "timings": {"start": "x"}}, "has other things than numbers"),
            ({**run, "timings": {"start": float("nan")}}, "has other things than numbers"),
            ({**run, "entries": [{**entry, "state": "odd"}]}, "state: 'odd' is none of bad"),
            ({**run, "entries": [{**entry, "name": 5}]}, "name: 5 is no text"),
            ({**run, "entries": [{**entry, "found": {"mode": 644}}]}, "has other things than"),
            ({**run, "entries": [{**entry, "detail": [1]}]}, "detail: [1] is no object"),
            ({**run, "failures": [{**failure, "message": 5}]}, "message: 5 is no text"),
            ({**client, "name": 5}, "name: 5 is no text"),
            ({**client, "expired": 5}, "expired: 5 is no text"),
        ):
            lines = [head, json.dumps(line)]
            error = self.assertRaises(Bcfg2Error, import_lines, database, lines)
            self.assertIn("line 2: ", str(error))
            self.assertIn(sentence, str(error))
        self.assertEqual(exported(database)[-1]["clients"], 0)
