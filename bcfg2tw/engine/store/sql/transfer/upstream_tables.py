"""
State that Bcfg2's own server keeps with `use_database`: its tables, of 1.3 and of 1.4.

They are the same in both (:ref:`plugin-api-15`). Nothing is written to them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, column, create_engine, inspect, select, table
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client import ClientElement
from bcfg2tw.engine.store.client_rows import Elements
from bcfg2tw.engine.store.sql.location import POSTGRESQL, SQLITE, DatabaseLocation
from bcfg2tw.engine.store.sql.transfer.state import State
from bcfg2tw.errors import SettingsError

CLIENTS = table("Server_metadataclientmodel", column("hostname"), column("version"))
DATA = table(
    "Server_probesdatamodel",
    column("id"), column("hostname"), column("probe"), column("timestamp"), column("data"),
)  # fmt: skip
GROUPS = table("Server_probesgroupsmodel", column("id"), column("hostname"), column("group"))

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
    names = set(inspect(connection).get_table_names())
    tables = {model.name for model in (CLIENTS, DATA, GROUPS)} & names
    if not tables:
        return None
    rows = {
        model.name: list(connection.execute(select(model)).mappings())
        if model.name in tables
        else []
        for model in (CLIENTS, DATA, GROUPS)
    }
    collapsed: list[str] = []
    answers = _answers(rows[DATA.name], rows[GROUPS.name], collapsed)
    return State(_clients(rows[CLIENTS.name]), answers, tuple(collapsed))


def _clients(rows: Iterable[Mapping[Any, Any]]) -> Mapping[str, Elements]:
    return {
        row["hostname"].lower(): (ClientElement(_attributes(row)),)
        for row in sorted(rows, key=lambda row: str(row["hostname"]))
    }


def _attributes(row: Mapping[Any, Any]) -> dict[str, str]:
    version = {"version": row["version"]} if row["version"] else {}
    return {"name": row["hostname"].lower(), **version}


def _answers(
    data: Iterable[Mapping[Any, Any]],
    groups: Iterable[Mapping[Any, Any]],
    collapsed: list[str],
) -> Mapping[str, Answers]:
    """
    Return the answers by client.

    :param collapsed: sentences about rows that stand there twice are added
    """
    outputs: dict[str, dict[str, str]] = {}
    times: dict[str, int] = {}
    for row in sorted(data, key=lambda row: int(row["id"])):
        client, probe = row["hostname"].lower(), row["probe"]
        if probe in outputs.setdefault(client, {}):
            collapsed.append(f"{client}: probe {probe} is there twice; the last row counts")
        outputs[client][probe] = row["data"] or ""
        times[client] = max(times.get(client, 0), _seconds(row["timestamp"]))
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
    """Return seconds since 1970; a time without zone is one of this machine."""
    if isinstance(timestamp, str):
        timestamp = datetime.fromisoformat(timestamp)
    return int(timestamp.timestamp()) if isinstance(timestamp, datetime) else 0
