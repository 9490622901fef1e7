"""The first page: how many hosts there are of each class, and those that need somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func

from bcfg2tw.reporting.classes import EXPIRED, SILENT
from bcfg2tw.reporting.model import BAD
from bcfg2tw.reporting.web.page import Model
from bcfg2tw.reporting.web.queries.clients import HostRow, read_rows, rows_query
from bcfg2tw.reporting.web.queries.counts import Revision, class_counts, last_revisions
from bcfg2tw.reporting.web.queries.current import NUMBERS, hosts_at
from bcfg2tw.reporting.web.queries.listed import first_reasons
from bcfg2tw.reporting.web.queries.problems import Problem, find_problems, with_reasons
from bcfg2tw.reporting.web.queries.states import FAILED
from bcfg2tw.reporting.web.queries.trend import TrendDay, trend
from bcfg2tw.reporting.web.question import Question

#: Classes of hosts that somebody has to look after.
NEEDY = ("failed", "dirty", SILENT)
NEEDY_ROWS, PROBLEMS = 12, 5


@dataclass(frozen=True)
class NeedyHost:
    """A host that needs somebody, with type, name and reasons of the first of its entries."""

    row: HostRow
    reasons: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Overview(Model):
    """
    The first page.

    :ivar counts: hosts of each class; all but the expired add up to `hosts`
    :ivar needy: the worst hosts; `needy_count` has how many there are in all
    :ivar problems: those that most hosts have, of `problem_count`
    :ivar days: hosts by class on the last days
    """

    counts: Mapping[str, int]
    needy: tuple[NeedyHost, ...]
    problems: tuple[Problem, ...]
    problem_count: int
    revisions: tuple[Revision, ...]
    days: tuple[TrendDay, ...]

    @property
    def hosts(self) -> int:
        """The number of hosts, expired ones apart."""
        return sum(count for name, count in self.counts.items() if name != EXPIRED)

    @property
    def needy_count(self) -> int:
        """The number of hosts that need somebody."""
        return sum(self.counts[name] for name in NEEDY)


@dataclass(frozen=True)
class Radiator(Model):
    """The page for a screen on a wall."""

    counts: Mapping[str, int]
    needy: tuple[NeedyHost, ...]
    days: tuple[TrendDay, ...]


def overview(question: Question) -> Overview:
    """Return the first page."""
    counts = class_counts(question, question.at)
    worst = sorted(find_problems(question, (FAILED, BAD)), key=lambda row: -row.hosts)
    return Overview(
        counts, needy_hosts(question), tuple(with_reasons(question, worst[:PROBLEMS])),
        len(worst), last_revisions(question), trend(question, counts),
    )  # fmt: skip


def radiator(question: Question) -> Radiator:
    """Return the numbers for a screen that everybody sees."""
    counts = class_counts(question, question.at)
    return Radiator(counts, needy_hosts(question), trend(question, counts))


def needy_hosts(question: Question) -> tuple[NeedyHost, ...]:
    """Return the hosts that need somebody most."""
    hosts = hosts_at(question)
    query = rows_query(hosts).where(hosts.c["class"].in_([NUMBERS[name] for name in NEEDY]))
    bad = query.selected_columns["bad"]
    query = query.order_by(hosts.c["class"], bad.desc(), func.lower(hosts.c.name))
    rows = read_rows(question, query.limit(NEEDY_ROWS))
    runs = [row.current for row in rows if row.current is not None]
    reasons = first_reasons(question.connection, runs)
    return tuple(NeedyHost(row, tuple(reasons.get(row.current or 0, ()))) for row in rows)
