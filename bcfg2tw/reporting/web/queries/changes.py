"""Changes between two times: entries that were modified, and hosts that are another class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import HOUR, RUN_CLASSES
from bcfg2tw.reporting.contents import PARAMETERS as CHUNK
from bcfg2tw.reporting.contents import chunks
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model, Parameter
from bcfg2tw.reporting.web.queries.lists import page_of
from bcfg2tw.reporting.web.queries.sets import Name, names_of
from bcfg2tw.reporting.web.question import Question

#: Without `since`, this long before `until`.
SPAN = 24 * HOUR
#: Runs that are looked at, and entries that a revision's part lists.
RUNS, ENTRIES = 20_000, 12

COLUMNS = (
    Column("time", "Time", "time", is_sortable=True),
    Column("host", "Host", "host", is_sortable=True),
    Column("before", "Before", "class", is_sortable=True),
    Column("after", "After", "class", is_sortable=True),
    Column("modified", "Modified", "number", is_sortable=True),
    Column("revision", "Revision", "revision", is_sortable=True),
    Column("run", "Run", "run_of_host"),
)
PARAMETERS = (
    Parameter("since", "Where the span begins; a day before its end, unless it is given."),
    Parameter("until", "Where the span ends; now, unless it is given."),
    Parameter("revision", "A revision."),
)


@dataclass(frozen=True)
class Change:
    """
    A run that modified something, or gave its host another class.

    :ivar before: the class of the host before; None if it had no run
    """

    time: int
    host: str
    before: str | None
    after: str
    modified: int
    revision: str
    run: int
    modified_set: int | None


@dataclass(frozen=True)
class ModifiedEntry:
    """An entry that runs of a revision modified, with the number of hosts."""

    type: str
    name: str
    hosts: int


@dataclass
class RevisionChanges:
    """
    What changed under a revision.

    :ivar moves: how many hosts changed from a class to another
    """

    revision: str
    first: int
    last: int
    hosts: int = 0
    entries: list[ModifiedEntry] = field(default_factory=list)
    entry_count: int = 0
    moves: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes(Model):
    """
    The page of changes.

    :ivar is_cut: whether there were more runs in the span than are looked at
    """

    changes: Listing
    revisions: tuple[RevisionChanges, ...]
    since: int
    until: int
    is_cut: bool

    @property
    def listing(self) -> Listing:
        """The runs that changed something."""
        return self.changes


def changes(question: Question) -> Changes:
    """Return what changed in the span that a question asks for."""
    until = question.time("until") or question.moment + 1
    since = question.time("since") or until - SPAN
    rows = question.connection.execute(_query(question, since, until)).all()
    found = list(_changes(question, rows[:RUNS], since))
    revisions = tuple(_by_revision(question, found))
    listing = page_of(question, COLUMNS, found, "-time")
    return Changes(listing, revisions, since, until, len(rows) > RUNS)


def _query(question: Question, since: int, until: int) -> Select[Any]:
    runs, hosts, texts = tables.runs.c, tables.hosts.c, tables.texts.c
    query = (
        select(
            hosts.name, runs.host, runs.id, runs.time, runs["class"], runs.modified_set,
            texts.text, tables.sets.c.size,
        )
        .join_from(tables.runs, tables.hosts, hosts.id == runs.host)
        .join(tables.texts, texts.id == runs.revision)
        .outerjoin(tables.sets, tables.sets.c.id == runs.modified_set)
        .where(runs.time >= since, runs.time < until, ~runs.dry_run, ~runs.only_important)
    )  # fmt: skip
    revision = question.text("revision")
    if revision is not None:
        query = query.where(texts.text == revision)
    return query.order_by(runs.time.desc(), runs.id.desc()).limit(RUNS + 1)


def _changes(question: Question, rows: Sequence[Any], since: int) -> Iterator[Change]:
    """Yield the changes of runs, which are the newest first."""
    earlier = _classes_before(question, {row.host for row in rows}, min(
        (row.time for row in rows), default=since
    ))  # fmt: skip
    for row in reversed(rows):
        before, after = earlier.get(row.host), RUN_CLASSES[row[4]]
        earlier[row.host] = after
        if row.modified_set is not None or before != after:
            yield Change(
                row.time, row.name, before, after, row.size or 0, row.text, row.id,
                row.modified_set,
            )  # fmt: skip


def _classes_before(question: Question, hosts: set[int], time: int) -> dict[int, str]:
    runs = tables.runs.alias("earlier").c
    last = (
        select(runs["class"])
        .where(runs.host == tables.hosts.c.id, runs.time < time, ~runs.dry_run,
               ~runs.only_important)
        .order_by(runs.time.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    classes: dict[int, str] = {}
    for chunk in chunks(sorted(hosts), CHUNK):
        query = select(tables.hosts.c.id, last).where(tables.hosts.c.id.in_(chunk))
        for host, number in question.connection.execute(query):
            if number is not None:
                classes[host] = RUN_CLASSES[number]
    return classes


def _by_revision(question: Question, found: Sequence[Change]) -> Iterator[RevisionChanges]:
    sets = {row.modified_set for row in found if row.modified_set is not None}
    names = names_of(question.connection, sorted(sets))
    revisions: dict[str, list[Change]] = {}
    for row in sorted(found, key=lambda row: -row.time):
        revisions.setdefault(row.revision, []).append(row)
    for revision, of_revision in revisions.items():
        yield _revision(revision, of_revision, names)


def _revision(
    revision: str, rows: Sequence[Change], names: Mapping[int, set[Name]]
) -> RevisionChanges:
    part = RevisionChanges(revision, rows[-1].time, rows[0].time, len({row.host for row in rows}))
    hosts: dict[Name, set[str]] = {}
    for row in rows:
        for name in names.get(row.modified_set or 0, ()):
            hosts.setdefault(name, set()).add(row.host)
        if row.before not in (None, row.after):
            move = row.before or "", row.after
            part.moves[move] = part.moves.get(move, 0) + 1
    ordered = sorted(hosts, key=lambda name: (-len(hosts[name]), name))
    part.entries = [ModifiedEntry(*name, len(hosts[name])) for name in ordered[:ENTRIES]]
    part.entry_count = len(ordered)
    return part
