"""The durations of the runs of hosts, the slowest first."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from statistics import median
from typing import NamedTuple

from sqlalchemy import select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model
from bcfg2tw.reporting.web.phases import PHASES, SPANS, TOTAL
from bcfg2tw.reporting.web.queries.clients import FILTERS, conditions, group_names, newest_run
from bcfg2tw.reporting.web.queries.current import hosts_at
from bcfg2tw.reporting.web.queries.lists import page_of
from bcfg2tw.reporting.web.question import Question

COLUMNS = (
    Column("host", "Host", "host", is_sortable=True),
    *(Column(name, name.capitalize(), "duration", is_sortable=True) for name in PHASES),
    Column("time", "Run", "time", is_sortable=True),
)
PARAMETERS = FILTERS

#: Hosts that the plot has.
SLOWEST = 8


class TimingRow(NamedTuple):
    """The last run of a host with the seconds of its parts; None where that is not known."""

    host: str
    probe: float | None
    download: float | None
    parse: float | None
    inventory: float | None
    install: float | None
    total: float | None
    time: int

    def seconds(self) -> dict[str, float | None]:
        """Return the seconds of its parts by their names."""
        return {name: getattr(self, name) for name in PHASES}


class SpanReader:
    """Tells the seconds of parts of runs; where their stamps stand is looked up once."""

    def __init__(self) -> None:
        self._places: dict[str, list[tuple[int, int] | None]] = {}

    def read(self, phases: str | None, stamps: bytes | None) -> list[float | None]:
        """Return the seconds of each of `PHASES`, from what the table of runs has."""
        if not phases or not stamps:
            return [None] * len(PHASES)
        places = self._places.get(phases)
        if places is None:
            places = self._places[phases] = _places(phases.split("\n"))
        times = struct.unpack(f"<{len(stamps) // 8}d", stamps)
        return [
            None if place is None else max(0.0, times[place[1]] - times[place[0]])
            for place in places
        ]


def _places(names: Sequence[str]) -> list[tuple[int, int] | None]:
    return [
        (names.index(first), names.index(last)) if first in names and last in names else None
        for _, first, last in (*SPANS, TOTAL)
    ]


@dataclass(frozen=True)
class PhaseSummary:
    """A part of runs over all hosts: seconds in the middle, of 95 in a hundred, at the worst."""

    name: str
    median: float
    most: float
    worst: float
    worst_host: str


@dataclass(frozen=True)
class Timing(Model):
    """The page of timings."""

    hosts: Listing
    phases: tuple[PhaseSummary, ...]
    slowest: tuple[TimingRow, ...]
    groups: tuple[str, ...]

    @property
    def listing(self) -> Listing:
        """The hosts."""
        return self.hosts


def timing(question: Question) -> Timing:
    """Return the page of timings."""
    rows = _rows(question)
    listing = page_of(question, COLUMNS, rows, "-total")
    summaries = filter(None, (_summary(name, rows) for name in PHASES))
    with_total = (row for row in rows if row.total is not None)
    slowest = nlargest(SLOWEST, with_total, key=lambda row: row.total or 0)
    return Timing(listing, tuple(summaries), tuple(slowest), group_names(question))


def _rows(question: Question) -> list[TimingRow]:
    hosts, runs = hosts_at(question), tables.runs.c
    query = (
        select(hosts.c.name, runs.time, tables.texts.c.text, runs.stamps)
        .join_from(hosts, newest_run, newest_run.c.id == hosts.c.newest)
        .join(tables.runs, runs.id == hosts.c.current)
        .outerjoin(tables.texts, tables.texts.c.id == runs.phases)
        .where(*conditions(question, hosts))
        .order_by(hosts.c.name)
    )
    rows = question.connection.execute(query, {"moment": question.moment})
    reader = SpanReader()
    return [
        TimingRow(*(host, *reader.read(phases, stamps), time))
        for host, time, phases, stamps in rows
    ]


def _summary(name: str, rows: Sequence[TimingRow]) -> PhaseSummary | None:
    values = [(getattr(row, name), row.host) for row in rows if getattr(row, name) is not None]
    if not values:
        return None
    values.sort()
    seconds = [value for value, _ in values]
    most = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    return PhaseSummary(name, median(seconds), most, *values[-1])
