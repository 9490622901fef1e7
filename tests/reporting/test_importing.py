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

    def test_foreign(self) -> None:
        """A file that is no database of Bcfg2 is refused with a sentence."""
        path = Path(self.mktemp())
        sqlite3.connect(path).close()
        error = self.assertRaises(Bcfg2Error, self.take, path)
        self.assertIn("holds no reports of Bcfg2", str(error))


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
