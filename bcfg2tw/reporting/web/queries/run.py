"""One run: what it lists, and what of it is new or gone since the run before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.export import RunReader, Selection, run_rows
from bcfg2tw.reporting.model import BAD, EXTRA, MODIFIED
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.page import Model
from bcfg2tw.reporting.web.phases import Phase, phases_of
from bcfg2tw.reporting.web.queries.items import EXTRAS, SECTION, Room, Section, section
from bcfg2tw.reporting.web.queries.runs import RunRow, host_number, run_query, run_row
from bcfg2tw.reporting.web.queries.sets import Name, names_of
from bcfg2tw.reporting.web.question import Question

#: Names that are listed of what is new or gone.
NAMES = 60


@dataclass(frozen=True)
class RunView:
    """
    A run with what it lists.

    :ivar sections: failures, bad, modified and extra entries
    """

    row: RunRow
    state: str
    profile: str | None
    groups: tuple[str, ...]
    bundles: tuple[str, ...]
    phases: tuple[Phase, ...]
    sections: Mapping[str, Section]


@dataclass(frozen=True)
class RunPage(Model):
    """
    The page of a run.

    :ivar before: the run before it, if there is one
    :ivar new: type and name of what is bad or failed now and was not in the run before
    :ivar gone: of what was so then, and is not now
    """

    run: RunView
    before: RunRow | None
    after: RunRow | None
    new: tuple[Name, ...]
    gone: tuple[Name, ...]


def run_page(question: Question) -> RunPage:
    """
    Return the page of a run.

    :raises NoSuchPage: for one that is not there, or of another host
    """
    name = question.path["host"]
    host, number = host_number(question, name), run_number(question)
    run = load_run(question, number)
    if run is None or run.row.host != name:
        raise NoSuchPage(f"{name} has no run {question.path['run']}; it may have been removed.")
    before = _neighbour(question, host, run.row, is_later=False)
    after = _neighbour(question, host, run.row, is_later=True)
    now, then = _bad_of(question, number), _bad_of(question, before.run) if before else set()
    new, gone = (sorted(now - then), sorted(then - now)) if before else ([], [])
    return RunPage(run, before, after, tuple(new), tuple(gone))


def run_number(question: Question) -> int:
    """
    Return the number of the run in an address.

    :raises NoSuchPage: if it is none
    """
    text = question.path["run"]
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NoSuchPage(f"{text} is no number of a run.")
    return int(text)


def load_run(question: Question, number: int) -> RunView | None:
    """Return a run, None if there is no such number."""
    connection = question.connection
    wanted = tables.runs.c.id == number
    full = connection.execute(run_rows(Selection()).where(wanted)).mappings().first()
    if full is None:
        return None
    run = RunReader(connection).run(full)
    row = connection.execute(run_query().where(wanted)).mappings().one()
    return RunView(
        run_row(row), run.state, run.profile, run.groups, run.bundles,
        tuple(phases_of(run.timings)), _sections(question, full),
    )  # fmt: skip


def _sections(question: Question, row: RowMapping) -> dict[str, Section]:
    connection, room = question.connection, Room()
    parts = {
        "failed": section(connection, row["bad_set"], BAD, SECTION, room, failures=True),
        BAD: section(connection, row["bad_set"], BAD, SECTION, room, failures=False),
        MODIFIED: section(connection, row["modified_set"], MODIFIED, SECTION, room, failures=False),
    }
    extra = section(connection, row["extra_set"], EXTRA, EXTRAS, Room(0), failures=False)
    return {**parts, EXTRA: extra}


def _neighbour(question: Question, host: int, run: RunRow, *, is_later: bool) -> RunRow | None:
    runs = tables.runs.c
    query = run_query().where(runs.host == host)
    if is_later:
        query = query.where(runs.time > run.time).order_by(runs.time)
    else:
        query = query.where(runs.time < run.time).order_by(runs.time.desc())
    row = question.connection.execute(query.limit(1)).mappings().first()
    return None if row is None else run_row(row)


def _bad_of(question: Question, number: int) -> set[Name]:
    runs = tables.runs.c
    query = select(runs.bad_set).where(runs.id == number)
    bad_set = question.connection.execute(query).scalar()
    return set() if bad_set is None else names_of(question.connection, [bad_set])[bad_set]
