"""SQLite's write-ahead log, with which reading and writing do not keep each other waiting."""

from __future__ import annotations

import sqlite3
import time

PAUSE_SECONDS = 0.01


def use_write_ahead_log(connection: sqlite3.Connection, seconds: float) -> None:
    """
    Have a file keep what is written in a log beside it, from now on.

    Where another process uses the file at that moment SQLite says that it is locked, at once,
    however long the connection waits for other locks.

    :param seconds: that others are waited for
    :raises sqlite3.Error: if it cannot be done
    """
    due = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > due:
                raise
        time.sleep(PAUSE_SECONDS)
