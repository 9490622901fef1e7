"""
Entries that hosts list at present, or did at a time, each with the number of its hosts.

Runs that list the same have the same set: it is looked into once, however many hosts have it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.model import BAD, STATES
from bcfg2tw.reporting.web.queries.clients import conditions, newest_run
from bcfg2tw.reporting.web.queries.current import hosts_at
from bcfg2tw.reporting.web.question import Question

#: States that pages know: an entry that could not be bound is failed, not bad.
FAILED = "failed"
ENTRY_STATES = (FAILED, *STATES)

_runs, _entries, _links = tables.runs, tables.entries.c, tables.set_entries.c


def hosts_by_set(question: Question, state: str) -> Select[Any]:
    """Return the query for the sets of a state that hosts have at present: set, hosts."""
    hosts, column = hosts_at(question), _runs.c[f"{state}_set"]
    return (
        select(column.label("set"), func.count().label("hosts"))
        .join_from(hosts, newest_run, newest_run.c.id == hosts.c.newest)
        .join(_runs, _runs.c.id == hosts.c.current)
        .where(column.is_not(None), *conditions(question, hosts))
        .group_by(column)
    )


def states_query(question: Question, states: Collection[str]) -> Select[Any]:
    """
    Return the query for entries with their hosts: entry (its number), state, hosts.

    A content that is listed in a section that is not its own counts in that section's state.
    """
    parts = []
    for section in STATES:
        wanted = section in states
        if not wanted and not (section == BAD and FAILED in states):
            continue
        sets = hosts_by_set(question, section).subquery(f"{section}_sets")
        query = select(
            _links.entry.label("entry"), func.sum(sets.c.hosts).label("hosts")
        ).join_from(sets, tables.set_entries, _links.set == sets.c.set)
        parts.append(query.group_by(_links.entry))
    united = union_all(*parts).subquery("listed")
    return select(united.c.entry, united.c.hosts).select_from(united)


def state_condition(states: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that an entry is in one of some states."""
    numbers = [STATES.index(state) for state in states if state in STATES]
    listed = _entries.state.in_(numbers)
    return or_(listed, _entries.state.is_(None)) if FAILED in states else and_(listed)


def state_name(number: int | None) -> str:
    """Return the state of an entry's row."""
    return FAILED if number is None else STATES[number]
