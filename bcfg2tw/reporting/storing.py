"""Reports on their way into the database: many in one transaction, none twice, none lost."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from bcfg2tw.engine.clock import Clock
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import class_of
from bcfg2tw.reporting.contents import (
    ROWS,
    Sets,
    chunks,
    ensure,
    ensure_entries,
    ensure_memberships,
    ensure_sets,
    ensure_texts,
    link,
    membership_digest,
)
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.host_states import add_runs, latest_at
from bcfg2tw.reporting.model import STATES, Item, Report, Run


class ReportStore:
    """
    Puts reports into a database.

    Safe to use from any thread, and by several processes and nodes at a time.
    """

    def __init__(self, database: ReportDatabase, clock: Clock | None = None) -> None:
        """
        Touch nothing yet.

        :param clock: tells which runs are of the future; without one none is
        """
        self.database = database
        self._clock = clock

    def add(self, reports: Sequence[Report]) -> None:
        """
        Store reports; they are committed on return. One that is there already stays as it is.

        Nobody else waits long for the database: what is large goes in in pieces before the rest.

        :raises sqlalchemy.exc.SQLAlchemyError: if they cannot be stored; none of the runs is then
        """
        if not reports:
            return
        for report in reports:
            for items in by_state(report.items).values():
                if len(items) > ROWS:
                    self._add_large(items)
        latest = None if self._clock is None else latest_at(self._clock)
        with self.database.writing() as connection:
            add_reports(connection, reports, latest)

    def _add_large(self, items: Sequence[Item]) -> None:
        sets = Sets()
        digest = sets.add(items)
        with self.database.reading() as connection:
            if digest in sets.complete(connection):
                return
        row = {digest: {"digest": digest, "size": None}}
        for chunk in chunks(items, ROWS):
            with self.database.writing() as connection:
                number = ensure(connection, tables.sets, row, "digest")[digest]
                numbers = ensure_entries(connection, chunk)
                link(connection, sorted((number, entry) for entry in numbers.values()))
        with self.database.writing() as connection:
            _finish_if_whole(connection, number, len(items))


def _finish_if_whole(connection: Connection, number: int, size: int) -> None:
    """Note that a set is complete; a purge may have taken parts of it away meanwhile."""
    links = tables.set_entries.c
    count = connection.execute(select(func.count()).where(links.set == number)).scalar_one()
    if count == size:
        columns = tables.sets.c
        connection.execute(tables.sets.update().where(columns.id == number).values(size=size))


def by_state(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Return items by their state."""
    sections: dict[str, list[Item]] = {state: [] for state in STATES}
    for item in items:
        sections[item.state].append(item)
    return sections


def add_reports(
    connection: Connection, reports: Sequence[Report], latest: int | None = None
) -> None:
    """
    Store reports in the transaction of a connection.

    :param latest: as of `add_runs`
    """
    runs = [report.run for report in reports]
    hosts = ensure_hosts(connection, runs)
    texts = ensure_texts(connection, {text for run in runs for text in _texts_of(run)})
    memberships = ensure_memberships(connection, runs)
    sets = Sets()
    digests = [
        {state: sets.add(items) for state, items in by_state(report.items).items()}
        for report in reports
    ]
    set_numbers = ensure_sets(connection, sets)
    rows = [
        {
            **_run_row(report, texts),
            "host": hosts[report.run.client],
            "membership": memberships[membership_digest(report.run)],
            **{f"{state}_set": digest and set_numbers[digest] for state, digest in lists.items()},
        }
        for report, lists in zip(reports, digests, strict=True)
    ]
    add_runs(connection, rows, latest)


def ensure_hosts(connection: Connection, runs: Iterable[Run]) -> dict[str, int]:
    """Return the numbers of the hosts of runs."""
    first_seen: dict[str, int] = {}
    for run in runs:
        first_seen[run.client] = min(run.time, first_seen.get(run.client, run.time))
    rows = {name: {"name": name, "first_seen": time} for name, time in first_seen.items()}
    return ensure(connection, tables.hosts, rows, "name")


def _texts_of(run: Run) -> tuple[str, ...]:
    return run.state, run.revision, run.server, "\n".join(run.timings)


def _run_row(report: Report, texts: Mapping[str, int]) -> dict[str, Any]:
    run = report.run
    state, revision, server, phases = (texts[text] for text in _texts_of(run))
    return {
        "time": run.time,
        "state": state,
        "revision": revision,
        "server": server,
        "total": run.total,
        "good": run.good,
        "bad": run.bad,
        "modified": run.modified,
        "extra": run.extra,
        "dry_run": run.dry_run,
        "only_important": run.only_important,
        "class": class_of(report),
        "phases": phases if run.timings else None,
        "stamps": pack_stamps(run.timings.values()),
    }


def pack_stamps(stamps: Iterable[float]) -> bytes | None:
    """Return times of phases as the table of runs has them."""
    values = [float(stamp) for stamp in stamps]
    return struct.pack(f"<{len(values)}d", *values) if values else None


def timings_of(phases: str | None, stamps: bytes | None) -> dict[str, float]:
    """Return the times of phases from what the table of runs has."""
    if not phases or not stamps:
        return {}
    return dict(
        zip(phases.split("\n"), struct.unpack(f"<{len(stamps) // 8}d", stamps), strict=True)
    )
