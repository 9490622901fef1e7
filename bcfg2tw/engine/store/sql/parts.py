"""The parts of the store that a database keeps: their common life."""

from __future__ import annotations

import threading

from bcfg2tw.engine.store.interface import Part
from bcfg2tw.engine.store.shared_client_locks import SharedClientLocks
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.following import Following
from bcfg2tw.engine.store.sql.writer import Writer
from bcfg2tw.errors import StateUnavailable


class SharedDatabase:
    """
    A database with the means that its parts share; closed with the last of them.

    :ivar locks: keep a client's changes apart, in all processes
    :ivar writer: makes changes
    :ivar following: brings the parts up to date
    """

    def __init__(self, database: Database, following: Following) -> None:
        self.database = database
        self.following = following
        self.locks = SharedClientLocks(database.holding, following.catch_up)
        self.writer = Writer(database)
        self._users = 0
        self._lock = threading.Lock()

    def add_user(self) -> None:
        """Count a part that uses it."""
        self._users += 1

    def close(self) -> None:
        """Close it for one of its parts."""
        with self._lock:
            self._users -= 1
            is_last = self._users == 0
        if is_last:
            self.following.close()
            self.database.disconnect()


class SqlPart(Part):
    """A part that is kept in a database: there is nothing to fold, for others read it there."""

    def __init__(self, shared: SharedDatabase) -> None:
        self._shared = shared
        shared.add_user()

    def prepare(self) -> None:
        """Bring the tables to the version that this release needs; a database may be away."""
        try:
            self._shared.database.prepare()
        except StateUnavailable:
            return  # told; calls are told to come back, and it is tried again with each

    def start(self) -> None:
        """Serve."""
        self.prepare()
        self._shared.following.start()

    def catch_up(self) -> None:
        """Take in what other processes have changed."""
        self._shared.following.catch_up()

    def is_kept_with(self, other: Part) -> bool:
        """Say whether another part is kept in the same database."""
        return isinstance(other, SqlPart) and other._shared is self._shared

    def disconnect(self) -> None:
        """Close connections, for a process that is about to fork."""
        self._shared.database.disconnect()

    def fold(self) -> bool:
        """Write nothing: everything is where others look for it."""
        return True

    def is_as_written(self, path: str) -> bool:
        """Say no: no file is written."""
        return False

    def close(self) -> None:
        """Release the database."""
        self._shared.close()
