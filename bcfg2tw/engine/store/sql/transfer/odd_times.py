"""Times of PostgreSQL that Python has none for, such as `infinity`: given as texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event


def read_any_time(engine: Engine) -> None:
    """
    Have new connections to PostgreSQL give texts in the place of such times.

    psycopg raises an error for one, with which the reading of all rows would end. Nothing happens
    with another driver.
    """
    if engine.dialect.driver == "psycopg":
        event.listen(engine, "connect", _register_loaders)


def _register_loaders(connection: Any, record: object) -> None:
    """Have a connection load times that are none as texts."""
    from psycopg.types.datetime import TimestampLoader, TimestamptzLoader

    class AnyTimestamp(TimestampLoader):
        """Loads `timestamp`."""

        def load(self, data: Any) -> Any:
            """Return a time, or a text."""
            return _time_or_text(super().load, data)

    class AnyTimestampWithZone(TimestamptzLoader):
        """Loads `timestamp with time zone`."""

        def load(self, data: Any) -> Any:
            """Return a time, or a text."""
            return _time_or_text(super().load, data)

    connection.adapters.register_loader("timestamp", AnyTimestamp)
    connection.adapters.register_loader("timestamptz", AnyTimestampWithZone)


def _time_or_text(load: Callable[[Any], Any], data: Any) -> Any:
    """Return a time, or where there is none, the text that PostgreSQL has for it."""
    from psycopg import DataError

    try:
        return load(data)
    except DataError:
        return bytes(data).decode()


__all__ = ["read_any_time"]
