"""Documents of real clients, and hostile ones, on their way into the database."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.xmlio import parse_upload
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import HOUR
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.documents import report_of
from bcfg2tw.reporting.host_states import latest_at
from bcfg2tw.reporting.importing import import_lines
from bcfg2tw.reporting.model import Report, Run
from bcfg2tw.reporting.purging import Purge, purge, remove_host
from bcfg2tw.reporting.storing import ReportStore
from tests.doubles import ManualClock
from tests.postgresql import a_database
from tests.reporting.cases import (
    SECOND,
    START,
    a_report_database,
    essence,
    expected_documents,
    exported,
    recorded_reports,
)

HEAD = '<upload-statistics><Statistics version="2.0" state="dirty" total="1" good="0">'
TAIL = "</Statistics></upload-statistics>"


def a_report(bad: str = "", client: str = "a", time: int = START) -> Report:
    """Return the report of a document whose section Bad is given."""
    document = parse_upload(f"{HEAD}<Bad>{bad}</Bad>{TAIL}", 100_000)
    return report_of(document, Run(client, time), 100)


class SqliteTests(SynchronousTestCase):
    """In SQLite; a derived class does the same in PostgreSQL."""

    def a_database(self) -> ReportDatabase:
        """Return an empty database."""
        return a_report_database(self)

    def setUp(self) -> None:
        self.database = self.a_database()
        self.store = ReportStore(self.database)

    def test_recorded(self) -> None:
        """What is exported of each recorded document is what it says; twice does no harm."""
        reports = recorded_reports()
        for _ in range(2):
            self.store.add(reports)
        lines = exported(self.database)
        runs = [line for line in lines if line["kind"] == "run"]
        expected = expected_documents()
        self.assertEqual(list(map(essence, runs)), list(map(essence, expected["runs"])))
        self.assertEqual(lines[-1]["distinct_entries"], expected["distinct_entries"])

    def test_moved(self) -> None:
        """An export that is imported elsewhere, twice, gives the same export."""
        self.store.add(recorded_reports())
        lines = exported(self.database)
        other = a_report_database(self)
        import json

        for _ in range(2):
            import_lines(other, map(json.dumps, lines))
        self.assertEqual(exported(other)[1:], lines[1:])

    def test_large(self) -> None:
        """A report of thousands of entries is stored in pieces, each once."""
        bad = "".join(f'<Package name="p{number}" version="1"/>' for number in range(4500))
        self.store.add([a_report(bad), a_report(bad, "b")])
        end = exported(self.database)[-1]
        self.assertEqual((end["runs"], end["distinct_entries"]), (2, 4500))

    def test_same_second(self) -> None:
        """Runs a microsecond apart are two."""
        self.store.add([a_report(time=START), a_report(time=START + 1)])
        self.assertEqual(exported(self.database)[-1]["runs"], 2)

    def test_clock_set_right(self) -> None:
        """A run of a clock that was a year ahead does not stand for its host any more."""
        clock = ManualClock(START / 1e6)
        store, ahead = ReportStore(self.database, clock), START + 365 * 24 * HOUR
        for bad, time in (("", ahead), ('<Package name="p"/>', START), ("", START + SECOND)):
            store.add([a_report(bad, time=time), a_report(bad, "b", time)])
            with self.database.reading() as connection:
                rows = connection.execute(
                    select(tables.hosts.c.last_run, tables.runs.c.bad).join(
                        tables.runs, tables.runs.c.id == tables.hosts.c.newest
                    )
                ).all()
            self.assertEqual([tuple(row) for row in rows], 2 * [(time, int(bool(bad)))])
        purge(self.database, Purge(START + 1, "a", latest=latest_at(clock)))
        with self.database.reading() as connection:
            times = connection.execute(select(tables.hosts.c.last_run)).scalars().all()
        self.assertEqual(times, 2 * [START + SECOND])

    def test_purge(self) -> None:
        """What is old goes with what it alone has; each host keeps its newest run."""
        self.store.add([a_report('<Package name="gone"/>'), a_report(time=START + SECOND)])
        self.store.add([a_report('<Package name="kept"/>', "b")])
        self.assertEqual(purge(self.database, Purge(before=START + 9 * SECOND)), 1)
        lines = exported(self.database)
        self.assertEqual([line["name"] for line in lines if line["kind"] == "client"], ["a", "b"])
        self.assertEqual((lines[-1]["runs"], lines[-1]["distinct_entries"]), (2, 1))

    def test_remove_host(self) -> None:
        """A host that is removed goes with all its runs, and no other."""
        self.store.add([a_report(), a_report(client="b")])
        self.assertEqual(remove_host(self.database, "a"), 1)
        self.assertEqual(exported(self.database)[-1]["clients"], 1)

    def test_broken_values(self) -> None:
        """Numbers, encodings and lengths that cannot be lose neither run nor entry."""
        long = "x" * 5000
        report = a_report(
            f'<Path name="/{long}" type="file" current_bdiff="!"/>'
            '<Path name="/b" type="file" current_bfile="AAA"/><!-- --><Service/>'
        )
        run = replace(report.run, total=2**63 - 1, revision=long)
        self.store.add([Report(run, report.items)])
        (stored,) = [line for line in exported(self.database) if line["kind"] == "run"]
        self.assertEqual(stored["bad"], 3)
        self.assertEqual(stored["revision"], long)


class PostgreSQLTests(SqliteTests):
    """The same in PostgreSQL."""

    def a_database(self) -> ReportDatabase:
        """Return an empty database of the tests' server."""
        return a_report_database(self, a_database(self))


class DocumentTests(SynchronousTestCase):
    """What is taken out of a document."""

    def test_numbers(self) -> None:
        """What is no number is 0, what is too large the largest there is."""
        for text, number in (("", 0), ("x", 0), ("1_0", 0), ("7", 7), ("9" * 30, 2**63 - 1)):
            head = HEAD.replace('total="1"', f'total="{text}"')
            report = report_of(parse_upload(head + TAIL, 1000), Run("a", START), 1)
            self.assertEqual(report.run.total, number)

    def test_timings(self) -> None:
        """Stamps that are no finite numbers are left out."""
        stamps = '<OpStamps start="1.5" a="nan" b="inf" c="x" d="1_0"/>'
        report = report_of(parse_upload(HEAD + stamps + TAIL, 1000), Run("a", START), 1)
        self.assertEqual(report.run.timings, {"start": 1.5})

    def test_no_text(self) -> None:
        """The text of an entry is kept nowhere, nor the difference of a sensitive one."""
        report = a_report(
            '<Path name="/k" type="file" sensitive="TRUE" current_bdiff="S0VZ">KEY</Path>'
            '<ConfigFile name="/o" sensitive="true" current_bfile="S0VZ">KEY</ConfigFile>'
        )
        texts = "".join(item.text for item in report.items)
        self.assertNotIn("KEY", texts)
        self.assertNotIn("S0VZ", texts)
        self.assertIn('"kind":"sensitive"', texts)

    def test_too_large(self) -> None:
        """Of a content beyond the limit its digest and size are kept."""
        report = a_report(f'<Path name="/f" type="file" current_diff="{"x" * 101}"/>')
        self.assertIn('"bytes":101,"kind":"too-large"', report.items[0].text)
