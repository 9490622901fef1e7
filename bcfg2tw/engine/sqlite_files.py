"""Files of SQLite: which one a path leads to, and how what is written is kept."""

from __future__ import annotations

import os
import sqlite3
import time

PAUSE_SECONDS = 0.01


def file_at(path: str) -> tuple[int, int] | None:
    """
    Return device and inode of the file that a path leads to, None if none can be reached.

    A connection goes on with a file that was moved or removed, though nobody finds it any more.
    """
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def use_write_ahead_log(connection: sqlite3.Connection, seconds: float) -> None:
    """
    Have a file keep what is written in a log beside it, so that readers and writers do not wait.

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
