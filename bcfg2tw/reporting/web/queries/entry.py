"""One entry over all hosts: its contents, the hosts of each, and its last 30 days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks, key_of
from bcfg2tw.reporting.model import STATES
from bcfg2tw.reporting.web.days import day_starts
from bcfg2tw.reporting.web.entry_views import EntryView
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model
from bcfg2tw.reporting.web.queries.clients import conditions, newest_run
from bcfg2tw.reporting.web.queries.current import hosts_at
from bcfg2tw.reporting.web.queries.items import Room, views_of
from bcfg2tw.reporting.web.queries.lists import page_of
from bcfg2tw.reporting.web.queries.states import state_name
from bcfg2tw.reporting.web.question import Question, sound

COLUMNS = (
    Column("host", "Host", "host", is_sortable=True),
    Column("state", "State", "class", is_sortable=True),
    Column("content", "Content", "number", is_sortable=True),
    Column("last_run", "Last run", "time", is_sortable=True),
    Column("reasons", "Reasons", "texts"),
)

#: Contents that are shown in full, and hosts that are named beside each.
CONTENTS, HOSTS = 12, 12

_entries, _links = tables.entries.c, tables.set_entries.c


@dataclass(frozen=True)
class HostOfEntry:
    """
    A host that lists the entry.

    :ivar content: the number of the content on the page, from 1
    """

    host: str
    state: str
    content: int
    last_run: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class HeldContent:
    """
    A content of the entry in a state, with those of its hosts that are named.

    :ivar count: how many hosts have it
    """

    number: int
    view: EntryView
    hosts: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class EntryPage(Model):
    """
    The page of an entry.

    :ivar days: hosts that listed it on each of the last days: bad or failed, and in another state
    """

    type: str
    name: str
    hosts: Listing
    contents: tuple[HeldContent, ...]
    days: tuple[tuple[int, int, int], ...]

    @property
    def listing(self) -> Listing:
        """The hosts that list it."""
        return self.hosts


def entry_page(question: Question) -> EntryPage:
    """
    Return the page of an entry.

    :raises NoSuchPage: if nobody has ever reported it
    """
    kind, name = _name_of(question)
    numbers = _numbers(question, kind, name)
    if not numbers:
        raise NoSuchPage(f"No host has reported {kind} {name} as other than good.")
    listed = _hosts(question, numbers)
    order = _by_hosts([entry for _, entry, _, _ in listed])
    views = views_of(question.connection, order[:PARAMETERS], Room())
    rows = [
        HostOfEntry(host, views[entry].state, order.index(entry) + 1, last_run,
                    views[entry].reasons)
        for host, entry, last_run, _ in listed
        if entry in views
    ]  # fmt: skip
    return EntryPage(
        kind, name, page_of(question, COLUMNS, rows, "host"), _contents(order, views, rows),
        _days(question, kind, name),
    )  # fmt: skip


def _name_of(question: Question) -> tuple[str, str]:
    if "type" in question.path:
        return question.path["type"], question.path["name"]
    # both may be empty here
    values = (question.parameters.get(key, [""]) for key in ("type", "name"))
    kind, name = (sound((*value, "")[0]) for value in values)
    return kind, name


def _numbers(question: Question, kind: str, name: str) -> dict[int, str]:
    """Return the numbers of all contents of an entry, with the state of each."""
    query = select(_entries.id, _entries.state).where(
        _entries.key == key_of(kind, name), _entries.type == kind, _entries.name == name
    )
    rows = question.connection.execute(query)
    return {number: state_name(state) for number, state in rows}


def _hosts(question: Question, numbers: dict[int, str]) -> list[tuple[str, int, int, int]]:
    """Return host, content, time of last run and number of the run of those that list it now."""
    hosts = hosts_at(question)
    runs = tables.runs.c
    query = (
        select(hosts.c.name, hosts.c.last_run, runs.id, *(runs[f"{s}_set"] for s in STATES))
        .join_from(hosts, newest_run, newest_run.c.id == hosts.c.newest)
        .join(tables.runs, runs.id == hosts.c.current)
        .where(*conditions(question, hosts))
        .order_by(func.lower(hosts.c.name))
    )
    rows = question.connection.execute(query, {"moment": question.moment}).all()
    sets = _contents_of_sets(question, {s for row in rows for s in row[3:] if s}, list(numbers))
    return [
        (name, entry, last_run, run)
        for name, last_run, run, *of_run in rows
        for number in of_run
        for entry in sets.get(number, ())
    ]


def _contents_of_sets(
    question: Question, sets: set[int], entries: Sequence[int]
) -> dict[int, list[int]]:
    result: dict[int, list[int]] = {}
    for of_sets in chunks(sorted(sets), PARAMETERS):
        for of_entries in chunks(entries, PARAMETERS):
            query = select(_links.set, _links.entry).where(
                _links.set.in_(of_sets), _links.entry.in_(of_entries)
            )
            for number, entry in question.connection.execute(query):
                result.setdefault(number, []).append(entry)
    return result


def _by_hosts(entries: Sequence[int]) -> list[int]:
    """Return contents, those that most hosts have first."""
    counts: dict[int, int] = {}
    for entry in entries:
        counts[entry] = counts.get(entry, 0) + 1
    return sorted(counts, key=lambda entry: (-counts[entry], entry))


def _contents(
    order: Sequence[int], views: dict[int, EntryView], rows: Sequence[HostOfEntry]
) -> tuple[HeldContent, ...]:
    contents = []
    for number, entry in enumerate(order[:CONTENTS], 1):
        hosts = [row.host for row in rows if row.content == number]
        contents.append(HeldContent(number, views[entry], tuple(hosts[:HOSTS]), len(hosts)))
    return tuple(contents)


def _days(question: Question, kind: str, name: str) -> tuple[tuple[int, int, int], ...]:
    starts = day_starts(question.moment, question.zone)
    return question.memory.recall(
        ("entry", kind, name, starts[-1], question.at),
        DAYS_SECONDS,
        lambda: tuple(_count_days(question, kind, name, starts)),
    )


#: Seconds for which the days of an entry are remembered.
DAYS_SECONDS = 60


def _count_days(
    question: Question, kind: str, name: str, starts: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield each day with the hosts whose runs list an entry: as bad, and in other states."""
    runs = tables.runs.c
    of_entry = (
        select(_links.set)
        .join_from(tables.set_entries, tables.entries, _entries.id == _links.entry)
        .where(_entries.key == key_of(kind, name), _entries.type == kind, _entries.name == name)
    )
    is_other = or_(runs.modified_set.in_(of_entry), runs.extra_set.in_(of_entry))
    bad, other = (
        _hosts_by_day(question, starts, condition)
        for condition in (runs.bad_set.in_(of_entry), is_other)
    )
    for start, of_bad, of_other in zip(starts, bad, other, strict=False):
        yield start, len(of_bad), len(of_other)


def _hosts_by_day(
    question: Question, starts: Sequence[int], condition: ColumnElement[bool]
) -> list[set[int]]:
    runs = tables.runs.c
    hosts: list[set[int]] = [set() for _ in starts[1:]]
    query = select(runs.host, runs.time).where(
        runs.time >= starts[0], runs.time <= question.moment, condition
    )
    for host, time in question.connection.execute(query):
        hosts[bisect_right(starts, time) - 1].add(host)
    return hosts
