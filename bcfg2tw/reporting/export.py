"""The export of a database of reports, in lines of JSON or of CSV (:ref:`reporting-13`)."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

import bcfg2tw
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks, item_text
from bcfg2tw.reporting.lines import MICROSECONDS, line_of, time_text
from bcfg2tw.reporting.model import STATES, Run, text_of
from bcfg2tw.reporting.storing import timings_of

FORMAT = 1


@dataclass(frozen=True)
class Selection:
    """
    The part of a database that is asked for; all of it by default.

    :ivar clients: names; empty for all
    :ivar since: microseconds since 1970 of the oldest run
    :ivar until: of the first run that is too new
    :ivar state: a state that clients report, or one of an entry that has to be listed
    :ivar current: whether the newest run of each host is enough
    """

    clients: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    state: str | None = None
    current: bool = False

    def of_runs(self) -> list[ColumnElement[bool]]:
        """Return the conditions that a run has to meet."""
        runs, hosts = tables.runs.c, tables.hosts.c
        conditions: list[ColumnElement[bool]] = []
        if self.clients:
            conditions.append(hosts.name.in_(self.clients))
        if self.since is not None:
            conditions.append(runs.time >= self.since)
        if self.until is not None:
            conditions.append(runs.time < self.until)
        if self.current:
            conditions.append(hosts.newest == runs.id)
        return [*conditions, *self._of_state()]

    def _of_state(self) -> list[ColumnElement[bool]]:
        if self.state is None:
            return []
        if self.state in STATES:
            return [tables.runs.c[self.state] > 0]
        return [_states.c.text == self.state]


_states, _revisions, _servers, _phases = (
    tables.texts.alias(name) for name in ("states", "revisions", "servers", "phases")
)


def run_rows(selection: Selection) -> Select[Any]:
    """Return the query for the runs of a selection with all that belongs to each but its lists."""
    runs, hosts, memberships = tables.runs, tables.hosts, tables.memberships
    shared = [column for column in runs.c if column.name not in _JOINED]
    return (
        select(
            *shared, hosts.c.name.label("client"), _states.c.text.label("state"),
            _revisions.c.text.label("revision"), _servers.c.text.label("server"),
            _phases.c.text.label("phases"), memberships.c.profile.label("profile"),
        )
        .join_from(runs, hosts, runs.c.host == hosts.c.id)
        .join(_states, runs.c.state == _states.c.id)
        .join(_revisions, runs.c.revision == _revisions.c.id)
        .join(_servers, runs.c.server == _servers.c.id)
        .join(memberships, runs.c.membership == memberships.c.id)
        .outerjoin(_phases, runs.c.phases == _phases.c.id)
        .where(*selection.of_runs())
    )  # fmt: skip


_JOINED = frozenset({"state", "revision", "server", "phases"})
_FIELDS = tuple(field.name for field in fields(Run))


class RunReader:
    """Makes runs from their rows, with what they share, which it keeps."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._members: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def run(self, row: RowMapping) -> Run:
        """Return the run of a row of `run_rows`."""
        groups, bundles = self._members_of(row["membership"])
        values = {name: row[name] for name in _FIELDS if name in row}
        timings = timings_of(row["phases"], row["stamps"])
        return Run(**{**values, "groups": groups, "bundles": bundles, "timings": timings})

    def _members_of(self, membership: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if membership not in self._members:
            columns = tables.members.c
            query = select(columns.is_bundle, columns.name).where(columns.membership == membership)
            rows = self._connection.execute(query).all()
            groups = tuple(sorted(name for is_bundle, name in rows if not is_bundle))
            self._members[membership] = groups, tuple(sorted(name for flag, name in rows if flag))
        return self._members[membership]

    def items(self, row: RowMapping) -> Iterator[tuple[str, str]]:
        """Yield state and text of each item that a run lists."""
        for state in STATES:
            number = row[f"{state}_set"]
            if number is not None:
                for text in set_texts(self._connection, number):
                    yield state, text


def set_texts(connection: Connection, number: int) -> list[str]:
    """Return the texts of the items of a set, in the order of types and names."""
    entries, links = tables.entries.c, tables.set_entries.c
    query = (
        select(entries.text, entries.detail)
        .join_from(tables.set_entries, tables.entries, links.entry == entries.id)
        .where(links.set == number)
        .order_by(entries.type, entries.name, entries.id)
    )
    return [item_text(text, detail) for text, detail in connection.execute(query)]


def json_lines(connection: Connection, selection: Selection) -> Iterator[str]:
    """
    Yield the lines of an export, as they are read.

    :param connection: whose statements all see the same state
    """
    now = time_text(int(time.time()) * MICROSECONDS)
    server = f"bcfg2tw {bcfg2tw.__version__}"
    yield text_of({"kind": "export", "format": FORMAT, "time": now, "server": server})
    clients = 0
    for line in client_lines(connection, selection):
        clients += 1
        yield line
    runs = 0
    for line in run_lines(connection, selection):
        runs += 1
        yield line
    entries = distinct_entries(connection, selection)
    yield text_of({"kind": "end", "clients": clients, "runs": runs, "distinct_entries": entries})


def client_lines(connection: Connection, selection: Selection) -> Iterator[str]:
    """Yield a line for each host, in the order of their names."""
    hosts = tables.hosts.c
    query = select(hosts.name, hosts.first_seen, hosts.last_run, hosts.expired).order_by(hosts.name)
    if selection.clients:
        query = query.where(hosts.name.in_(selection.clients))
    for row in connection.execute(query):
        times = {name: time_text(getattr(row, name)) for name in row._fields[1:]}
        yield text_of({"kind": "client", "name": row.name, **times})


def run_lines(connection: Connection, selection: Selection) -> Iterator[str]:
    """Yield a line for each run, the oldest first."""
    reader = RunReader(connection)
    for row in selected_rows(connection, selection):
        yield line_of(reader.run(row), (text for _, text in reader.items(row)))


def selected_rows(connection: Connection, selection: Selection) -> Iterator[RowMapping]:
    """Yield the rows of the runs of a selection, the oldest first, some of them at a time."""
    runs = tables.runs.c
    query = run_rows(selection).order_by(runs.time, runs.id).limit(PARAMETERS)
    page = connection.execute(query).mappings().all()
    while page:
        yield from page
        last = page[-1]
        behind = or_(
            runs.time > last["time"], and_(runs.time == last["time"], runs.id > last["id"])
        )
        page = connection.execute(query.where(behind)).mappings().all()


def distinct_entries(connection: Connection, selection: Selection) -> int:
    """Return how many entries and failures a selection has, each content once."""
    if selection == Selection():
        everything = select(func.count()).select_from(tables.entries)
        return int(connection.execute(everything).scalar_one())
    listed = {
        row[f"{state}_set"] for row in selected_rows(connection, selection) for state in STATES
    }
    links = tables.set_entries.c
    entries: set[int] = set()
    for chunk in chunks(sorted(listed - {None}), PARAMETERS):
        query = select(links.entry).where(links.set.in_(chunk)).distinct()
        entries.update(connection.execute(query).scalars())
    return len(entries)


# CSV

CSV_TITLES = (
    "client", "time", "revision", "state", "type", "name", "entry state", "exists", "expected",
    "found", "detail", "message",
)  # fmt: skip


def csv_lines(connection: Connection, selection: Selection) -> Iterator[str]:
    """Yield a line for each item of each run, below a line of titles."""
    yield _csv_line(CSV_TITLES)
    reader = RunReader(connection)
    for row in selected_rows(connection, selection):
        run = reader.run(row)
        for state, text in reader.items(row):
            yield _csv_line(_cells(run, state, json.loads(text)))


def _cells(run: Run, state: str, item: Mapping[str, Any]) -> Sequence[str]:
    return (
        run.client, time_text(run.time) or "", run.revision, run.state, item["type"], item["name"],
        state, str(item.get("exists", "")).lower(), _pairs(item.get("expected")),
        _pairs(item.get("found")), (item.get("detail") or {}).get("kind", ""),
        item.get("message", ""),
    )  # fmt: skip


def _pairs(values: Mapping[str, str] | None) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted((values or {}).items()))


def _csv_line(cells: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow([defused(cell) for cell in cells])
    return stream.getvalue()


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
