"""The numbers of hosts by class."""

from __future__ import annotations

import os

from sqlalchemy import insert
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting.classes import CHANGED, CLEAN, DIRTY, FAILED, HOUR, SILENT_AFTER
from bcfg2tw.reporting.database import open_reports
from bcfg2tw.reporting.host_counts import hosts_by_class, last_run
from bcfg2tw.reporting.tables import hosts
from bcfg2tw.settings import Settings

NOW = 1_800_000_000_000_000


class HostCountsTests(SynchronousTestCase):
    def test_classes(self) -> None:
        """Each host is of one class; who has not reported for long is silent, whatever it was."""
        folder = os.path.abspath(self.mktemp())
        os.makedirs(folder)
        database = open_reports(Settings(repository=folder))
        self.addCleanup(database.close)
        day_ago, week_ago = NOW - HOUR, NOW - 7 * 24 * HOUR
        rows: list[dict[str, int | None]] = [
            {"class": FAILED, "last_run": day_ago}, {"class": DIRTY, "last_run": day_ago},
            {"class": CHANGED, "last_run": day_ago}, {"class": CLEAN, "last_run": NOW - 5},
            {"class": CLEAN, "last_run": NOW - SILENT_AFTER - 1}, {"class": None, "last_run": None},
            {"class": CLEAN, "last_run": week_ago, "interval": week_ago},
            {"class": CLEAN, "last_run": NOW, "expired": NOW},
        ]  # fmt: skip
        defaults: dict[str, int | None] = {"first_seen": 1, "interval": None, "expired": None}
        with database.writing() as connection:
            for number, row in enumerate(rows):
                connection.execute(
                    insert(hosts).values(**{**defaults, **row}, name=f"host{number}")
                )
        with database.reading() as connection:
            counts = hosts_by_class(connection, NOW)
            self.assertEqual(last_run(connection), NOW)
        self.assertEqual(
            counts,
            {"failed": 1, "dirty": 1, "silent": 2, "changed": 1, "clean": 2, "expired": 1},
        )
        self.assertEqual(sum(counts.values()), len(rows))

    def test_nobody(self) -> None:
        """Without hosts all numbers are zero."""
        folder = os.path.abspath(self.mktemp())
        os.makedirs(folder)
        database = open_reports(Settings(repository=folder))
        self.addCleanup(database.close)
        with database.reading() as connection:
            self.assertEqual(set(hosts_by_class(connection, NOW).values()), {0})
            self.assertIsNone(last_run(connection))
