"""
State that Bcfg2's own server keeps with `use_database`: its tables, of 1.3 and of 1.4.

They are the same in both (:ref:`plugin-api-15`). Nothing is written to them. A row that cannot be
taken over is named, and the others are: SQLite holds any bytes, MySQL dates of zeros.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    Connection,
    TableClause,
    column,
    create_engine,
    event,
    inspect,
    select,
    table,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client import ClientElement
from bcfg2tw.engine.store.client_rows import Elements
from bcfg2tw.engine.store.sql.location import POSTGRESQL, SQLITE, DatabaseLocation
from bcfg2tw.engine.store.sql.transfer.odd_times import read_any_time
from bcfg2tw.engine.store.sql.transfer.state import State
from bcfg2tw.errors import SettingsError

CLIENTS = table("Server_metadataclientmodel", column("hostname"), column("version"))
DATA = table(
    "Server_probesdatamodel",
    column("id"), column("hostname"), column("probe"), column("timestamp"), column("data"),
)  # fmt: skip
GROUPS = table("Server_probesgroupsmodel", column("id"), column("hostname"), column("group"))

Row = Mapping[str, Any]

#: Columns that say what a row is of. 1.3 keeps a group without a name for the line `group:`.
NAMING = ("hostname", "probe", "group")

#: Bytes that are shown before one that is not UTF-8.
SHOWN_BYTES = 40

#: Drivers for MySQL, by the names of their modules.
MYSQL_DRIVERS = {"MySQLdb": "mysql+mysqldb", "pymysql": "mysql+pymysql"}


def read_upstream_tables(location: DatabaseLocation) -> State | None:
    """
    Return the state that the tables of a database hold, None if there are none.

    :raises SettingsError: if the database cannot be read, or its driver is missing
    """
    if location.path is not None and not os.path.exists(location.path):
        return None
    try:
        engine = create_engine(readable(location.url), connect_args=dict(location.options))
        if engine.dialect.name == SQLITE:
            event.listen(engine, "connect", _read_any_text)
        read_any_time(engine)
        try:
            with engine.connect() as connection:
                return _read(connection)
        finally:
            engine.dispose()
    except (ImportError, NoSuchModuleError) as error:
        raise SettingsError(
            f"{location} cannot be read without a driver: {error} (for MySQL: pip install pymysql)"
        ) from error
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise SettingsError(f"{location} cannot be read: {reason}") from error


def readable(url: URL) -> URL:
    """Return the URL with a driver, and with nothing made where there is nothing."""
    backend = url.get_backend_name()
    if backend == SQLITE:
        path = quote(url.database or "")
        return url.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})
    if backend == POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "mysql":
        drivers = [name for module, name in MYSQL_DRIVERS.items() if find_spec(module)]
        return url.set(drivername=drivers[0] if drivers else url.drivername)
    return url


def _read(connection: Connection) -> State | None:
    names = inspect(connection).get_table_names()
    tables = [_table_there(model, names) for model in (CLIENTS, DATA, GROUPS)]
    if not any(there is not None for there in tables):
        return None
    notes: list[str] = []
    clients, data, groups = (
        [] if there is None else _rows(connection, there, notes) for there in tables
    )
    return State(_clients(clients), _answers(data, groups, notes), tuple(notes))


def _table_there(model: TableClause, names: Iterable[str]) -> TableClause | None:
    """Return the table under the name that it has: MySQL's may be in lower case."""
    same = [name for name in names if name.lower() == model.name.lower()]
    if not same:
        return None
    return table(model.name if model.name in same else same[0], *map(column, model.columns.keys()))


def _read_any_text(connection: Any, record: object) -> None:
    """Have SQLite give texts that are not UTF-8, which it would end the whole reading with."""
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")


def _rows(connection: Connection, model: TableClause, notes: list[str]) -> list[Row]:
    """
    Return the rows of a table that can be taken over.

    :param notes: a sentence about each of the others is added
    """
    rows: list[Row] = []
    for row in connection.execute(select(model)).mappings():
        try:
            rows.append(_readable_row(row))
        except ValueError as error:
            name = f"row {row['id']}" if "id" in row else "a row"
            notes.append(f"{name} of {model.name} is not taken over: {error}")
    return rows


def _readable_row(row: Mapping[Any, Any]) -> Row:
    """
    Return a row without bytes.

    :raises ValueError: if it names no client, probe or group, or has a text that is not UTF-8
    """
    plain = {str(name): _plain(str(name), row[name]) for name in row}
    for name in NAMING:
        if name in plain and not plain[name]:
            raise ValueError(f"it has no {name}")
    return plain


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        shown = value[max(0, error.start - SHOWN_BYTES) : error.end]
        raise ValueError(f"its {name} is not UTF-8: {shown!r}") from error


def _clients(rows: Iterable[Row]) -> Mapping[str, Elements]:
    return {
        row["hostname"].lower(): (ClientElement(_attributes(row)),)
        for row in sorted(rows, key=lambda row: str(row["hostname"]))
    }


def _attributes(row: Row) -> dict[str, str]:
    version = {"version": row["version"]} if row["version"] else {}
    return {"name": row["hostname"].lower(), **version}


def _answers(data: Iterable[Row], groups: Iterable[Row], notes: list[str]) -> Mapping[str, Answers]:
    """
    Return the answers by client.

    :param notes: sentences about rows that stand there twice, or have no time, are added
    """
    outputs: dict[str, dict[str, str]] = {}
    times: dict[str, int] = {}
    for row in sorted(data, key=lambda row: int(row["id"])):
        client, probe = row["hostname"].lower(), row["probe"]
        if probe in outputs.setdefault(client, {}):
            notes.append(f"{client}: probe {probe} is there twice; the last row counts")
        outputs[client][probe] = row["data"] or ""
        try:
            times[client] = max(times.get(client, 0), _seconds(row["timestamp"]))
        except (ValueError, OverflowError):
            notes.append(
                f"{client}: the time of probe {probe}, {str(row['timestamp'])!r}, is none; what "
                "the probe said is taken over without it"
            )
    members: dict[str, set[str]] = {}
    for row in groups:
        members.setdefault(row["hostname"].lower(), set()).add(row["group"])
    return {
        client: Answers(
            client,
            outputs.get(client, {}),
            frozenset(members.get(client, ())),
            times.get(client, 0),
        )
        for client in _sorted({*outputs, *members})
    }


def _sorted(names: Iterable[str]) -> Iterator[str]:
    return iter(sorted(names))


def _seconds(timestamp: object) -> int:
    """
    Return seconds since 1970; a time without zone is one of this machine.

    :raises ValueError: if it is none
    :raises OverflowError: if this machine cannot have it
    """
    if isinstance(timestamp, str):
        timestamp = datetime.fromisoformat(timestamp)
    return int(timestamp.timestamp()) if isinstance(timestamp, datetime) else 0
