"""Following the changes that others make in the database."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Table, bindparam, literal, select, union_all

from bcfg2tw.engine.clock import Clock, Timer
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.listening import Listener
from bcfg2tw.engine.store.sql.tables import answers, clients, revision
from bcfg2tw.errors import Bcfg2Error

logger = logging.getLogger("bcfg2-server")

#: Seconds between two looks of a process that nobody calls.
LOOK_EVERY_SECONDS = 1.0


#: The rows of so many changes are remembered, to know the database again.
REMEMBERED_CHANGES = 20

#: A row: its table, and the client.
Row = tuple[str, str]


class Follower(ABC):
    """A part of the store that keeps something of the database in memory."""

    @abstractmethod
    def take_in(self, connection: Connection, after: int | None) -> Callable[[], None]:
        """
        Fetch what changed.

        :param after: the number of the last change that is known already; None for everything
        :returns: puts it into force and announces it, all at once for all parts
        """


class Following:
    """
    Brings the parts of the store up to date, before anything is answered from them.

    Safe to use from any thread.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._followers: list[Follower] = []
        self._number: int | None = None
        # the last rows, by the numbers under which they changed, and up to which they are all here
        self._rows: dict[Row, int] = {}
        self._read_up_to = 0
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._timer: Timer | None = None
        self._listener: Listener | None = None
        self._is_closed = False

    def add(self, follower: Follower) -> None:
        """Have a part follow as well; before anything is read."""
        self._followers.append(follower)

    def catch_up(self) -> None:
        """
        Take in all that was acknowledged by now; usually one read of one row.

        :raises StateUnavailable: if the database is away
        """
        if not self._database.has_tables():
            return
        if self._database.number() != self._number:
            with self._lock:
                self._database.read(self._take_in)

    def note_own(self, number: int, table: Table, client: str) -> None:
        """Note that a change of this process is in force, so that it is not fetched."""
        with self._lock:
            if self._number == number - 1:
                self._number = number
            if self._number == number:
                self._rows[table.name, client] = number

    def _take_in(self, connection: Connection) -> None:
        number = _number(connection)
        last = self._number
        read_up_to = number if last is None else min(number, self._read_up_to)
        rows = _rows_after(connection, read_up_to - REMEMBERED_CHANGES)
        if last is not None and (number < last or not self._are_continued(rows)):
            logger.warning("%s was replaced by an older one: all of it is read anew",
                           self._database.location)  # fmt: skip
            last = None
        if number == last:
            return
        for put_into_force in [follower.take_in(connection, last) for follower in self._followers]:
            put_into_force()
        self._number = self._read_up_to = number
        oldest = number - REMEMBERED_CHANGES
        self._rows = {row: change for row, change in rows.items() if oldest < change <= number}

    def _are_continued(self, rows: Mapping[Row, int]) -> bool:
        """
        Say whether a database holds the changes that were seen last.

        One that was replaced by an older copy may have passed their numbers since, with changes of
        other rows, and what was changed before would never be fetched.

        :param rows: that were changed last, by the numbers of the changes
        """
        # a later change may be one of this process, in force but not noted yet
        are_there = all(
            rows.get(row) == change or rows.get(row, 0) > max(change, self._read_up_to)
            for row, change in self._rows.items()
        )
        return are_there and all(
            change > self._read_up_to or self._rows.get(row) == change
            for row, change in rows.items()
        )

    # Without calls

    def start(self) -> None:
        """
        Take in changes without being called, so that the next call need not.

        PostgreSQL tells of them; an SQLite database is looked at from time to time.
        """
        with self._starting:
            if self._is_closed or self._listener is not None or self._timer is not None:
                return
            self._listener = self._database.listen(self._look)
            if self._listener is None:
                self._timer = self._clock.call_later(LOOK_EVERY_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._look()
        with self._starting:
            self._timer = None
        self.start()

    def _look(self) -> None:
        try:
            self.catch_up()
        except (Bcfg2Error, MemoryError) as error:
            logger.debug("%r", error)  # told already, and tried again

    def close(self) -> None:
        """Take in nothing any more without being called."""
        with self._starting:
            self._is_closed = True
            timer, self._timer = self._timer, None
            listener, self._listener = self._listener, None
        if timer is not None:
            timer.cancel()
        if listener is not None:
            listener.close()


def _number(connection: Connection) -> int:
    return int(connection.execute(_NUMBER).scalar_one())


def _rows_after(connection: Connection, number: int) -> dict[Row, int]:
    """Return the rows that were changed after a number, and the numbers of their changes."""
    rows = connection.execute(_ROWS, {"after": number})
    return {(table, client): change for table, client, change in rows}


_NUMBER = select(revision.c.number)
_ROWS = union_all(
    *(
        select(literal(table.name), column, table.c.revision).where(
            table.c.revision > bindparam("after")
        )
        for table, column in ((clients, clients.c.name), (answers, answers.c.client))
    )
)
