"""The numbers of hosts of each class at the end of each of the last days."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.web.days import day_starts
from bcfg2tw.reporting.web.queries.counts import class_counts
from bcfg2tw.reporting.web.question import Question

#: Days whose counts are kept: those of the present, and of some times in the past.
MOST_DAYS = 400

Counts = Mapping[str, int]


class TrendDay(NamedTuple):
    """
    A day.

    :ivar start: when it begins
    :ivar counts: hosts by class at its end, or now
    """

    start: int
    counts: Counts


def trend(question: Question, now: Counts) -> tuple[TrendDay, ...]:
    """
    Return the last days; a day that is over is counted once, unless a run of it comes late.

    :param now: the counts of the time of the question
    """
    starts = day_starts(question.moment, question.zone)
    past = question.memory.recall("past days", math.inf, PastDays)
    over = past.counts_at(question, starts[1:-1])
    return (*map(TrendDay, starts, over), TrendDay(starts[-2], now))


class PastDays:
    """
    The counts of hosts by class at the ends of days that are over. Safe to use from any thread.

    A run that comes late, after an outage or with an import, has a number above those that were
    there; what is counted of its time is forgotten.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest = 0
        self._counts: dict[int, Counts] = {}

    def counts_at(self, question: Question, ends: Sequence[int]) -> list[Counts]:
        """Return the counts at ends of days."""
        with self._lock:
            newest = self._forget_late(question)
            kept = dict(self._counts)
        counts = [kept.get(end) or class_counts(question, end - 1) for end in ends]
        with self._lock:
            if newest == self._newest:  # else these counts may lack a run that came meanwhile
                self._keep(dict(zip(ends, counts, strict=True)))
        return counts

    def _forget_late(self, question: Question) -> int:
        """Forget what runs have changed that are new; returns the number of the newest run."""
        runs = tables.runs.c
        query = select(func.max(runs.id), func.min(runs.time)).where(runs.id > self._newest)
        if not self._counts:  # nothing is to be forgotten: no need to look at all runs
            query = select(func.max(runs.id), func.max(runs.time))
        newest, earliest = question.connection.execute(query).one()
        if newest is not None:
            self._newest = newest
            self._counts = {end: row for end, row in self._counts.items() if end <= earliest}
        return self._newest

    def _keep(self, counts: Mapping[int, Counts]) -> None:
        self._counts.update(counts)
        while len(self._counts) > MOST_DAYS:
            del self._counts[next(iter(self._counts))]
