"""A database of upstream, read by the columns that it has; it is never written."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    URL,
    ColumnClause,
    Engine,
    Select,
    column,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    table,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from bcfg2tw.engine.store.sql.transfer.odd_times import read_any_time
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.contents import PARAMETERS, chunks

OldRow = Mapping[str, Any]

#: The beginning of an SQLite file.
SQLITE_MAGIC = b"SQLite format 3\0"

#: The tables without which there is nothing to import.
NEEDED = ("Reporting_client", "Reporting_interaction")


@dataclass(frozen=True)
class OldTable:
    """
    A table that is there.

    :ivar name: as the database has it; MySQL's may be in lower case
    """

    name: str
    columns: tuple[str, ...]


class OldDatabase:
    """A database of upstream."""

    def __init__(self, url: URL) -> None:
        """
        Look what is there.

        :raises Bcfg2Error: if it cannot be read, or is none of upstream's
        """
        self.url = url
        self._engine = _engine(url)
        try:
            inspector = inspect(self._engine)
            names = {name.lower(): name for name in inspector.get_table_names()}
            self._tables = {
                key: OldTable(name, tuple(str(one["name"]) for one in inspector.get_columns(name)))
                for key, name in names.items()
                if key.startswith("reporting_")
            }
        except SQLAlchemyError as error:
            raise Bcfg2Error(f"{self} cannot be read: {getattr(error, 'orig', error)}") from error
        missing = [name for name in NEEDED if not self.has(name)]
        if missing:
            raise Bcfg2Error(f"{self} holds no reports of Bcfg2: it has no table {missing[0]}")

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def has(self, name: str) -> bool:
        """Say whether there is a table."""
        return name.lower() in self._tables

    def columns(self, name: str) -> tuple[str, ...]:
        """Return the columns of a table, none of one that is not there."""
        found = self._tables.get(name.lower())
        return () if found is None else found.columns

    def rows(
        self, name: str, key: str = "id", values: Collection[int] | None = None
    ) -> Iterator[OldRow]:
        """
        Yield rows of a table, none of one that is not there; values are as the driver has them.

        :param key: a column
        :param values: of this column; None for all rows
        """
        there = self._tables.get(name.lower())
        if there is None:
            return
        query = _all_of(there)
        with self._engine.connect() as connection:
            if values is None:
                yield from map(_plain, connection.execute(query).mappings())
                return
            for chunk in chunks(sorted(values), PARAMETERS):
                part = query.where(column(key).in_(chunk))
                yield from map(_plain, connection.execute(part).mappings().all())

    def pages(self, name: str, size: int) -> Iterator[list[OldRow]]:
        """Yield all rows of a table, some at a time, in the order of their numbers."""
        query = _all_of(self._tables[name.lower()]).order_by(column("id"))
        last: int | None = None
        while True:
            part = query if last is None else query.where(column("id") > last)
            with self._engine.connect() as connection:
                page: list[OldRow] = [*map(_plain, connection.execute(part.limit(size)).mappings())]
            if not page:
                return
            yield page
            last = page[-1]["id"]

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        query = select(func.count()).select_from(table(self._tables[name.lower()].name))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _all_of(there: OldTable) -> Select[Any]:
    columns: list[ColumnClause[Any]] = [column(name) for name in there.columns]
    return select(*columns).select_from(table(there.name, *columns))


def _plain(row: Mapping[Any, Any]) -> OldRow:
    """Return a row without bytes: what is no UTF-8 in them is replaced."""
    return {
        name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def _read_any_text(connection: Any, record: object) -> None:
    """Have SQLite give texts that are no UTF-8, which it would refuse to."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url)
        if url.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _read_any_text)
        read_any_time(engine)
        return engine
    except (ImportError, NoSuchModuleError) as error:
        raise Bcfg2Error(
            f"{url.render_as_string(hide_password=True)}: the driver of this database is not "
            f"installed: {error}"
        ) from error


def old_url(source: str) -> URL:
    """
    Return the URL of a database that a user names: a URL, or an SQLite file.

    :raises Bcfg2Error: if it is neither
    """
    if "://" in source:
        try:
            url = make_url(source)
        except ArgumentError as error:
            raise Bcfg2Error(
                "this is no URL of a database: write DIALECT://USER@HOST/NAME"
            ) from error
        if url.get_backend_name() == "sqlite" and url.database and not url.query:
            return _url_of_file(url.database)
        return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
    return _url_of_file(source)


def _url_of_file(path: str) -> URL:
    """Return the URL of an SQLite file that is read, and not made where there is none."""
    path = quote(os.path.abspath(path))
    return URL.create("sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"})
