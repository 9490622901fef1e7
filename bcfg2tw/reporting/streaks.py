"""
Since when a host's runs were alike, kept beside each run so that no page has to look back.

A run follows the one before it of its own kind: those that looked at everything and could change it
are one kind, all others the second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks

Row = Mapping[Any, Any]

#: What runs are compared in, and the column that says since when it was the same.
SINCE = {"class": "class_since", "bad_set": "bad_since", "modified_set": "modified_since"}

_runs = tables.runs
_COLUMNS = ("id", "host", "time", "dry_run", "only_important", *SINCE, *SINCE.values())
_columns = [_runs.c[name] for name in _COLUMNS]


def is_partial(run: Row) -> bool:
    """Say whether a run changed nothing, or looked at a part."""
    return bool(run["dry_run"] or run["only_important"])


def since_of(run: Row, before: Row | None) -> dict[str, int]:
    """
    Return the columns that say since when it was as in a run.

    :param before: the last run of its kind before it, None for the first one
    """
    return {column: _since(run, before, name) for name, column in SINCE.items()}


def _since(run: Row, before: Row | None, name: str) -> int:
    if before is None or before[name] != run[name]:
        return int(run["time"])
    since = before[SINCE[name]]
    # a node of an older release leaves the column empty
    return int(before["time"] if since is None else since)


def with_since(
    connection: Connection, rows: Iterable[Row], last_full: Mapping[int, int | None]
) -> list[dict[str, Any]]:
    """
    Return new runs with their columns filled.

    :param last_full: the newest full run of each host that has no run newer than these; a run of
        another host is taken for its first one, and `repair` is called for once all are stored
    """
    in_order = sorted(rows, key=lambda row: row["time"])
    last = _last_runs(connection, in_order, last_full)
    filled: list[dict[str, Any]] = []
    for row in in_order:
        key = row["host"], is_partial(row)
        filled.append({**row, **since_of(row, last.get(key))})
        if row["host"] in last_full:
            last[key] = filled[-1]
    return filled


def _last_runs(
    connection: Connection, rows: Sequence[Row], last_full: Mapping[int, int | None]
) -> dict[tuple[int, bool], Row]:
    partial = {row["host"] for row in rows if is_partial(row)} & last_full.keys()
    numbers = [*filter(None, last_full.values()), *_last_partial(connection, partial)]
    last: dict[tuple[int, bool], Row] = {}
    for chunk in chunks(numbers, PARAMETERS):
        for row in map(dict, connection.execute(_of_numbers, {"numbers": chunk}).mappings()):
            last[row["host"], is_partial(row)] = row
    return last


_of_numbers = select(*_columns).where(_runs.c.id.in_(bindparam("numbers", expanding=True)))


def _last_partial(connection: Connection, hosts: Collection[int]) -> list[int]:
    """Return the newest runs of their kind; few hosts have any."""
    query = select(_runs.c.id).where(tables.is_partial(_runs)).order_by(_runs.c.time.desc())
    found = (
        connection.execute(query.where(_runs.c.host == host).limit(1)).scalar() for host in hosts
    )
    return [number for number in found if number is not None]


def repair(connection: Connection, host: int, begin: int) -> None:
    """
    Fill the columns of a host's runs from a time on, for one that came late changes those after it.

    :param begin: the time of the first run that came
    """
    last = _runs_before(connection, host, begin)
    query = select(*_columns).where(_runs.c.host == host, _runs.c.time >= begin)
    changed: list[dict[str, Any]] = []
    for row in map(dict, connection.execute(query.order_by(_runs.c.time)).mappings().all()):
        since = since_of(row, last.get(is_partial(row)))
        last[is_partial(row)] = {**row, **since}
        if any(row[name] != time for name, time in since.items()):
            changed.append({"number": row["id"], **since})
    if changed:
        connection.execute(_update, changed)


def _runs_before(connection: Connection, host: int, time: int) -> dict[bool, Row]:
    """Return the last run of each kind before a time, by whether it is partial."""
    query = select(*_columns).where(_runs.c.host == host, _runs.c.time < time)
    query = query.order_by(_runs.c.time.desc()).limit(1)
    kinds = {False: tables.is_full(_runs), True: tables.is_partial(_runs)}
    rows = {
        kind: connection.execute(query.where(condition)).mappings().first()
        for kind, condition in kinds.items()
    }
    return {kind: dict(row) for kind, row in rows.items() if row is not None}


_update = (
    _runs.update()
    .where(_runs.c.id == bindparam("number"))
    .values({name: bindparam(name) for name in SINCE.values()})
)
