"""The ages of states of entries: since the oldest run in a row without a gap."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks
from bcfg2tw.reporting.streaks import SINCE
from bcfg2tw.reporting.web.queries.clients import FILTERS, conditions, newest_run
from bcfg2tw.reporting.web.queries.current import hosts_at
from bcfg2tw.reporting.web.queries.sets import Name, names_of
from bcfg2tw.reporting.web.question import Question

#: How often the lists of a host may have changed while an entry was in them; it may be older.
ROUNDS = 30

#: Seconds for which the times of entries are remembered.
SECONDS = 300

#: Since when entries have been in their states.
Times = Mapping[Name, int]
#: Entries of hosts, by the number of a run that lists them.
Followed = Mapping[int, frozenset[Name]]

HOST_PARAMETERS = [parameter.name for parameter in FILTERS]

_runs, _before = tables.runs, tables.runs.alias("run_before")
_chosen = _runs.c.id.in_(bindparam("chosen", expanding=True))


class _Run(NamedTuple):
    """
    A run, one of some in a row that have the same list.

    :ivar since: the time of the first one
    :ivar contents: the number of the list
    """

    number: int
    since: int
    contents: int
    is_partial: bool


def oldest_times(question: Question, state: str, names: Collection[Name]) -> Times:
    """
    Return since when entries have been in a state on the host that has had them longest.

    A host has had an entry since the first of its runs, in a row without a gap up to the one that
    tells its class, that lists the entry. The times of all hosts are remembered for a while.

    :param state: bad, which failed ones are as well, or modified
    :param names: types and names of the entries
    """
    if any(map(question.texts, HOST_PARAMETERS)):
        return _find(question, state, frozenset(names))
    at, times = _recall(question, state, SECONDS)
    if at == question.at and times.keys() >= set(names):
        return times
    return _recall(question, state, 0)[1]


def _recall(question: Question, state: str, seconds: float) -> tuple[int | None, Times]:
    """Return the times of the present, or else those of the time that was asked for last."""
    return question.memory.recall(
        ("oldest", state, question.at is None),
        seconds,
        lambda: (question.at, _find(question, state, names=None)),
    )


def _find(question: Question, state: str, names: frozenset[Name] | None) -> Times:
    lists = _Lists(question, names)
    runs = {run.number: run for run in _current(question, state)}
    followed = lists.follow(runs.values(), None)
    oldest: dict[Name, int] = {}
    for _ in range(ROUNDS):
        for number, of_host in followed.items():
            for name in of_host:
                oldest[name] = min(runs[number].since, oldest.get(name, runs[number].since))
        if not followed:
            break
        before = dict(_runs_before(question, state, [runs[number] for number in followed]))
        runs = {run.number: run for run in _read(question, state, before)}
        followed = lists.follow(runs.values(), {run: followed[before[run]] for run in runs})
    return oldest


class _Lists:
    """The lists of runs, each read once, as far as they have the entries that are asked for."""

    def __init__(self, question: Question, names: frozenset[Name] | None) -> None:
        self._connection = question.connection
        self._names = names
        self._of_set: dict[int, frozenset[Name]] = {}

    def follow(self, runs: Collection[_Run], followed: Followed | None) -> Followed:
        """
        Return the entries that runs list, where there are any.

        :param followed: those that were followed up to each run; None where all are
        """
        self._read({run.contents for run in runs})
        here = {run.number: self._of_set[run.contents] for run in runs}
        if followed is not None:
            here = {number: names & followed[number] for number, names in here.items()}
        return {number: names for number, names in here.items() if names}

    def _read(self, sets: set[int]) -> None:
        new = names_of(self._connection, sorted(sets - self._of_set.keys()))
        for number, names in new.items():
            self._of_set[number] = frozenset(names if self._names is None else names & self._names)


def _set_of(state: str) -> ColumnElement[Any]:
    return _runs.c[f"{state}_set"]


def _since_of(state: str) -> ColumnElement[Any]:
    return func.coalesce(_runs.c[SINCE[f"{state}_set"]], _runs.c.time)


def _columns(state: str) -> Select[Any]:
    return select(_runs.c.id, _since_of(state), _set_of(state), tables.is_partial(_runs))


def _current(question: Question, state: str) -> Iterator[_Run]:
    hosts = hosts_at(question)
    query = (
        _columns(state)
        .join_from(hosts, newest_run, newest_run.c.id == hosts.c.newest)
        .join(_runs, _runs.c.id == hosts.c.current)
        .where(_set_of(state).is_not(None), *conditions(question, hosts))
    )
    rows = question.connection.execute(query, {"moment": question.moment})
    return (_Run(*row) for row in rows)


def _runs_before(question: Question, state: str, runs: Iterable[_Run]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the last runs before those with the same list, with that of each."""
    of_kind: dict[bool, list[int]] = {False: [], True: []}
    for run in runs:
        of_kind[run.is_partial].append(run.number)
    for is_partial, numbers in of_kind.items():
        for chunk in chunks(numbers, PARAMETERS):
            rows = question.connection.execute(_before_query(state, is_partial), {"chosen": chunk})
            yield from ((before, run) for run, before in rows if before is not None)


@cache
def _before_query(state: str, is_partial: bool) -> Select[Any]:
    condition = tables.is_partial(_before) if is_partial else tables.is_full(_before)
    last = (
        select(_before.c.id)
        .where(_before.c.host == _runs.c.host, _before.c.time < _since_of(state), condition)
        .order_by(_before.c.time.desc()).limit(1).correlate(_runs).scalar_subquery()
    )  # fmt: skip
    return select(_runs.c.id, last).where(_chosen)


def _read(question: Question, state: str, numbers: Iterable[int]) -> Iterator[_Run]:
    for chunk in chunks(list(numbers), PARAMETERS):
        rows = question.connection.execute(_read_query(state), {"chosen": chunk})
        yield from (_Run(*row) for row in rows)


@cache
def _read_query(state: str) -> Select[Any]:
    return _columns(state).where(_set_of(state).is_not(None), _chosen)
