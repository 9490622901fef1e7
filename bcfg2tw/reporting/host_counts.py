"""The numbers of hosts by class, for those who watch the server."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, literal, select

from bcfg2tw.reporting.classes import CLASSES, EXPIRED, INTERVALS, RUN_CLASSES, SILENT, SILENT_AFTER
from bcfg2tw.reporting.tables import hosts


def hosts_by_class(connection: Connection, now: int) -> dict[str, int]:
    """
    Return how many hosts are of each class; a host that never reported is silent.

    :param now: in microseconds since 1970
    """
    column = hosts.c
    usual = INTERVALS * func.coalesce(column.interval, 0)
    limit = case((usual > SILENT_AFTER, usual), else_=SILENT_AFTER)
    is_silent = column.last_run.is_(None) | (now - column.last_run > limit)
    name = case(
        (column.expired.is_not(None), literal(EXPIRED)),
        (is_silent, literal(SILENT)),
        *((column["class"] == number, literal(name)) for number, name in enumerate(RUN_CLASSES)),
        else_=literal(SILENT),
    ).label("name")
    counts = connection.execute(select(name, func.count()).group_by(name)).all()
    return {**dict.fromkeys(CLASSES, 0), **{row[0]: row[1] for row in counts}}


def last_run(connection: Connection) -> int | None:
    """Return when the newest run of all was, in microseconds since 1970; None without any."""
    newest: int | None = connection.execute(select(func.max(hosts.c.last_run))).scalar()
    return newest
