"""The numbers of hosts of each class, and at each revision."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import CLASSES
from bcfg2tw.reporting.web.queries.current import NUMBERS, hosts_at, hosts_then
from bcfg2tw.reporting.web.question import Question

#: Runs that are looked at for the last revisions, and how many of these are shown.
RUNS, REVISIONS = 5000, 10


@dataclass(frozen=True)
class Revision:
    """
    A revision.

    :ivar first: the time of its first run among the last ones
    :ivar took: hosts that took it in one of the last runs; `now` of them are at it now
    """

    revision: str
    first: int
    last: int
    took: int
    now: int


def class_counts(question: Question, at: int | None) -> dict[str, int]:
    """
    Return how many hosts there are of each class, the worst first.

    :param at: the time, None for that of the request
    """
    is_asked_for = at is None or at == question.at
    column = (hosts_at(question) if is_asked_for else hosts_then()).c["class"]
    query = select(column, func.count()).group_by(column)
    moment = question.now if at is None else at
    rows = question.connection.execute(query, {"moment": moment})
    counts = {row[0]: row[1] for row in rows}
    return {name: counts.get(NUMBERS[name], 0) for name in CLASSES}


def last_revisions(question: Question) -> tuple[Revision, ...]:
    """Return the revisions of the last runs, the newest first."""
    runs, texts = tables.runs.c, tables.texts.c
    last_runs = (
        select(runs.revision, runs.time, runs.host)
        .where(runs.time <= question.moment)
        .order_by(runs.time.desc()).limit(RUNS).subquery("last_runs")
    )  # fmt: skip
    first = func.min(last_runs.c.time)
    query = (
        select(
            texts.id, texts.text, first, func.max(last_runs.c.time),
            func.count(last_runs.c.host.distinct()),
        )
        .join_from(last_runs, tables.texts, texts.id == last_runs.c.revision)
        .group_by(texts.id, texts.text)
        .order_by(first.desc())
        .limit(REVISIONS)
    )  # fmt: skip
    rows = question.connection.execute(query).all()
    now = _hosts_at_revisions(question)
    return tuple(
        Revision(text, first, last, took, now.get(number, 0))
        for number, text, first, last, took in rows
    )


def _hosts_at_revisions(question: Question) -> dict[int, int]:
    hosts, runs = hosts_at(question), tables.runs.c
    query = (
        select(runs.revision, func.count())
        .join_from(hosts, tables.runs, runs.id == hosts.c.newest)
        .where(hosts.c["class"] != NUMBERS["expired"])
        .group_by(runs.revision)
    )
    rows = question.connection.execute(query, {"moment": question.moment})
    return {row[0]: row[1] for row in rows}
