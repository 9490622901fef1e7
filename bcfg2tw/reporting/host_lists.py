"""The lists that the command `reports` shows: hosts with their newest run, and what it lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import key_of
from bcfg2tw.reporting.model import STATES


@dataclass(frozen=True)
class RunFilter:
    """
    The runs of a host that count; the newest of them is shown.

    :ivar dry_runs: whether runs that change nothing do
    :ivar important: whether runs that look at important entries alone do
    """

    dry_runs: bool = True
    important: bool = True

    def newest(self) -> ColumnElement[Any]:
        """Return an expression for the number of a host's newest run."""
        if self.dry_runs and self.important:
            return tables.hosts.c.newest
        runs = tables.runs.alias("candidates").c
        query = select(runs.id).where(runs.host == tables.hosts.c.id)
        if not self.dry_runs:
            query = query.where(~runs.dry_run)
        if not self.important:
            query = query.where(~runs.only_important)
        return query.order_by(runs.time.desc()).limit(1).scalar_subquery()


@dataclass(frozen=True)
class HostRun:
    """A host with its newest run; the numbers of its lists are None where they are empty."""

    client: str
    first_seen: int
    expired: int | None
    time: int
    total: int
    good: int
    bad: int
    modified: int
    extra: int
    bad_set: int | None
    modified_set: int | None
    extra_set: int | None

    @property
    def is_clean(self) -> bool:
        """Say whether all that was looked at was good (:ref:`reporting-8`)."""
        return self.bad == 0 and self.good == self.total


def host_runs(
    connection: Connection, runs_that_count: RunFilter, client: str | None = None
) -> list[HostRun]:
    """
    Return the hosts that have a run, in the order in which they were first known.

    :param client: the only host that is wanted, even if it is expired; others are left out then
    """
    hosts, runs = tables.hosts.c, tables.runs.c
    query = (
        select(
            hosts.name, hosts.first_seen, hosts.expired, runs.time, runs.total, runs.good, runs.bad,
            runs.modified, runs.extra, runs.bad_set, runs.modified_set, runs.extra_set,
        )
        .join_from(tables.hosts, tables.runs, runs.id == runs_that_count.newest())
        .order_by(hosts.id)
    )  # fmt: skip
    condition = hosts.expired.is_(None) if client is None else hosts.name == client
    return [HostRun(*tuple(row)) for row in connection.execute(query.where(condition))]


def is_host(connection: Connection, client: str) -> bool:
    """Say whether a host is known."""
    query = select(exists().where(tables.hosts.c.name == client))
    return bool(connection.execute(query).scalar())


def listed_entries(connection: Connection, run: HostRun, state: str) -> list[tuple[str, str]]:
    """Return type and name of the entries that a run lists in a state; failures are left out."""
    entries, links = tables.entries.c, tables.set_entries.c
    query = (
        select(entries.type, entries.name)
        .join_from(tables.set_entries, tables.entries, links.entry == entries.id)
        .where(links.set == getattr(run, f"{state}_set"), entries.state.is_not(None))
        .order_by(entries.type, entries.name)
    )
    return [(row.type, row.name) for row in connection.execute(query)]


def sets_with(connection: Connection, kind: str, name: str) -> set[int]:
    """Return the numbers of the sets that have an entry of a type and name, failures left out."""
    entries, links = tables.entries.c, tables.set_entries.c
    query = (
        select(links.set)
        .join_from(tables.set_entries, tables.entries, links.entry == entries.id)
        .where(
            entries.key == key_of(kind, name), entries.type == kind, entries.name == name,
            entries.state.is_not(None),
        )
    )  # fmt: skip
    return set(connection.execute(query).scalars())


def hosts_with(
    connection: Connection, runs: Iterable[HostRun], state: str, names: Iterable[tuple[str, str]]
) -> list[HostRun]:
    """Return the runs that list entries in a state: one as often as it has of the entries."""
    runs = list(runs)
    found = []
    for kind, name in names:
        sets = sets_with(connection, kind, name)
        found += [run for run in runs if getattr(run, f"{state}_set") in sets]
    return found


def states_of_entry(
    connection: Connection, runs: Iterable[HostRun], kind: str, name: str
) -> list[tuple[HostRun, str]]:
    """Return the runs that list an entry, each with the state that it has there."""
    sets = sets_with(connection, kind, name)
    return [
        (run, state) for run in runs for state in STATES if getattr(run, f"{state}_set") in sets
    ]


def is_type(connection: Connection, kind: str, types: Collection[str]) -> bool:
    """Say whether there can be entries of a type: it is one of Bcfg2's, or was reported."""
    if kind in types:
        return True
    query = select(exists().where(tables.entries.c.type == kind))
    return bool(connection.execute(query).scalar())


def toggle_expired(connection: Connection, client: str, now: int) -> bool | None:
    """
    Expire a host, or take it back.

    :param now: microseconds since 1970
    :returns: whether it is expired then; None for an unknown host
    """
    hosts = tables.hosts.c
    row = connection.execute(select(hosts.id, hosts.expired).where(hosts.name == client)).first()
    if row is None:
        return None
    expired = now if row.expired is None else None
    connection.execute(tables.hosts.update().where(hosts.id == row.id).values(expired=expired))
    return expired is not None
