"""The numbers of hosts of each class at the end of each of the last days."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from bcfg2tw.reporting.web.days import day_starts
from bcfg2tw.reporting.web.queries.counts import class_counts
from bcfg2tw.reporting.web.question import Question

#: Seconds for which the counts of a day that is over are remembered. Runs of the past come late
#: only after an outage, or with an import.
REMEMBERED_SECONDS = 3600


class TrendDay(NamedTuple):
    """
    A day.

    :ivar start: when it begins
    :ivar counts: hosts by class at its end, or now
    """

    start: int
    counts: Mapping[str, int]


def trend(question: Question, now: Mapping[str, int]) -> tuple[TrendDay, ...]:
    """
    Return the last days; each day that is over is counted once in a while.

    :param now: the counts of the time of the question
    """
    starts = day_starts(question.moment, question.zone)
    over = [TrendDay(start, _counts_at(question, end)) for start, end in pairwise(starts[:-1])]
    return (*over, TrendDay(starts[-2], now))


def _counts_at(question: Question, end: int) -> Mapping[str, int]:
    return question.memory.recall(
        ("trend", end), REMEMBERED_SECONDS, lambda: class_counts(question, end - 1)
    )
