"""Counts of a database of reports, by the names that upstream gives to its parts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, func, select

from bcfg2tw.reporting import tables

__all__ = ["record_counts"]

#: As upstream prints them: paths stand there twice.
_ENTRIES = ("Action", "Path", "Package", "Path", "Service")

_BYTES_OF_TIMING = 8
_TIMINGS = func.length(tables.runs.c.stamps) / _BYTES_OF_TIMING


def record_counts(connection: Connection) -> list[tuple[str, int]]:
    """Return how many there are of each part, in upstream's order (:ref:`tools-2`)."""
    members, entries = tables.members.c, tables.entries.c
    named = select(func.count(distinct(members.name)))
    queries = [
        ("Group", named.where(members.is_bundle.is_(False))),
        ("Bundle", named.where(members.is_bundle)),
        ("FailureEntry", _entries(entries.state.is_(None))),
        *((f"{kind}Entry", _entries(_is_of(kind))) for kind in _ENTRIES),
        ("Client", select(func.count()).select_from(tables.hosts)),
        ("Interaction", select(func.count()).select_from(tables.runs)),
        ("Performance", select(func.coalesce(func.sum(_TIMINGS), 0))),
    ]
    return [(name, int(connection.execute(query).scalar_one())) for name, query in queries]


def _is_of(kind: str) -> ColumnElement[bool]:
    return and_(tables.entries.c.type == kind, tables.entries.c.state.is_not(None))


def _entries(condition: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(tables.entries).where(condition)
