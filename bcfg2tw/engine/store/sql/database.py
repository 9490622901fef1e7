"""The database: connections, transactions, and the times in which it is away."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeVar

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.outages import Outages
from bcfg2tw.engine.store.sql import schema
from bcfg2tw.engine.store.sql.kinds import IS_WRITING, kind_of
from bcfg2tw.engine.store.sql.listening import Listener
from bcfg2tw.engine.store.sql.location import DatabaseLocation
from bcfg2tw.engine.store.sql.numbers import NumberReader
from bcfg2tw.engine.store.sql.rows import BrokenRow
from bcfg2tw.engine.store.sql.tables import revision
from bcfg2tw.engine.store.sql.trouble import Trouble
from bcfg2tw.errors import CoreInitError, StateUnavailable

T = TypeVar("T")

logger = logging.getLogger("bcfg2-server")

#: Made once: to put a statement together takes longer than to execute it.
_NUMBER = select(revision.c.number)
_NEXT_NUMBER = update(revision).values(number=revision.c.number + 1)


class Database:
    """
    A database that is opened when it is needed, and again after it was away.

    Safe to use from any thread. Nothing is open in a process that forks if `disconnect` was
    called before.

    :ivar location: where it is
    """

    def __init__(self, location: DatabaseLocation, clock: Clock, outages: Outages) -> None:
        """
        Open nothing yet.

        :param outages: is told each failure to reach the database
        :raises CoreInitError: if no state can be kept in it, or a library is missing
        """
        self.location = location
        self._kind = kind_of(location)
        self._engine: Engine = self._kind.create_engine()
        self._numbers = NumberReader(self._engine, self._kind.place)
        self._clock = clock
        self._outages = outages
        self._lock = threading.Lock()
        self._is_prepared = False
        self._is_needed = False  # somebody serves, or writes: without tables nothing is answered
        self._trouble = Trouble(f"the database {location} cannot be used")
        self._told: set[str] = set()
        # a full disk keeps from writing alone
        self._writing_trouble = Trouble(f"the database {location} cannot be written to")

    # Schema

    def prepare(self) -> None:
        """
        Bring the tables to the newest version, making them if there are none.

        :raises CoreInitError: if a newer release has upgraded them
        :raises StateUnavailable: if the database is away
        """
        self._is_needed = True
        if self._is_prepared:
            return
        with self._lock:
            self._attempt(self._prepare)

    def _prepare(self) -> None:
        if not self._is_prepared:
            self._create()
            with self._writing() as connection:
                self._kind.lock_schema(connection)
                schema.upgrade(connection)
            self._is_prepared = True

    def _create(self) -> None:
        if self._kind.is_in_empty_folder():
            logger.warning(
                "%s: its folder is empty, and the state of clients begins anew; if there was any, "
                "stop the server, mount it or move it back, and start the server",
                self.location,
            )
        elif not self._kind.is_there():
            logger.info("%s was not there: the state of clients begins anew", self.location)
        try:
            self._kind.create()
        except OSError as error:
            now = self._clock.monotonic()
            raise self._unavailable(error, self._trouble, now) from error

    def schema_state(self) -> schema.SchemaState | None:
        """
        Return the version of the schema, None where there is no database at all.

        :raises StateUnavailable: if the database is away
        """
        if not self._kind.is_there():
            return None
        return self._attempt(lambda: self._run(schema.state_of))

    def has_tables(self) -> bool:
        """
        Say whether there is anything to read.

        A process that was to prepare the tables, and could not then, prepares them now: nothing
        is answered as if there were no state because the database's place is not there yet.

        :raises CoreInitError: if the tables are not as this release needs them, and this process
            changes no schema, or a newer release has upgraded them
        :raises StateUnavailable: if the database is away
        """
        if self._is_prepared:
            return True
        state = self.schema_state()
        if self._is_needed and (state is None or not state.is_newest):
            self.prepare()
            return True
        if state is None or state.version is None:
            return False
        state.check()
        if not state.is_newest:
            raise CoreInitError(
                f"{self.location}: the schema has the version {state.version}, and this release "
                f"needs {state.newest}: run bcfg2tw db upgrade, or start the server"
            )
        self._is_prepared = True
        return True

    # Reading and writing

    def read(self, query: Callable[[Connection], T]) -> T:
        """
        Return what a query finds; every statement sees all that is committed by then.

        :param query: may be called a second time, where the connection was broken
        :raises StateUnavailable: if the database is away
        """
        return self._attempt(lambda: self._run(query))

    def _run(self, query: Callable[[Connection], T]) -> T:
        with self._reading() as connection:
            return query(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            if self._engine.dialect.name != "sqlite":  # which has no transaction here anyway
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    def number(self) -> int:
        """
        Return the number of the last change: the one thing that every call asks for.

        It is read with a connection that the thread keeps, by the driver alone, which takes a
        fraction of the time.

        :raises StateUnavailable: if the database is away
        """
        try:
            return self._numbers.read()
        except self._numbers.errors as error:  # the connection has broken, or cannot be made
            logger.debug("%s", error)
        return self.read(lambda connection: int(connection.execute(_NUMBER).scalar_one()))

    def write(self, change: Callable[[Connection, int], T]) -> T:
        """
        Make a change; it is on disk on return, and nobody else changes anything meanwhile.

        :param change: called with the number of this change; a second time, where the connection
            was broken: it must do no harm to make it twice
        :raises StateUnavailable: if the database is away
        :raises DataError: if it cannot hold a value; nothing has changed then
        """
        self.prepare()
        return self._attempt(lambda: self._write(change), self._writing_trouble)

    def _write(self, change: Callable[[Connection, int], T]) -> T:
        with self._writing() as connection:
            connection.execute(_NEXT_NUMBER)
            number = connection.execute(_NUMBER).scalar_one()
            value = change(connection, number)
            self._kind.notify(connection)
        return value

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed at the end of the block."""
        with self._engine.connect() as connection:
            writing = connection.execution_options(**{IS_WRITING: True})
            with writing.begin():
                yield writing

    @contextmanager
    def holding(self, number: int) -> Iterator[None]:
        """
        Keep other processes from what this lock stands for.

        :raises StateUnavailable: if the database is away
        """
        self.prepare()
        held = ExitStack()
        self._attempt(lambda: held.enter_context(self._kind.holding(self._engine, number)))
        try:
            yield
        finally:
            # a lock that cannot be given back ends with its connection
            with suppress(SQLAlchemyError):
                held.close()

    def listen(self, wake: Callable[[], object]) -> Listener | None:
        """
        Have a function called when another process has changed something.

        :param wake: called in a thread of its own
        :returns: the listener, to be closed; None where the database tells nobody
        """
        return self._kind.listen(self._engine, wake)

    def disconnect(self) -> None:
        """Close all connections; they are opened again when they are needed."""
        self._numbers.close()
        self._engine.dispose()

    # Being away

    def _attempt(self, action: Callable[[], T], trouble: Trouble | None = None) -> T:
        """
        Run an action, unless the last one of its kind has just failed.

        :param trouble: of this kind of action; that of reading if it is not given
        """
        trouble = trouble or self._trouble
        started = self._clock.monotonic()
        if trouble.is_pausing(started):
            raise self.note(StateUnavailable(trouble.failure))
        try:
            value = self._twice(action)
        except DataError:
            raise
        except BrokenRow as error:  # all others can be read
            self._tell(error)
            self.note(error)
            raise
        except (SQLAlchemyError, OSError) as error:  # OSError: of a file beside the database
            raise self._unavailable(error, trouble, started) from error
        trouble.end()
        return value

    def _twice(self, action: Callable[[], T]) -> T:
        """Run an action, once more where the connection had broken unnoticed."""
        try:
            return action()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return action()

    def _unavailable(self, error: Exception, trouble: Trouble, started: float) -> StateUnavailable:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        trouble.begin(reason, started, self._clock.monotonic())
        return self.note(StateUnavailable(trouble.failure))

    def _tell(self, error: BrokenRow) -> None:
        """Log a row that is broken, once."""
        if str(error) not in self._told:
            self._told.add(str(error))
            logger.error("%s", error)

    def note(self, error: StateUnavailable) -> StateUnavailable:
        """Note that the call of this thread cannot be answered, and return the reason."""
        self._outages.note(error)
        return error
