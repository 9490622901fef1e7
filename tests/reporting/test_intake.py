"""The way of reports from the answer to the database: kept whatever happens meanwhile."""

from __future__ import annotations

import errno
import os
import pickle
from collections.abc import Sequence
from dataclasses import replace
from secrets import token_hex

from sqlalchemy.exc import DatabaseError, OperationalError
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.errors import NotKept
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.intake import Intake, RunClock
from bcfg2tw.reporting.model import Report
from bcfg2tw.reporting.spool import SEGMENT_BYTES, Spool
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.waiting_files import take_waiting_files
from tests.doubles import ManualClock
from tests.postgresql import a_database
from tests.reporting.cases import a_report_database, exported, recorded_reports
from tests.waiting import wait_until


class SpoolTests(SynchronousTestCase):
    """The files that reports wait in."""

    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())

    def spool(self, limit_bytes: int = 1 << 20) -> Spool:
        """Return a spool in the folder of the test."""
        return Spool(self.folder, os.path.dirname(self.folder), limit_bytes)

    def test_order(self) -> None:
        """Records come back in their order until they are done; nothing is left then."""
        spool = self.spool()
        for record in (b"1", b"2", b"3"):
            spool.append(record)
        records, place = spool.waiting(2, 100)
        self.assertEqual(records, [b"1", b"2"])
        assert place is not None
        spool.done(place)
        self.assertEqual(spool.waiting(9, 100)[0], [b"3"])
        spool.close()
        self.assertEqual(len(os.listdir(self.folder)), 1)

    def test_adopted(self) -> None:
        """What a process left is taken over, without a record that it had not completed."""
        spool = self.spool()
        spool.append(b"whole")
        spool.close()
        (name,) = os.listdir(self.folder)
        with open(os.path.join(self.folder, name), "ab") as stream:
            stream.write(b"9 00000000\ncut")
        other = self.spool()
        other.adopt()
        self.assertEqual(other.waiting(9, 100)[0], [b"whole"])

    def test_owned(self) -> None:
        """What belongs to a process that is at work is left to it."""
        self.spool().append(b"mine")
        owner = self.spool()
        owner.append(b"mine as well")
        other = self.spool()
        other.adopt()
        self.assertNotIn(b"mine as well", other.waiting(9, 100)[0])

    def test_unreadable(self) -> None:
        """A file that cannot be opened is named once, and keeps none behind it waiting."""
        spool = self.spool()
        spool.append(b"whole")
        spool.close()
        unreadable = os.path.join(self.folder, "0.reports")
        os.mkdir(unreadable)
        other = self.spool()
        with self.assertLogs("Reporting", "ERROR") as logs:
            other.adopt()
            other.adopt()
        self.assertEqual(other.waiting(9, 100)[0], [b"whole"])
        self.assertEqual(len(logs.output), 1)
        self.assertIn(f"{unreadable}: the reports in it cannot be read", logs.output[0])

    def test_full(self) -> None:
        """Beyond its size nothing is taken, and that is said."""
        spool = self.spool(10)
        error = self.assertRaises(NotKept, spool.append, b"x" * 11)
        self.assertIn("spool_limit", str(error))

    def test_unmounted(self) -> None:
        """
        While the folder is gone nothing is taken, though one could be made where it was; what was
        taken before is there when it is back.
        """
        for size in (1, SEGMENT_BYTES):  # the next one comes to the same segment, or to another
            spool = self.spool(SEGMENT_BYTES << 1)
            spool.append(b"x" * size)
            os.rename(self.folder, f"{self.folder}.away")
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                error = self.assertRaises(NotKept, spool.append, b"lost")
            self.assertIn(f"{self.folder} is gone: nothing is written until it is", str(error))
            self.assertIn(str(error), logs.output[0])
            self.assertFalse(os.path.exists(self.folder))
            os.rename(f"{self.folder}.away", self.folder)
            spool.append(b"later")
            spool.close()
            other = self.spool()
            other.adopt()
            waiting: list[bytes] = []
            while (taken := other.waiting(1, 1))[1] is not None:
                waiting.extend(taken[0])
                other.done(taken[1])
            self.assertCountEqual(waiting, [b"x" * size, b"later"])

    def test_never_there(self) -> None:
        """A folder is not made where that which it belongs in is gone as well."""
        spool = Spool(os.path.join(self.folder, "Reporting", "spool"), self.folder, 1 << 20)
        self.assertRaises(NotKept, spool.append, b"lost")
        self.assertFalse(os.path.exists(self.folder))
        os.mkdir(self.folder)
        spool.append(b"kept")
        self.assertEqual(spool.waiting(9, 100)[0], [b"kept"])

    def test_removed(self) -> None:
        """A report is not added to a file that somebody has removed; what is in it is taken in."""
        spool = self.spool()
        spool.append(b"1")
        (name,) = os.listdir(self.folder)
        os.unlink(os.path.join(self.folder, name))
        spool.append(b"2")
        self.assertEqual(len(os.listdir(self.folder)), 1)
        records, place = spool.waiting(9, 100)
        assert place is not None
        spool.done(place)
        self.assertEqual([*records, *spool.waiting(9, 100)[0]], [b"1", b"2"])


