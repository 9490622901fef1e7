"""Lists of runs, the newest first; of all hosts, or of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import RUN_CLASSES
from bcfg2tw.reporting.model import STATES
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model, Parameter
from bcfg2tw.reporting.web.queries.lists import shown_of
from bcfg2tw.reporting.web.question import Question

COLUMNS = (
    Column("time", "Time", "run"),
    Column("host", "Host", "host"),
    Column("class", "Class", "class", attribute="class_name"),
    Column("flags", "Flags", "texts"),
    Column("bad", "Bad", "number"),
    Column("modified", "Modified", "number"),
    Column("extra", "Extra", "number"),
    Column("good", "Good", "number"),
    Column("total", "Entries", "number"),
    Column("server", "Server"),
    Column("revision", "Revision", "revision"),
    Column("run", "Run", "number", is_shown=False),
)

PARAMETERS = (
    Parameter("class", f"Classes of runs: {', '.join(RUN_CLASSES)}.", is_repeated=True),
    Parameter("revision", "A revision."),
    Parameter("server", "The node that took the runs."),
    Parameter("since", "The time of the oldest run that is wanted."),
    Parameter("until", "The time of the first run that is too new."),
)


@dataclass(frozen=True)
class RunRow:
    """A run in a list; counts are those of what it lists."""

    run: int
    time: int
    host: str
    class_name: str
    flags: tuple[str, ...]
    bad: int
    modified: int
    extra: int
    good: int
    total: int
    server: str
    revision: str


@dataclass(frozen=True)
class Runs(Model):
    """
    A page of runs.

    :ivar host: the only host that they are of, or None
    """

    runs: Listing
    host: str | None = None

    @property
    def listing(self) -> Listing:
        """The runs."""
        return self.runs


def all_runs(question: Question) -> Runs:
    """Return the runs of all hosts."""
    return Runs(_list_runs(question, run_query(), COLUMNS))


def host_runs(question: Question) -> Runs:
    """
    Return the runs of a host.

    :raises NoSuchPage: for an unknown host
    """
    name = question.path["host"]
    number = host_number(question, name)
    query = run_query().where(tables.runs.c.host == number)
    columns = tuple(column for column in COLUMNS if column.key != "host")
    return Runs(_list_runs(question, query, columns), name)


def host_number(question: Question, name: str) -> int:
    """
    Return the number of a host.

    :raises NoSuchPage: if there is none of this name
    """
    hosts = tables.hosts.c
    number = question.connection.execute(select(hosts.id).where(hosts.name == name)).scalar()
    if number is None:
        raise NoSuchPage(f"No host {name} has ever reported.")
    return int(number)


_revisions, _servers = tables.texts.alias("revisions"), tables.texts.alias("servers")
_lists = {name: tables.sets.alias(f"{name}_list") for name in STATES}


def run_query() -> Select[Any]:
    """Return the query for runs with what a list shows of them."""
    runs, hosts = tables.runs, tables.hosts
    query = (
        select(
            runs, hosts.c.name.label("host_name"), _servers.c.text.label("server_name"),
            _revisions.c.text.label("revision_name"),
            *(sets.c.size.label(f"{name}_size") for name, sets in _lists.items()),
        )
        .join_from(runs, hosts, hosts.c.id == runs.c.host)
        .join(_servers, _servers.c.id == runs.c.server)
        .join(_revisions, _revisions.c.id == runs.c.revision)
    )  # fmt: skip
    for name, sets in _lists.items():
        query = query.outerjoin(sets, sets.c.id == runs.c[f"{name}_set"])
    return query


def run_row(row: Any) -> RunRow:
    """Return a run of a row of `run_query`."""
    return RunRow(
        row["id"], row["time"], row["host_name"], RUN_CLASSES[row["class"]], flags_of(row),
        row["bad_size"] or 0, row["modified_size"] or 0, row["extra_size"] or 0,
        row["good"], row["total"], row["server_name"], row["revision_name"],
    )  # fmt: skip


def flags_of(row: Any) -> tuple[str, ...]:
    """Return what is special about a run."""
    flags = {"dry run": row["dry_run"], "only important": row["only_important"]}
    return tuple(name for name, is_set in flags.items() if is_set)


def _list_runs(question: Question, query: Select[Any], columns: tuple[Column, ...]) -> Listing:
    runs = tables.runs.c
    query = _filtered(question, query).order_by(runs.time.desc(), runs.id.desc())
    start = (question.page - 1) * question.limit
    # counting would take the longer, the more days are kept
    rows = question.connection.execute(query.limit(question.limit + 1).offset(start))
    found = [run_row(row) for row in rows.mappings()]
    has_more = len(found) > question.limit
    return Listing(
        columns, found[: question.limit], None if has_more else start + len(found),
        question.page, question.limit, shown=shown_of(question, columns),
    )  # fmt: skip


def _filtered(question: Question, query: Select[Any]) -> Select[Any]:
    runs = tables.runs.c
    classes = question.choices("class", RUN_CLASSES)
    if classes:
        query = query.where(runs["class"].in_([RUN_CLASSES.index(name) for name in classes]))
    for name in ("revision", "server"):
        text = question.text(name)
        if text is not None:
            same = select(tables.texts.c.id).where(tables.texts.c.text == text)
            query = query.where(runs[name].in_(same))
    since, until = question.time("since"), question.time("until")
    if question.at is not None:
        until = min(question.at + 1, until or question.at + 1)
    if since is not None:
        query = query.where(runs.time >= since)
    return query if until is None else query.where(runs.time < until)
