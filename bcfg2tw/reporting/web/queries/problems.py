"""Problems with the numbers of their hosts, by entry and reason; and the search of entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS as CHUNK
from bcfg2tw.reporting.contents import chunks
from bcfg2tw.reporting.model import BAD, MODIFIED
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model, Parameter
from bcfg2tw.reporting.web.queries.clients import FILTERS, group_names
from bcfg2tw.reporting.web.queries.listed import brief_item, short_detail
from bcfg2tw.reporting.web.queries.lists import matches, page_of, sort_of
from bcfg2tw.reporting.web.queries.oldest import oldest_times
from bcfg2tw.reporting.web.queries.sets import Name
from bcfg2tw.reporting.web.queries.states import (
    ENTRY_STATES,
    FAILED,
    state_condition,
    state_name,
    states_query,
)
from bcfg2tw.reporting.web.question import Question
from bcfg2tw.reporting.web.reasons import reasons_of

#: Reasons of a row that are shown.
REASONS = 3
#: States of entries that were not good when a run began.
NOT_GOOD = (FAILED, BAD, MODIFIED)

COLUMNS = (
    Column("name", "Entry", "entry", is_sortable=True),
    Column("type", "Type", is_sortable=True),
    Column("state", "State", "class", is_sortable=True),
    Column("hosts", "Hosts", "entry_hosts", is_sortable=True),
    Column("oldest", "Oldest", "time", is_sortable=True),
    Column("contents", "Contents", "number", is_sortable=True),
    Column("reasons", "Reasons", "texts", value=lambda row: [str(item) for item in row.reasons]),
)
#: Those of all entries: how long an extra one has been there is not told.
ENTRY_COLUMNS = tuple(column for column in COLUMNS if column.key != "oldest")
#: The section of runs that entries of a state are in.
SECTIONS = {FAILED: BAD, BAD: BAD, MODIFIED: MODIFIED}

_HOST_FILTERS = tuple(item for item in FILTERS if item.name not in ("q",))
PARAMETERS = (
    Parameter("state", f"States of entries: {', '.join(ENTRY_STATES)}.", is_repeated=True),
    Parameter("type", "A type of entries.", is_repeated=True),
    Parameter("name", "A part of the entries' names, or a pattern with `*` for all of a name."),
    Parameter("at_least", "The least number of hosts."),
    *_HOST_FILTERS,
)


@dataclass(frozen=True)
class Reason:
    """A reason, with the number of hosts that have it."""

    text: str
    hosts: int

    def __str__(self) -> str:
        return f"{self.text} ({self.hosts})"


@dataclass(frozen=True)
class Problem:
    """
    An entry that is in the same state on some hosts.

    :ivar contents: how many different ones there are of it
    :ivar numbers: of these contents, with their hosts
    :ivar oldest: the first run with it on the host that has had it longest without a gap; None
        where that was not asked for
    """

    type: str
    name: str
    state: str
    hosts: int
    contents: int
    numbers: Mapping[int, int]
    reasons: tuple[Reason, ...] = ()
    oldest: int | None = None


@dataclass(frozen=True)
class Problems(Model):
    """
    A page of entries.

    :ivar states: that are shown
    """

    problems: Listing
    states: tuple[str, ...]
    types: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def listing(self) -> Listing:
        """The entries."""
        return self.problems


def problems(question: Question) -> Problems:
    """Return the entries that were not good in the last runs, extra ones apart."""
    return _problems(question, NOT_GOOD, COLUMNS)


def entries(question: Question) -> Problems:
    """Return the entries of all states."""
    return _problems(question, ENTRY_STATES, ENTRY_COLUMNS)


def _problems(
    question: Question, default: tuple[str, ...], columns: tuple[Column, ...]
) -> Problems:
    states = question.choices("state", ENTRY_STATES) or default
    rows = find_problems(question, states)
    types = tuple(sorted({row.type for row in rows} | set(question.texts("type"))))
    if sort_of(question, columns, "-hosts")[0] == "oldest":
        rows = with_oldest(question, rows)
    listing = page_of(question, columns, rows, "-hosts", {"reasons": lambda row: 0})
    shown = with_reasons(question, listing.rows)
    if columns is COLUMNS:
        shown = with_oldest(question, shown)
    return Problems(
        Listing(**{**vars(listing), "rows": shown}), states, types, group_names(question)
    )


def find_problems(question: Question, states: Collection[str]) -> list[Problem]:
    """Return the entries of some states, without reasons: the worst state first, then by name."""
    listed = states_query(question, states).subquery("of_hosts")
    columns = tables.entries.c
    query = (
        select(columns.type, columns.name, columns.state, columns.id, listed.c.hosts)
        .join_from(listed, tables.entries, columns.id == listed.c.entry)
        .where(state_condition(states), *_entry_conditions(question))
        .order_by(columns.type, columns.name)
    )
    rows = question.connection.execute(query, {"moment": question.moment})
    found = _grouped(rows, question.number("at_least", 1))
    return sorted(found, key=lambda row: ENTRY_STATES.index(row.state))


def _entry_conditions(question: Question) -> list[Any]:
    columns, types, part = tables.entries.c, question.texts("type"), question.text("name")
    return [
        *([columns.type.in_(types)] if types else ()),
        *([matches(columns.name, part)] if part else ()),
    ]


def _grouped(rows: Iterable[Any], at_least: int) -> list[Problem]:
    numbers: dict[tuple[str, str, int | None], dict[int, int]] = {}
    for kind, name, state, number, hosts in rows:
        of_entry = numbers.setdefault((kind, name, state), {})
        of_entry[number] = of_entry.get(number, 0) + int(hosts)
    return [
        Problem(kind, name, state_name(state), sum(of_entry.values()), len(of_entry), of_entry)
        for (kind, name, state), of_entry in numbers.items()
        if sum(of_entry.values()) >= at_least
    ]


def with_oldest(question: Question, rows: Iterable[Problem]) -> list[Problem]:
    """Return entries with the times since which they have been so."""
    rows = list(rows)
    times = {
        section: oldest_times(question, section, _names_in(rows, section))
        for section in {SECTIONS[row.state] for row in rows if row.state in SECTIONS}
    }
    return [
        replace(row, oldest=times.get(SECTIONS.get(row.state, ""), {}).get((row.type, row.name)))
        for row in rows
    ]


def _names_in(rows: Iterable[Problem], section: str) -> set[Name]:
    return {(row.type, row.name) for row in rows if SECTIONS.get(row.state) == section}


def with_reasons(question: Question, rows: Iterable[Problem]) -> list[Problem]:
    """Return entries with the reasons that most hosts have."""
    rows = list(rows)
    reasons = _reasons(question, [number for row in rows for number in row.numbers])
    return [replace(row, reasons=_most_frequent(row.numbers, reasons)) for row in rows]


def _reasons(question: Question, numbers: list[int]) -> dict[int, str]:
    columns = tables.entries.c
    texts: dict[int, str] = {}
    for chunk in chunks(numbers, CHUNK):
        query = select(columns.id, columns.text, short_detail).where(columns.id.in_(chunk))
        for number, text, detail in question.connection.execute(query):
            texts[number] = "; ".join(reasons_of(brief_item(text, detail)))
    return texts


def _most_frequent(numbers: Mapping[int, int], texts: Mapping[int, str]) -> tuple[Reason, ...]:
    counts = Counter[str]()
    for number, hosts in numbers.items():
        counts[texts[number]] += hosts
    return tuple(Reason(*item) for item in counts.most_common(REASONS))
