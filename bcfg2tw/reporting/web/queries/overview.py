"""The first page: how many hosts there are of each class, and those that need somebody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from bcfg2tw.reporting.classes import CLASSES, EXPIRED, SILENT
from bcfg2tw.reporting.web.page import Model
from bcfg2tw.reporting.web.queries.clients import HostRow, read_rows, rows_query
from bcfg2tw.reporting.web.queries.current import NUMBERS, hosts_at
from bcfg2tw.reporting.web.queries.listed import first_reasons
from bcfg2tw.reporting.web.question import Question

#: Classes of hosts that somebody has to look after.
NEEDY = ("failed", "dirty", SILENT)
NEEDY_ROWS = 12


@dataclass(frozen=True)
class NeedyHost:
    """A host that needs somebody, with the first reasons."""

    row: HostRow
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Overview(Model):
    """
    The first page.

    :ivar counts: hosts of each class; all but the expired add up to `hosts`
    :ivar needy: the worst hosts; `needy_count` has how many there are in all
    """

    counts: dict[str, int]
    needy: tuple[NeedyHost, ...]

    @property
    def hosts(self) -> int:
        """How many hosts there are, expired ones apart."""
        return sum(count for name, count in self.counts.items() if name != EXPIRED)

    @property
    def needy_count(self) -> int:
        """How many hosts need somebody."""
        return sum(self.counts[name] for name in NEEDY)


def overview(question: Question) -> Overview:
    """Return the first page."""
    return Overview(class_counts(question), needy_hosts(question))


def class_counts(question: Question) -> dict[str, int]:
    """Return how many hosts there are of each class, the worst first."""
    column = hosts_at(question.at).c["class"]
    query = select(column, func.count()).group_by(column)
    rows = question.connection.execute(query, {"moment": question.moment})
    counts = {row[0]: row[1] for row in rows}
    return {name: counts.get(NUMBERS[name], 0) for name in CLASSES}


def needy_hosts(question: Question) -> tuple[NeedyHost, ...]:
    """Return the hosts that need somebody most."""
    hosts = hosts_at(question.at)
    query = rows_query(hosts).where(hosts.c["class"].in_([NUMBERS[name] for name in NEEDY]))
    bad = query.selected_columns["bad"]
    query = query.order_by(hosts.c["class"], bad.desc(), func.lower(hosts.c.name))
    rows = read_rows(question, query.limit(NEEDY_ROWS))
    runs = [row.current for row in rows if row.current is not None]
    reasons = first_reasons(question.connection, runs)
    return tuple(NeedyHost(row, tuple(reasons.get(row.current or 0, ()))) for row in rows)