class RunClockTests(SynchronousTestCase):
    """The times of runs."""

    def test_own_times(self) -> None:
        """Each run has a time of its own, later than that before it, though the clock is slewed."""
        clock = ManualClock()
        times = RunClock(clock)
        first = times.now()
        clock.set_back(1)
        self.assertEqual([times.now(), times.now()], [first + 1, first + 2])

    def test_set_right(self) -> None:
        """Once a clock that was far ahead is set right, runs have its times."""
        clock = ManualClock()
        times = RunClock(clock)
        clock.advance(1e6)
        times.now()
        clock.set_back(1e6)
        self.assertEqual(times.now(), 1_000_000_000)


class IntakeTests(SynchronousTestCase):
    """The thread that brings them into the database."""

    def a_database(self) -> ReportDatabase:
        """Return an empty database."""
        return a_report_database(self)

    def setUp(self) -> None:
        self.database = self.a_database()
        self.folder = os.path.abspath(self.mktemp())
        self.is_away = False
        self.problem: Exception | None = None

    def store(self, reports: Sequence[Report]) -> None:
        """Store reports, unless the database is away."""
        if self.is_away:
            raise OperationalError("", {}, OSError("gone"))
        if self.problem is not None:
            raise self.problem
        ReportStore(self.database).add(reports)

    def intake(self) -> Intake:
        """Return an intake over the folder of the test."""
        intake = Intake(
            Spool(self.folder, os.path.dirname(self.folder), 1 << 24), SystemClock(), self.store
        )
        self.addCleanup(intake.stop)
        return intake

    def runs(self) -> int:
        """Return how many runs are stored."""
        return int(exported(self.database)[-1]["runs"])

    def wait_for(self, runs: int) -> None:
        """Wait until so many runs are stored."""
        wait_until(lambda: self.runs() == runs, lambda: f"{self.runs()} runs are stored")

    def test_away(self) -> None:
        """While the database is away reports are taken; they are stored when it is back."""
        self.is_away = True
        intake = self.intake()
        intake.start()
        reports = recorded_reports()
        with self.assertLogs("Reporting", "ERROR"):
            for report in reports:
                intake.take(report)
            wait_until(lambda: intake._is_away, lambda: "the failure is not noticed")
        self.assertEqual(self.runs(), 0)
        self.is_away = False
        self.wait_for(len(reports))

    def messages_of(self, problem: Exception) -> list[str]:
        """Return what an intake logs that meets a problem, until it ends."""
        self.problem, intake = problem, self.intake()
        with self.assertLogs("Reporting", "ERROR") as logs:
            intake.start()
            wait_until(lambda: intake._is_away, lambda: "the failure is not noticed")
            intake.stop()
        return logs.output

    def test_not_the_reports_fault(self) -> None:
        """What has nothing to do with a report sets none aside: they are stored when it is over."""
        reports = recorded_reports()
        before = self.intake()
        for report in reports:
            before.take(report)
        before.spool.close()
        damaged = DatabaseError("", {}, ValueError("database disk image is malformed"))
        for problem, said in ((MemoryError(), "not enough memory"), (damaged, "malformed")):
            (message,) = self.messages_of(problem)
            self.assertIn(said, message)
            self.assertNotIn("Traceback", message)
        self.problem = None
        self.intake().start()
        self.wait_for(len(reports))
        self.assertEqual([name for name in os.listdir(self.folder) if "refused" in name], [])

    def test_no_room_to_set_aside(self) -> None:
        """A report that cannot be set aside waits, and leaves no parts of files."""
        intake = self.intake()
        (report, *_) = recorded_reports()
        intake.take(report)
        self.problem = ValueError("a defect")

        def fail(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch = self.patch(os, "fsync", fail)
        with self.assertLogs("Reporting", "ERROR") as logs:
            intake.start()
            wait_until(lambda: intake._is_away, lambda: "the failure is not noticed")
            self.assertEqual(len(os.listdir(self.folder)), 1)
            patch.restore()
            self.problem = None
            self.wait_for(1)
        self.assertEqual(len(logs.output), 1)
        self.assertIn("No space left on device", logs.output[0])

    def test_restart(self) -> None:
        """What a process acknowledged and did not store is stored by the next one."""
        reports = recorded_reports()
        before = self.intake()
        for report in reports:
            before.take(report)
        before.spool.close()  # as its end, however it comes, gives back the lock
        self.intake().start()
        self.wait_for(len(reports))

    def test_waiting_files(self) -> None:
        """What upstream's transport left is read, and nothing else that a pickle may hold."""
        folder = os.path.abspath(self.mktemp())
        work = os.path.join(folder, "LocalFilesystem", "work")
        os.makedirs(work)
        stats = '<Statistics version="2.0" state="clean" time="Sun Nov 22 11:54:06 2026"/>'
        metadata = {"server": "node", "profile": "web", "groups": ["b", "a"]}
        content = {"hostname": "h", "stats": stats, "metadata": metadata}
        for name, value in (("h-1795348446.25", content), ("evil-1", os.system)):
            with open(os.path.join(work, name), "wb") as stream:
                pickle.dump(value, stream, 2)
        intake = self.intake()
        intake.start()
        with self.assertLogs("Reporting", "ERROR") as logs:
            take_waiting_files(folder, intake, 100)
        self.assertIn("evil-1", logs.output[0])
        self.assertEqual(os.listdir(work), ["evil-1"])
        self.wait_for(1)
        run = exported(self.database)[-2]
        self.assertEqual((run["time"], run["groups"]), ("2026-11-22T11:54:06.250000Z", ["a", "b"]))


class PostgreSQLIntakeTests(IntakeTests):
    """The same with PostgreSQL."""

    def a_database(self) -> ReportDatabase:
        """Return an empty database of the tests' server."""
        return a_report_database(self, a_database(self))

    def test_impossible_report(self) -> None:
        """A report that the database has no room for in an index keeps no other one waiting."""
        intake = self.intake()
        reports = recorded_reports()
        name = token_hex(5000)  # of a group, as a client's probe may say it
        groups = (*reports[0].run.groups, name)
        reports[0] = replace(reports[0], run=replace(reports[0].run, groups=groups))
        for report in reports:
            intake.take(report)
        with self.assertLogs("Reporting", "ERROR") as logs:
            intake.start()
            self.wait_for(len(reports) - 1)
        self.assertIn("a report cannot be stored, and is kept in", logs.output[-1])
        (path,) = [name for name in os.listdir(self.folder) if name.endswith(".refused")]
        with open(os.path.join(self.folder, path), encoding="utf-8") as stream:
            self.assertIn(name, stream.read())
