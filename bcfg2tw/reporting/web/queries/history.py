"""The state of a host at a time in the past, from its runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.web.question import Question

#: Runs of a host that are looked at to tell since when an entry is bad.
RUNS_BACK = 400

_deciding = tables.runs.alias("deciding_run")


def since_then(question: Question, runs: Sequence[int]) -> dict[int, int]:
    """
    Return since when hosts had the class that they had at the time of a question, by host.

    :param runs: the numbers of the runs that decided then
    """
    other = tables.runs.alias("other_run").c
    last_other = (
        _of_same_kind(other, other.time)
        .where(other["class"] != _deciding.c["class"], other.time < _deciding.c.time)
        .order_by(other.time.desc()).limit(1).correlate(_deciding).scalar_subquery()
    )  # fmt: skip
    query = select(_deciding.c.host, _first_after(func.coalesce(last_other, -(2**62))))
    rows = question.connection.execute(query.where(_deciding.c.id.in_(runs)))
    return {row[0]: row[1] for row in rows}


def _first_after(time: Any) -> ScalarSelect[Any]:
    first = tables.runs.alias("first_run").c
    query = _of_same_kind(first, first.time).where(first.time > time)
    return query.order_by(first.time).limit(1).correlate(_deciding).scalar_subquery()


def _of_same_kind(runs: Any, column: Any) -> Select[Any]:
    """Runs that are not full tell a class only where there is no full one (`host_states`)."""
    is_partial = runs.dry_run | runs.only_important
    deciding_is_partial = _deciding.c.dry_run | _deciding.c.only_important
    return select(column).where(runs.host == _deciding.c.host, is_partial == deciding_is_partial)
