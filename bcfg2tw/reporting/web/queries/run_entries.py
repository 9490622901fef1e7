"""All that one run lists, as a list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, literal, select, union_all

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.model import BAD, STATES
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model, Parameter
from bcfg2tw.reporting.web.queries.listed import brief_item, short_detail
from bcfg2tw.reporting.web.queries.lists import like
from bcfg2tw.reporting.web.queries.run import run_number
from bcfg2tw.reporting.web.queries.runs import RunRow, run_query, run_row
from bcfg2tw.reporting.web.queries.states import ENTRY_STATES, FAILED
from bcfg2tw.reporting.web.question import Question
from bcfg2tw.reporting.web.reasons import reasons_of

COLUMNS = (
    Column("name", "Entry", "entry"),
    Column("type", "Type"),
    Column("state", "State", "class"),
    Column("reasons", "Reasons", "texts"),
)
PARAMETERS = (
    Parameter("state", f"States of entries: {', '.join(ENTRY_STATES)}.", is_repeated=True),
    Parameter("type", "A type of entries.", is_repeated=True),
    Parameter("name", "A part of the entries' names."),
)

_entries, _links = tables.entries.c, tables.set_entries.c


@dataclass(frozen=True)
class ListedEntry:
    """An entry of a run."""

    type: str
    name: str
    state: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class RunEntries(Model):
    """All entries of a run."""

    run: RunRow
    entries: Listing
    states: tuple[str, ...]

    @property
    def listing(self) -> Listing:
        """The entries."""
        return self.entries


def run_entries(question: Question) -> RunEntries:
    """
    Return what a run lists.

    :raises NoSuchPage: for a run that is not there, or of another host
    """
    number = run_number(question)
    query = run_query().where(tables.runs.c.id == number)
    row = question.connection.execute(query).mappings().first()
    if row is None or row["host_name"] != question.path["host"]:
        raise NoSuchPage(f"{question.path['host']} has no run {number}.")
    states = question.choices("state", ENTRY_STATES)
    return RunEntries(run_row(row), _list(question, number, states or ENTRY_STATES), states)


def _list(question: Question, run: int, states: tuple[str, ...]) -> Listing:
    listed = union_all(*(_section(run, state) for state in ENTRY_STATES if state in states))
    rows = listed.subquery("rows")
    query = select(rows.c.type, rows.c.name, rows.c.state, rows.c.text, rows.c.detail)
    types, part = question.texts("type"), question.text("name")
    if types:
        query = query.where(rows.c.type.in_(types))
    if part:
        query = query.where(like(rows.c.name, part))
    total = question.connection.execute(
        select(func.count()).select_from(query.subquery())
    ).scalar_one()
    query = query.order_by(rows.c.place, rows.c.type, rows.c.name).limit(question.limit)
    query = query.offset((question.page - 1) * question.limit)
    found = [
        ListedEntry(kind, name, state, tuple(reasons_of(brief_item(text, detail))))
        for kind, name, state, text, detail in question.connection.execute(query)
    ]
    return Listing(COLUMNS, found, total, question.page, question.limit)


def _section(run: int, state: str) -> Select[tuple[int, str, str, str, str, str]]:
    """Return the query for what a run lists in a state."""
    section = BAD if state == FAILED else state
    query = (
        select(
            literal(ENTRY_STATES.index(state)).label("place"), literal(state).label("state"),
            _entries.type, _entries.name, _entries.text, short_detail.label("detail"),
        )
        .join_from(tables.runs, tables.set_entries, _links.set == tables.runs.c[f"{section}_set"])
        .join(tables.entries, _entries.id == _links.entry)
        .where(tables.runs.c.id == run)
    )  # fmt: skip
    if state == FAILED:
        return query.where(_entries.state.is_(None))
    return query.where(_entries.state == STATES.index(state))
