"""SQLite's write-ahead log, where others use the file."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.sqlite_files import use_write_ahead_log
from tests.waiting import PATIENCE_SECONDS

#: For which a connection waits for a lock by itself.
PAUSE_SECONDS = 0.02


class WriteAheadLogTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = os.path.abspath(self.mktemp())

    def connect(self) -> sqlite3.Connection:
        """Return a connection that waits for locks, of the file of this test."""
        connection = sqlite3.connect(
            self.path, PAUSE_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.addCleanup(connection.close)
        return connection

    def mode(self) -> str:
        """Return how the file keeps what is written."""
        with closing(sqlite3.connect(self.path)) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        return str(mode)

    def test_in_use(self) -> None:
        """Somebody who reads meanwhile is waited for."""
        other, own = self.connect(), self.connect()
        other.execute("CREATE TABLE one (number INTEGER)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM one").fetchall()
        timer = threading.Timer(0.1, other.rollback)
        timer.start()
        self.addCleanup(timer.join, PATIENCE_SECONDS)
        use_write_ahead_log(own, PATIENCE_SECONDS)
        self.assertEqual(self.mode(), "wal")

    def test_for_long(self) -> None:
        """Not for longer than is said."""
        other, own = self.connect(), self.connect()
        other.execute("BEGIN EXCLUSIVE")
        with self.assertRaisesRegex(sqlite3.OperationalError, "locked"):
            use_write_ahead_log(own, 0.05)

    def test_no_database(self) -> None:
        """What is no lock is an error at once."""
        with open(self.path, "wb") as stream:
            stream.write(b"no database" * 100)
        with self.assertRaises(sqlite3.DatabaseError):
            use_write_ahead_log(self.connect(), PATIENCE_SECONDS)

    def test_at_once(self) -> None:
        """Many may begin with one file at the same time."""
        together, failures = threading.Barrier(8), []

        def begin(connection: sqlite3.Connection) -> None:
            together.wait(PATIENCE_SECONDS)
            try:
                use_write_ahead_log(connection, PATIENCE_SECONDS)
            except sqlite3.Error as error:
                failures.append(error)

        for _ in range(5):
            self.path = os.path.abspath(self.mktemp())
            threads = [threading.Thread(target=begin, args=(self.connect(),)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
            self.assertEqual(failures, [])
            self.assertEqual(self.mode(), "wal")
