"""One host: how it is, since when, and how its last 30 days were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import RUN_CLASSES
from bcfg2tw.reporting.model import BAD
from bcfg2tw.reporting.web.days import day_starts
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.page import Model
from bcfg2tw.reporting.web.queries.clients import HostRow, read_rows, rows_query
from bcfg2tw.reporting.web.queries.current import hosts_at
from bcfg2tw.reporting.web.queries.run import RunView, load_run
from bcfg2tw.reporting.web.queries.runs import RunRow, flags_of, host_number, run_query, run_row
from bcfg2tw.reporting.web.queries.sets import Name, names_of
from bcfg2tw.reporting.web.question import Question

#: Runs that the page lists; names that are read to tell since when something is bad.
LAST_RUNS, NAMES_BACK = 8, 20_000
#: Runs that are looked at to tell since when an entry is bad.
RUNS_BACK = 400


@dataclass(frozen=True)
class Day:
    """
    A day of a host.

    :ivar start: when it begins
    :ivar class_name: the class of its last run that decides; None without any
    :ivar runs: how many runs there were
    :ivar run: the number of the run that decides
    """

    start: int
    class_name: str | None
    runs: int
    run: int | None


@dataclass(frozen=True)
class Since:
    """
    Since when an entry is bad on a host.

    :ivar time: of the first run with it
    :ivar runs: how many runs in a row have it
    :ivar is_longer: whether there may be more than were looked at
    """

    time: int
    runs: int
    is_longer: bool


@dataclass(frozen=True)
class HostPage(Model):
    """
    The page of a host.

    :ivar current: the run that tells its class, None for a host that never ran
    :ivar newest: the newest run of all
    :ivar since: since when what is bad is so, by type and name
    """

    row: HostRow
    current: RunView | None
    newest: RunRow | None
    days: tuple[Day, ...]
    runs: tuple[RunRow, ...]
    since: Mapping[Name, Since]
    now_is: int


def host_page(question: Question) -> HostPage:
    """
    Return the page of a host.

    :raises NoSuchPage: for an unknown host
    """
    name = question.path["host"]
    host = host_number(question, name)
    hosts = hosts_at(question)
    rows = read_rows(question, rows_query(hosts).where(hosts.c.id == host))
    if not rows:
        raise NoSuchPage(f"{name} was not known at this time.")
    current = load_run(question, rows[0].current) if rows[0].current is not None else None
    runs = _last_runs(question, host)
    return HostPage(
        rows[0], current, runs[0] if runs else None, _days(question, host), runs,
        _since(question, host, current), question.moment,
    )  # fmt: skip


def _last_runs(question: Question, host: int) -> tuple[RunRow, ...]:
    runs = tables.runs.c
    query = run_query().where(runs.host == host)
    if question.at is not None:  # the clock of the node that took the newest may be ahead of ours
        query = query.where(runs.time <= question.at)
    rows = question.connection.execute(query.order_by(runs.time.desc()).limit(LAST_RUNS))
    return tuple(map(run_row, rows.mappings()))


def _days(question: Question, host: int) -> tuple[Day, ...]:
    starts = day_starts(question.moment, question.zone)
    runs = tables.runs.c
    query = select(runs.id, runs.time, runs["class"], runs.dry_run, runs.only_important).where(
        runs.host == host, runs.time >= starts[0], runs.time <= question.moment
    )
    rows = question.connection.execute(query.order_by(runs.time)).mappings().all()
    return tuple(_day(start, [row for row in rows if start <= row["time"] < end])
                 for start, end in pairwise(starts))  # fmt: skip


def _day(start: int, rows: Sequence[Any]) -> Day:
    deciding = [row for row in rows if not flags_of(row)] or rows
    if not deciding:
        return Day(start, None, 0, None)
    last = deciding[-1]
    return Day(start, RUN_CLASSES[last["class"]], len(rows), last["id"])


def _since(question: Question, host: int, current: RunView | None) -> dict[Name, Since]:
    """Go back through the runs of a host that looked at everything, while entries are bad."""
    if current is None:
        return {}
    runs = tables.runs.c
    query = select(runs.time, runs.bad_set).where(runs.host == host, runs.time <= current.row.time)
    if not current.row.flags:
        query = query.where(~runs.dry_run, ~runs.only_important)
    rows = question.connection.execute(query.order_by(runs.time.desc()).limit(RUNS_BACK)).all()
    shown = {
        (entry.type, entry.name)
        for part in ("failed", BAD)
        for entry in current.sections[part].entries
    }
    return _streaks(question, rows, shown)


def _streaks(question: Question, rows: Sequence[Any], shown: set[Name]) -> dict[Name, Since]:
    contents: dict[int | None, set[Name]] = {None: set()}
    streaks: dict[Name, Since] = {}
    bad = set(shown)
    for count, (time, number) in enumerate(rows, 1):
        if number not in contents:
            contents[number] = names_of(question.connection, [number])[number]
        bad &= contents[number]
        is_last = count == RUNS_BACK or sum(map(len, contents.values())) > NAMES_BACK
        streaks.update((name, Since(time, count, is_last)) for name in bad)
        if is_last or not bad:
            break
    return streaks
