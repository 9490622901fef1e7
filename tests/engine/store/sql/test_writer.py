"""Changes of many threads share transactions, and none of them suffers for another."""

from __future__ import annotations

import contextlib
import os
import threading

from sqlalchemy import Connection
from sqlalchemy.exc import DataError
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.engine.store.sql.writer import Writer
from bcfg2tw.errors import StateUnavailable
from bcfg2tw.settings import Settings
from tests.engine.store.contract import run_all
from tests.waiting import wait_until


def write_or_go_on(writer: Writer) -> None:
    """Make a change if that is possible, as a template does that goes on without."""
    with contextlib.suppress(StateUnavailable):
        writer.write(lambda connection, number: None)


class WriterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        self.outages = Outages()
        database = Database(
            location_of(Settings(state=self.folder), {}), SystemClock(), self.outages
        )
        self.addCleanup(database.disconnect)
        self.writer = Writer(database)

    def test_together(self) -> None:
        """Changes that come while one is being made are made in one transaction."""
        began, go_on = threading.Event(), threading.Event()
        numbers: list[int] = []

        def slow(connection: Connection, number: int) -> None:
            began.set()
            go_on.wait(10)

        first = threading.Thread(target=self.writer.write, args=[slow])
        first.start()
        began.wait(10)
        threads = [
            threading.Thread(
                target=lambda: numbers.append(self.writer.write(lambda _, number: number))
            )
            for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: self.writer.count_waiting() == 5, lambda: "not all threads wait")
        go_on.set()
        for thread in (first, *threads):
            thread.join(10)
        self.assertEqual(numbers, [2] * 5)

    def test_impossible(self) -> None:
        """A change that the database cannot hold fails alone."""
        results: list[object] = []

        def refuse(connection: Connection, number: int) -> None:
            raise DataError("statement", {}, ValueError("too long"))

        def attempt(change: object) -> None:
            try:
                results.append(self.writer.write(change))  # type: ignore[arg-type]
            except DataError:
                results.append("refused")

        changes = [refuse, *[lambda connection, number: "made"] * 7]
        run_all([lambda change=change: attempt(change) for change in changes])  # type: ignore[misc]
        self.assertEqual(sorted(map(str, results)), ["made"] * 7 + ["refused"])

    def test_away(self) -> None:
        """Where the database is away each thread's call fails, whatever it makes of that."""
        with open(self.folder, "w"):
            pass  # where its folder would be
        failures: list[str] = []

        def attempt() -> None:
            try:
                with self.outages.ending_the_call():
                    write_or_go_on(self.writer)
            except StateUnavailable as error:
                failures.append(str(error))

        run_all([attempt] * 4)
        self.assertEqual(len(failures), 4)
        self.assertIn("cannot be used", failures[0])
