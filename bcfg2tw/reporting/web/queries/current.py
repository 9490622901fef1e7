"""
Hosts as they are, or were at a time: the class of each, and the runs that tell it.

The class comes from the newest run that looked at everything and could change it, where there is
one; the same run says what is bad, modified and extra.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ScalarSelect,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import CLASSES, INTERVALS, RUN_CLASSES, SILENT_AFTER

#: Numbers of classes as this query has them: the place in `CLASSES`, the worst first.
NUMBERS = {name: number for number, name in enumerate(CLASSES)}

_hosts = tables.hosts.c


@cache
def hosts_now() -> Subquery:
    """
    Return the hosts of the present; `:moment` is the time of the question.

    Columns: id, name, first_seen, expired, last_run, newest and current (numbers of runs), class
    (a number of `NUMBERS`), since, silent_at.

    A host that never ran is silent since it was first known.
    """
    return _view(
        _hosts.last_run, _hosts.newest, func.coalesce(_hosts.deciding, _hosts.newest),
        _hosts["class"], _hosts.since,
    ).subquery("hosts")  # fmt: skip


@cache
def hosts_then() -> Subquery:
    """Return the hosts as they were at `:moment`, in the same columns; since is null."""
    inner = (
        select(
            _hosts.id, _newest_then().label("newest"), _newest_then(is_full=True).label("deciding")
        )
        .where(_hosts.first_seen <= _moment())
        .subquery("then")
    )
    newest, deciding = tables.runs.alias("newest_then"), tables.runs.alias("deciding_then")
    current = func.coalesce(inner.c.deciding, inner.c.newest)
    since = literal(None, BigInteger)
    query = _view(newest.c.time, inner.c.newest, current, deciding.c["class"], since)
    return (
        query.join(inner, inner.c.id == _hosts.id)
        .outerjoin(newest, newest.c.id == inner.c.newest)
        .outerjoin(deciding, deciding.c.id == current)
        .subquery("hosts")
    )


def hosts_at(at: int | None) -> Subquery:
    """Return the hosts as they are, or as they were at a time."""
    return hosts_now() if at is None else hosts_then()


def _moment() -> Any:
    return bindparam("moment", type_=BigInteger)


def _newest_then(is_full: bool = False) -> ScalarSelect[Any]:
    runs = tables.runs.alias("candidates").c
    query = select(runs.id).where(runs.host == _hosts.id, runs.time <= _moment())
    if is_full:
        query = query.where(~runs.dry_run, ~runs.only_important)
    return query.order_by(runs.time.desc()).limit(1).correlate(tables.hosts).scalar_subquery()


def _view(last_run: Any, newest: Any, current: Any, run_class: Any, since: Any) -> Select[Any]:
    silent_at = last_run + case(
        (INTERVALS * _hosts.interval > SILENT_AFTER, INTERVALS * _hosts.interval),
        else_=SILENT_AFTER,
    )
    is_expired = _hosts.expired <= _moment()
    is_silent = or_(last_run.is_(None), silent_at < _moment())
    number = case(
        (is_expired, NUMBERS["expired"]),
        (is_silent, NUMBERS["silent"]),
        *[(run_class == place, NUMBERS[name]) for place, name in enumerate(RUN_CLASSES)],
    )
    return select(
        _hosts.id, _hosts.name, _hosts.first_seen, _hosts.expired,
        last_run.label("last_run"), newest.label("newest"), current.label("current"),
        number.label("class"),
        case((is_expired, _hosts.expired), (is_silent, func.coalesce(last_run, _hosts.first_seen)),
             else_=since).label("since"),
        silent_at.label("silent_at"),
    )  # fmt: skip
