"""Two runs, or two hosts, beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks
from bcfg2tw.reporting.model import STATES
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.page import Model
from bcfg2tw.reporting.web.queries.current import hosts_at
from bcfg2tw.reporting.web.queries.listed import brief_item, short_detail
from bcfg2tw.reporting.web.queries.runs import RunRow, run_query, run_row
from bcfg2tw.reporting.web.queries.sets import Name
from bcfg2tw.reporting.web.queries.states import state_name
from bcfg2tw.reporting.web.question import Question
from bcfg2tw.reporting.web.reasons import reasons_of

#: Rows of each list that a page shows.
ROWS = 200


@dataclass(frozen=True)
class Side:
    """The words of a run on an entry: states and reasons, as short texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """An entry that the runs do not list alike; a side is None where a run does not list it."""

    type: str
    name: str
    a: Side | None
    b: Side | None


@dataclass(frozen=True)
class Comparison(Model):
    """
    Two runs beside each other; all is empty until both are given.

    :ivar names: of all hosts, to choose from
    :ivar same: how many entries both list alike
    """

    a: RunRow | None = None
    b: RunRow | None = None
    only_a: tuple[Compared, ...] = ()
    only_b: tuple[Compared, ...] = ()
    different: tuple[Compared, ...] = ()
    same: int = 0
    names: tuple[str, ...] = ()


def compare(question: Question) -> Comparison:
    """
    Return the comparison of the runs, or hosts, that the parameters `a` and `b` name.

    :raises NoSuchPage: if there is no such run or host
    """
    texts = [question.text(name) for name in ("a", "b")]
    a, b = (_run(question, text) if text else None for text in texts)
    names = host_names(question)
    if a is None or b is None:
        return Comparison(a, b, names=names)
    of_a, of_b = _contents(question, a.run), _contents(question, b.run)
    both = of_a.keys() & of_b.keys()
    different = [name for name in both if of_a[name] != of_b[name]]
    wanted = {
        name: of_a.get(name, frozenset()) | of_b.get(name, frozenset())
        for name in (*(of_a.keys() ^ of_b.keys()), *different)
    }
    texts_of = _texts(question, {number for of_name in wanted.values() for number in of_name})
    rows = [_compared(name, of_a, of_b, texts_of) for name in sorted(wanted)]
    return Comparison(
        a, b,
        tuple(row for row in rows if row.b is None),
        tuple(row for row in rows if row.a is None),
        tuple(row for row in rows if row.a and row.b),
        len(both) - len(different), names,
    )  # fmt: skip


def host_names(question: Question) -> tuple[str, ...]:
    """Return the names of all hosts, in their order."""
    hosts = tables.hosts.c
    return tuple(question.connection.execute(select(hosts.name).order_by(hosts.name)).scalars())


def _run(question: Question, text: str) -> RunRow:
    """Return the run of a number, or the deciding one of a host."""
    runs, hosts = tables.runs.c, hosts_at(question)
    of_host = select(hosts.c.current).where(hosts.c.name == text)
    number = question.connection.execute(of_host, {"moment": question.moment}).scalar()
    if number is None and text.isascii() and text.isdigit() and len(text) < 19:
        number = int(text)
    row = question.connection.execute(run_query().where(runs.id == number)).mappings().first()
    if row is None:
        raise NoSuchPage(f"{text} is no host that has reported, and no number of a run.")
    return run_row(row)


Contents = Mapping[Name, frozenset[int]]


def _contents(question: Question, run: int) -> Contents:
    """Return what a run lists: the numbers of contents by type and name."""
    runs, entries, links = tables.runs.c, tables.entries.c, tables.set_entries.c
    contents: dict[Name, set[int]] = {}
    for state in STATES:
        query = (
            select(entries.type, entries.name, entries.id)
            .join_from(tables.runs, tables.set_entries, links.set == runs[f"{state}_set"])
            .join(tables.entries, entries.id == links.entry)
            .where(runs.id == run)
        )
        for kind, name, number in question.connection.execute(query):
            contents.setdefault((kind, name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in contents.items()}


def _texts(question: Question, numbers: set[int]) -> dict[int, str]:
    entries = tables.entries.c
    texts: dict[int, str] = {}
    for chunk in chunks(sorted(numbers), PARAMETERS):
        query = select(entries.id, entries.state, entries.text, short_detail)
        rows = question.connection.execute(query.where(entries.id.in_(chunk)))
        for number, state, text, detail in rows:
            reasons = "; ".join(reasons_of(brief_item(text, detail)))
            texts[number] = f"{state_name(state)}: {reasons}"
    return texts


def _compared(name: Name, of_a: Contents, of_b: Contents, texts: Mapping[int, str]) -> Compared:
    sides = [
        Side(tuple(sorted(texts[number] for number in contents[name])))
        if name in contents
        else None
        for contents in (of_a, of_b)
    ]
    return Compared(*name, *sides)
