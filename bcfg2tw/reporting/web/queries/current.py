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
    Column,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    MetaData,
    ScalarSelect,
    Select,
    Subquery,
    Table,
    Text,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.schema import CreateTable

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import CLASSES, INTERVALS, RUN_CLASSES, SILENT_AFTER
from bcfg2tw.reporting.web.question import Question

#: Numbers of classes as this query has them: the place in `CLASSES`, the worst first.
NUMBERS = {name: number for number, name in enumerate(CLASSES)}

_hosts = tables.hosts.c
_candidates = tables.runs.alias("candidates")


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
    """Return the hosts as they were at `:moment`, in the same columns."""
    inner = (
        select(_hosts.id, _newest_then().label("newest"), _deciding_then().label("deciding"))
        .where(_hosts.first_seen <= _moment())
        .subquery("then")
    )
    newest, deciding = tables.runs.alias("newest_then"), tables.runs.alias("deciding_then")
    current = func.coalesce(inner.c.deciding, inner.c.newest)
    since = func.coalesce(deciding.c.class_since, deciding.c.time)
    query = _view(newest.c.time, inner.c.newest, current, deciding.c["class"], since)
    return (
        query.join(inner, inner.c.id == _hosts.id)
        .outerjoin(newest, newest.c.id == inner.c.newest)
        .outerjoin(deciding, deciding.c.id == current)
        .subquery("hosts")
    )


def hosts_at(question: Question) -> Subquery:
    """Return the hosts as they are, or as they were at the time of a question."""
    if question.at is None:
        return hosts_now()
    if question.connection.dialect.name != "sqlite":
        return hosts_then()
    _keep_then(question.connection, question.at)
    return _kept_then()


def _keep_then(connection: Connection, at: int) -> None:
    """Keep the hosts of a time until the end of the transaction: a page asks for them often."""
    connection.execute(_CREATE)
    if connection.execute(select(_then.c.id).limit(1)).first() is None:
        connection.execute(_insert_then(), {"moment": at})


_then = Table(
    "bcfg2tw_report_hosts_then",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    *(
        Column(name, BigInteger)
        for name in (
            "first_seen", "expired", "last_run", "newest", "current", "class", "since", "silent_at",
        )
    ),
    prefixes=["TEMPORARY"],
)  # fmt: skip
_CREATE = CreateTable(_then, if_not_exists=True)


@cache
def _insert_then() -> Insert:
    return _then.insert().from_select(list(_then.columns.keys()), select(hosts_then()))


@cache
def _kept_then() -> Subquery:
    return select(_then).subquery("hosts")


def _moment() -> Any:
    return bindparam("moment", type_=BigInteger)


def _newest_then(*conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    query = select(_candidates.c.id).where(
        _candidates.c.host == _hosts.id, _candidates.c.time <= _moment(), *conditions
    )
    query = query.order_by(_candidates.c.time.desc()).limit(1)
    return query.correlate(tables.hosts).scalar_subquery()


def _deciding_then() -> ScalarSelect[Any]:
    return _newest_then(tables.is_full(_candidates))


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
