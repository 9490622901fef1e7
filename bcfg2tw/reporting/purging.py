"""
Removing what is old: in steps, beside uploads, and never more than was meant.

A host keeps its newest run whatever its age, and stays when it has none: one that stopped reporting
is the one to be seen. What no run has any more goes with the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import chunks
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.host_states import refresh_hosts

#: Rows that are removed in one transaction.
STEP = 1000

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Purge:
    """
    The runs to be removed.

    :ivar before: microseconds since 1970; older runs go
    :ivar client: the only host that is meant
    :ivar state: the only state, as clients report it
    :ivar keeps_newest: whether each host's newest run stays
    :ivar latest: later runs tell the state of no host that has others
    """

    before: int | None = None
    client: str | None = None
    state: str | None = None
    keeps_newest: bool = True
    latest: int | None = None

    def runs(self) -> Select[tuple[int, int]]:
        """Return the query for number and host of the runs."""
        runs, hosts = tables.runs.c, tables.hosts.c
        conditions: list[ColumnElement[bool]] = []
        if self.before is not None:
            conditions.append(runs.time < self.before)
        if self.client is not None:
            conditions.append(hosts.name == self.client)
        if self.state is not None:
            text = select(tables.texts.c.id).where(tables.texts.c.text == self.state)
            conditions.append(runs.state.in_(text))
        if self.keeps_newest:
            conditions.append(or_(hosts.newest.is_(None), runs.id != hosts.newest))
        query = select(runs.id, runs.host).join_from(
            tables.runs, tables.hosts, runs.host == hosts.id
        )
        return query.where(*conditions).order_by(runs.id).limit(STEP)


def purge(database: ReportDatabase, wanted: Purge, progress: Progress = lambda count: None) -> int:
    """
    Remove runs, and what no other run has.

    :param progress: called with the number of runs that are gone after each step
    :returns: how many runs are gone
    :raises sqlalchemy.exc.SQLAlchemyError: if the database fails; the steps that were made stay
    """
    count = _purge_runs(database, wanted, progress)
    remove_unused(database)
    return count


def _purge_runs(database: ReportDatabase, wanted: Purge, progress: Progress) -> int:
    count = 0
    while True:
        with database.writing() as connection:
            step = _purge_step(connection, wanted)
        if not step:
            break
        count += step
        progress(count)
    return count


def _purge_step(connection: Connection, wanted: Purge) -> int:
    rows = connection.execute(wanted.runs()).all()
    if rows:
        numbers = [row.id for row in rows]
        connection.execute(delete(tables.runs).where(tables.runs.c.id.in_(numbers)))
        columns = tables.old_numbers.c
        connection.execute(
            delete(tables.old_numbers).where(columns.kind == "run", columns.target.in_(numbers))
        )
        refresh_hosts(connection, sorted({row.host for row in rows}), wanted.latest)
    return len(rows)


def remove_host(database: ReportDatabase, client: str) -> int:
    """Remove a host with all its runs; returns how many these were."""
    count = remove_host_alone(database, client)
    remove_unused(database)
    return count


def remove_host_alone(database: ReportDatabase, client: str) -> int:
    """Remove a host and its runs, but not what no other run has; returns how many these were."""
    wanted = Purge(client=client, keeps_newest=False)
    count = _purge_runs(database, wanted, lambda count: None)
    with database.writing() as connection:
        connection.execute(delete(tables.hosts).where(tables.hosts.c.name == client))
    return count


def remove_unused(database: ReportDatabase) -> dict[str, int]:
    """
    Remove sets, entries, memberships and texts that no run has any more.

    :returns: how many of each are gone
    """
    runs, members, links = tables.runs.c, tables.members.c, tables.set_entries.c
    shared = {
        "set": _Shared(tables.sets, (runs.bad_set, runs.modified_set, runs.extra_set), links.set),
        "entry": _Shared(tables.entries, (links.entry,)),
        "membership": _Shared(tables.memberships, (runs.membership,), members.membership),
        "text": _Shared(tables.texts, (runs.state, runs.revision, runs.server, runs.phases)),
    }
    return {name: rows.remove_unused(database) for name, rows in shared.items()}


@dataclass(frozen=True)
class _Shared:
    """
    Rows that others point to.

    :ivar users: the columns that point to them
    :ivar part: the column, of a table that goes with them, that belongs to them
    """

    table: Table
    users: tuple[ColumnElement[Any], ...]
    part: Column[Any] | None = None

    def remove_unused(self, database: ReportDatabase) -> int:
        """Remove the rows that nothing points to; returns how many these were."""
        with database.reading() as connection:
            candidates = self._numbers(connection) - self._used(connection)
        return sum(self._remove(database, chunk) for chunk in chunks(sorted(candidates), STEP))

    def _remove(self, database: ReportDatabase, chunk: Sequence[int]) -> int:
        try:
            with database.writing() as connection:
                unused = sorted(set(chunk) - self._used(connection, chunk))
                if self.part is not None:
                    connection.execute(delete(self.part.table).where(self.part.in_(unused)))
                connection.execute(delete(self.table).where(self.table.c.id.in_(unused)))
        except IntegrityError:
            return 0  # one has come into use meanwhile: it stays, and its neighbours for this time
        return len(unused)

    def _numbers(self, connection: Connection) -> set[int]:
        query = select(self.table.c.id)
        if self.table is tables.sets:
            query = query.where(tables.sets.c.size.is_not(None))  # others are being written
        return set(connection.execute(query).scalars())

    def _used(self, connection: Connection, chunk: Sequence[int] | None = None) -> set[int]:
        used: set[int] = set()
        for column in self.users:
            query = select(column).distinct()
            if chunk is not None:
                query = query.where(column.in_(chunk))
            used.update(connection.execute(query).scalars())
        return used
