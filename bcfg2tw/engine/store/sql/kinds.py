"""The differences between SQLite and PostgreSQL, a class each."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from bcfg2tw.engine.sqlite_files import file_at, use_write_ahead_log
from bcfg2tw.engine.store.folders import holds_nothing
from bcfg2tw.engine.store.shared_lock import lock_byte
from bcfg2tw.engine.store.sql.listening import Listener
from bcfg2tw.engine.store.sql.location import DEFAULT_SCHEMA, POSTGRESQL, SQLITE, DatabaseLocation
from bcfg2tw.engine.store.sql.rows import parse_json
from bcfg2tw.errors import CoreInitError

#: An execution option of connections that change something.
IS_WRITING = "bcfg2tw_is_writing"

#: Seconds that somebody else may hold SQLite's lock, and that PostgreSQL may take.
BUSY_TIMEOUT_SECONDS = 20
CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_SECONDS = 20

#: Of PostgreSQL's advisory locks, which have two numbers: the first one.
LOCKS_OF_CLIENTS, LOCKS_OF_SCHEMA = 0x6263_6667, 0x6263_6668

CHANNEL = "bcfg2tw"

#: The key of what a connection to SQLite leads to.
_PLACE = "bcfg2tw_place"

FILE_MODE, FOLDER_MODE = 0o640, 0o750


class DatabaseKind(ABC):
    """A kind of database, for one location."""

    def __init__(self, location: DatabaseLocation) -> None:
        self.location = location

    @abstractmethod
    def create_engine(self) -> Engine:
        """
        Return the source of connections; nothing is opened yet.

        :raises CoreInitError: if a library is missing; with the remedy
        """

    @abstractmethod
    def is_there(self) -> bool:
        """Say whether there is a database, as far as that is seen without opening it."""

    def is_in_empty_folder(self) -> bool:
        """Say whether it is to be made in an empty folder, as there is where one is not mounted."""
        return False

    def place(self) -> object:
        """Return something that is another once connections lead to what is not there any more."""
        return None

    @abstractmethod
    def create(self) -> None:
        """
        Make the place for a database that is not there.

        :raises OSError: if it cannot be made
        """

    @abstractmethod
    def lock_schema(self, connection: Connection) -> None:
        """Let no other process upgrade the schema before this transaction ends."""

    @abstractmethod
    def holding(self, engine: Engine, number: int) -> AbstractContextManager[None]:
        """Hold, in a `with` block, a lock that no other process can have meanwhile."""

    @abstractmethod
    def notify(self, connection: Connection) -> None:
        """Wake the others that listen, once this transaction is committed."""

    @abstractmethod
    def listen(self, engine: Engine, wake: Callable[[], object]) -> Listener | None:
        """Have a function called when others are woken; None where that cannot be."""


def _create_engine(location: DatabaseLocation, arguments: Mapping[str, Any]) -> Engine:
    return create_engine(
        location.url,
        connect_args={**arguments, **location.options},
        json_deserializer=parse_json,  # PostgreSQL holds nothing that is none
        # a thread that holds the lock of a client needs a second connection, and must get it
        max_overflow=-1,
        pool_recycle=3600,
    )


class SQLite(DatabaseKind):
    """A file, for the processes of one machine; with a write-ahead log beside it."""

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.location.path or ":memory:"

    def create_engine(self) -> Engine:
        """Return the source of connections."""
        engine = _create_engine(self.location, {"timeout": BUSY_TIMEOUT_SECONDS})
        event.listen(engine, "do_connect", self._open)
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "checkout", self._check)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _open(self, dialect: object, record: object, arguments: list[Any], options: Any) -> None:
        """Have the driver make no file: a new one would be there, and empty."""
        if os.path.isabs(arguments[0]) and not options.get("uri"):
            arguments[0], options["uri"] = f"file:{quote(arguments[0])}?mode=rw", True

    def _prepare(self, connection: Any, record: ConnectionPoolEntry) -> None:
        _prepare_sqlite(connection)
        record.info[_PLACE] = self.place()

    def _check(self, connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        """Have a new connection made where this one leads to a file that was moved or removed."""
        if record.info[_PLACE] != self.place():
            raise DisconnectionError

    def place(self) -> object:
        """Return device and inode of the file, None if it is not there."""
        return file_at(self.path)

    def is_there(self) -> bool:
        """Say whether there is a file that holds anything."""
        return os.path.exists(self.path) and os.path.getsize(self.path) > 0

    def is_in_empty_folder(self) -> bool:
        """Say whether its folder is there, and holds nothing."""
        return holds_nothing(os.path.dirname(self.path))

    def create(self) -> None:
        """Make folder and file, which hold passwords of clients and are not for everybody."""
        os.makedirs(os.path.dirname(self.path), mode=FOLDER_MODE, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))

    def lock_schema(self, connection: Connection) -> None:
        """Do nothing: the transaction began with the lock of the whole file."""

    @contextmanager
    def holding(self, engine: Engine, number: int) -> Iterator[None]:
        """
        Lock one byte of a file beside the database.

        :raises OSError: if that cannot be opened, or the database is not there
        """
        os.stat(self.path)
        descriptor = os.open(f"{self.path}.locks", os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            lock_byte(descriptor, number)
            yield
        finally:
            os.close(descriptor)

    def notify(self, connection: Connection) -> None:
        """Wake nobody: the others have to look."""

    def listen(self, engine: Engine, wake: Callable[[], object]) -> Listener | None:
        """Say that nothing is told."""
        return None


def _prepare_sqlite(connection: Any) -> None:
    # the driver begins no transactions by itself: it would not take the lock at their beginning
    connection.isolation_level = None
    use_write_ahead_log(connection, BUSY_TIMEOUT_SECONDS)
    connection.execute("PRAGMA synchronous = FULL")  # a commit outlives a power cut


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(IS_WRITING):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class PostgreSQL(DatabaseKind):
    """A server, for the processes of several machines."""

    def create_engine(self) -> Engine:
        """Return the source of connections, with psycopg 3."""
        try:
            engine = _create_engine(self.location, _POSTGRESQL_ARGUMENTS)
        except ImportError as error:
            raise CoreInitError(
                f"{self.location} needs psycopg: pip install 'bcfg2tw[postgresql]' ({error})"
            ) from error
        event.listen(engine, "connect", self._prepare)
        return engine

    def is_there(self) -> bool:
        """Say yes: whether it is, is seen when it is opened."""
        return True

    def create(self) -> None:
        """Make nothing: databases and users are the administrator's to make."""

    def _prepare(self, connection: Any, record: object) -> None:
        connection.autocommit = True
        with connection.cursor() as cursor:
            if self.location.schema != DEFAULT_SCHEMA:
                cursor.execute("SELECT set_config('search_path', %s, false)", [self._search_path()])
            # what is acknowledged has to be on disk, whatever else the server is used for
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
            )
        connection.autocommit = False

    def _search_path(self) -> str:
        quoted = self.location.schema.replace('"', '""')
        return f'"{quoted}"'

    def lock_schema(self, connection: Connection) -> None:
        """Take an advisory lock, and make the schema that is named if there is none."""
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:first, 0)"), {"first": LOCKS_OF_SCHEMA}
        )
        if self.location.schema != DEFAULT_SCHEMA:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {self._search_path()}")

    @contextmanager
    def holding(self, engine: Engine, number: int) -> Iterator[None]:
        """Take an advisory lock, which ends with its connection at the latest."""
        values = {"first": LOCKS_OF_CLIENTS, "second": number}
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SELECT pg_advisory_lock(:first, :second)"), values)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:first, :second)"), values)

    def notify(self, connection: Connection) -> None:
        """Have PostgreSQL tell all that listen, once this is committed."""
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")

    def listen(self, engine: Engine, wake: Callable[[], object]) -> Listener | None:
        """Listen with a connection of its own."""
        return Listener(engine, CHANNEL, wake)


#: A server that is gone without a word is noticed after some seconds, not after two hours.
_POSTGRESQL_ARGUMENTS = {
    "application_name": "bcfg2tw",
    "connect_timeout": CONNECT_TIMEOUT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "options": f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s",
}


def kind_of(location: DatabaseLocation) -> DatabaseKind:
    """
    Return the kind of a database.

    :raises CoreInitError: if it is one that state cannot be kept in
    """
    if location.kind == SQLITE:
        return SQLite(location)
    if location.kind == POSTGRESQL:
        return PostgreSQL(location)
    raise CoreInitError(
        f"{location}: the state of clients is kept in SQLite or PostgreSQL; what another database "
        "holds can be taken over with bcfg2tw db import"
    )
