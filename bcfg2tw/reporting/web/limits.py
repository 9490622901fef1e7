"""Bounds of what a question may cost the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bcfg2tw.reporting.database import ReportDatabase

#: How long a page may ask, and how long all lists and exports may be read.
PAGE_SECONDS, STREAM_SECONDS = 20.0, 600.0

#: Steps of SQLite's virtual machine between two looks at the clock.
STEPS = 20_000


@contextmanager
def limited_reading(database: ReportDatabase, seconds: float) -> Iterator[Connection]:
    """
    Give a connection for reading whose queries are ended when their time is over.

    :raises sqlalchemy.exc.OperationalError: in the block, if it is
    """
    if not database.is_sqlite:
        with ExitStack() as reading:
            yield _limited_connection(database, seconds, reading)
        return
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        end = time.monotonic() + seconds
        driver.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        try:
            yield connection
        finally:
            driver.set_progress_handler(None, 0)


def _limited_connection(database: ReportDatabase, seconds: float, reading: ExitStack) -> Connection:
    """Return a connection to a server; one that was lost since it was last used is replaced."""
    statement = f"SET LOCAL statement_timeout = {round(seconds * 1000)}"
    connection = reading.enter_context(database.reading())
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        reading.close()
        connection = reading.enter_context(database.reading())
        connection.exec_driver_sql(statement)
    return connection


def took_too_long(error: Exception) -> bool:
    """Say whether a query was ended because its time was over."""
    reason = getattr(error, "orig", None)
    return str(reason) == "interrupted" or type(reason).__name__ == "QueryCanceled"
