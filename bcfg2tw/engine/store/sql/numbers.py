"""Reads the number of the last change, as fast as the driver can."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine
from sqlalchemy.exc import NoResultFound, SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from bcfg2tw.engine.store.sql.tables import revision

_QUERY = f"SELECT number FROM {revision.name}"


class NumberReader:
    """
    Reads with a connection for each thread that asks.

    :ivar errors: what reading may raise; the thread gets a new connection then
    """

    def __init__(self, engine: Engine, place: Callable[[], object]) -> None:
        """
        Open nothing yet.

        :param place: returns something that is another once connections lead to what is not there
            any more, see `DatabaseKind.place`
        """
        self._engine = engine
        self._place = place
        self.errors: tuple[type[Exception], ...] = (
            SQLAlchemyError,
            engine.dialect.loaded_dbapi.Error,
        )
        self._thread = threading.local()
        self._connections: WeakSet[PoolProxiedConnection] = WeakSet()

    def read(self) -> int:
        """Return the number; every change that is committed by now is counted."""
        if self._place() != getattr(self._thread, "place", None):
            self._forget()
        cursor = getattr(self._thread, "cursor", None) or self._open()
        try:
            cursor.execute(_QUERY)
            row = cursor.fetchone()
            if row is None:
                raise NoResultFound(f"the table {revision.name} is empty")
            return int(row[0])
        except BaseException:
            self._forget()
            raise

    def _open(self) -> Any:
        place, connection = self._place(), self._engine.raw_connection()
        driver: Any = connection.driver_connection
        connection.detach()  # it never goes back to those that have transactions
        self._connections.add(connection)
        if self._engine.dialect.name != "sqlite":  # where reading begins no transaction
            driver.autocommit = True
        self._thread.place = place
        self._thread.connection, self._thread.cursor = connection, driver.cursor()
        return self._thread.cursor

    def _forget(self) -> None:
        connection = getattr(self._thread, "connection", None)
        self._thread.connection = self._thread.cursor = None
        if connection is not None:
            _close(connection)

    def close(self) -> None:
        """Close the connections of all threads; they get new ones when they read again."""
        for connection in list(self._connections):
            _close(connection)
        self._connections.clear()
        self._thread = threading.local()


def _close(connection: PoolProxiedConnection) -> None:
    # one that has broken, or whose server is gone, may not end in good order
    with suppress(Exception):
        connection.close()
