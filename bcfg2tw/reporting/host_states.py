"""The state of each host, kept beside it so that no page has to look through runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from bcfg2tw.engine.clock import Clock
from bcfg2tw.reporting import streaks, tables
from bcfg2tw.reporting.classes import HOUR
from bcfg2tw.reporting.contents import PARAMETERS, chunks, insert_new
from bcfg2tw.reporting.lines import MICROSECONDS


@dataclass(frozen=True)
class HostState:
    """
    What is told of a host's newest runs; times are in microseconds since 1970.

    :ivar newest: the number of the newest run
    :ivar deciding: of the newest run that looked at everything and could change it
    :ivar run_class: the class of the second, or else of the first
    :ivar since: the time of the first run of this class, without one of another behind it
    :ivar interval: how far runs usually are apart
    """

    last_run: int | None = None
    newest: int | None = None
    deciding: int | None = None
    run_class: int | None = None
    since: int | None = None
    interval: int | None = None


@dataclass(frozen=True)
class RunMark:
    """
    What of a run bears on the state of its host.

    :ivar since: the time of the first run of this class, without one of another behind it
    """

    number: int
    time: int
    run_class: int
    is_full: bool
    since: int


def after(state: HostState, run: RunMark) -> HostState:
    """
    Return the state of a host after one more run, newer than all others.

    A run that changes nothing, or looks at a part, decides where there is no other alone.
    """
    if state.last_run is not None:
        interval = usual_interval(state.interval, run.time - state.last_run)
        state = replace(state, interval=interval)
    state = replace(state, last_run=run.time, newest=run.number)
    if not run.is_full and state.deciding is not None:
        return state
    return replace(
        state,
        deciding=run.number if run.is_full else None,
        run_class=run.run_class,
        since=run.since,
    )


def usual_interval(interval: int | None, last: int) -> int:
    """
    Return how far runs usually are apart, after one more.

    It follows a new schedule within some runs; one that is late, or comes twice, moves it a bit.
    """
    if interval is None:
        return last
    return interval + (min(last - interval, interval) // 2 if last > interval else
                       (last - interval) // 4)  # fmt: skip


#: Runs that tell how far they usually are apart: each counts for a quarter, so that those before
#: these count for nothing.
LAST_RUNS = 100

_COLUMNS = {
    name: "class" if name == "run_class" else name for name in HostState.__dataclass_fields__
}


def latest_at(clock: Clock) -> int:
    """Return the time up to which runs can be, with clocks of nodes that are hours apart."""
    return int(clock.time() * MICROSECONDS) + 24 * HOUR


def add_runs(
    connection: Connection, rows: Sequence[Mapping[str, Any]], latest: int | None = None
) -> None:
    """
    Store runs that are not there yet, and bring the states of their hosts up to date.

    :param rows: of the table of runs
    :param latest: later runs are of a clock that was ahead, and tell the state of no host that has
        others
    """
    # nobody else adds runs of these hosts from here on
    states = states_of(connection, sorted({row["host"] for row in rows}))
    in_order = _in_order(states, rows)
    last_full = {host: states[host].deciding for host in in_order}
    insert_new(connection, tables.runs, streaks.with_since(connection, rows, last_full))
    marks = _marks(connection, in_order, min(row["time"] for row in rows))
    for host in in_order:
        last_run = states[host].last_run
        for mark in marks.get(host, ()):
            is_newer = last_run is None or mark.time > last_run
            is_ahead = latest is not None and mark.time > latest
            if is_newer and not (is_ahead and states[host].newest):
                states[host] = after(states[host], mark)
    for host in states.keys() - set(in_order):
        begin = min(row["time"] for row in rows if row["host"] == host)
        streaks.repair(connection, host, begin)
        states[host] = state_of_last(connection, host, latest)
    write_states(connection, states)


def _in_order(states: Mapping[int, HostState], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the hosts whose runs are all newer than those that are there."""
    late = {
        row["host"]
        for row in rows
        if (last_run := states[row["host"]].last_run) is not None and row["time"] <= last_run
    }
    return [host for host in states if host not in late]


def states_of(connection: Connection, hosts: Sequence[int]) -> dict[int, HostState]:
    """Return the states of hosts as they are kept, for nobody else to change meanwhile."""
    states: dict[int, HostState] = {}
    for chunk in chunks(hosts, PARAMETERS):
        rows = connection.execute(_states_query, {"hosts": chunk})
        states.update((row[0], HostState(*row[1:])) for row in rows)
    return states


_hosts = tables.hosts.c
_states_query = (
    select(_hosts.id, *(_hosts[name] for name in _COLUMNS.values()))
    .where(_hosts.id.in_(bindparam("hosts", expanding=True)))
    .order_by(_hosts.id)
    .with_for_update()
)


_run = tables.runs.c
_mark_columns = (
    _run.host, _run.id, _run.time, _run["class"], _run.dry_run, _run.only_important,
    func.coalesce(_run.class_since, _run.time),
)  # fmt: skip


_marks_query = (
    select(*_mark_columns)
    .where(_run.host.in_(bindparam("hosts", expanding=True)), _run.time >= bindparam("since"))
    .order_by(_run.time)
)


def _marks(connection: Connection, hosts: Sequence[int], since: int) -> dict[int, list[RunMark]]:
    marks: dict[int, list[RunMark]] = {}
    for chunk in chunks(hosts, PARAMETERS):
        for row in connection.execute(_marks_query, {"hosts": chunk, "since": since}):
            marks.setdefault(row[0], []).append(_mark(row))
    return marks


def _mark(row: Sequence[Any]) -> RunMark:
    _, number, time, run_class, dry_run, only_important, since = row
    return RunMark(number, time, run_class, not (dry_run or only_important), since)


def state_of_last(connection: Connection, host: int, latest: int | None = None) -> HostState:
    """
    Return the state of a host as its last runs tell it, and one before them if none is full.

    :param latest: as of `add_runs`
    """
    newest_first = select(*_mark_columns).where(_run.host == host).order_by(_run.time.desc())
    if latest is not None:
        in_time = newest_first.where(_run.time <= latest)
        newest_first = in_time if connection.execute(in_time.limit(1)).first() else newest_first
    marks = [_mark(row) for row in connection.execute(newest_first.limit(LAST_RUNS))]
    state = HostState()
    if len(marks) == LAST_RUNS and not any(mark.is_full for mark in marks):
        full = newest_first.where(tables.is_full(tables.runs)).limit(1)
        for row in connection.execute(full):
            state = replace(after(state, _mark(row)), last_run=None)
    for mark in reversed(marks):
        state = after(state, mark)
    return state


_update = (
    tables.hosts.update()
    .where(tables.hosts.c.id == bindparam("host"))
    .values({column: bindparam(name) for name, column in _COLUMNS.items()})
)


def write_states(connection: Connection, states: Mapping[int, HostState]) -> None:
    """Keep the states of hosts."""
    rows = [{"host": host, **asdict(states[host])} for host in sorted(states)]
    if rows:
        connection.execute(_update, rows)


def refresh_hosts(connection: Connection, hosts: Iterable[int], latest: int | None = None) -> None:
    """
    Tell the states of hosts anew from their runs.

    :param latest: as of `add_runs`
    """
    write_states(connection, {host: state_of_last(connection, host, latest) for host in hosts})
