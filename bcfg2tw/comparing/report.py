"""The result of a comparison of two states, for all who show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bcfg2tw.comparing.client_names import Memberships
from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.grouping import DifferenceGroup, DifferenceGroups
from bcfg2tw.comparing.ignoring import IgnoreRules

__all__ = ["ComparisonReport", "ReportBuilder", "ReportedGroup"]


@dataclass(frozen=True)
class ReportedGroup:
    """
    Clients that share a difference.

    :ivar identity: equal for the same difference in another comparison
    :ivar difference: as `example` has it
    :ivar clients: their names, sorted
    :ivar description: the clients in words
    :ivar example: a client, which may have it no longer where that was seen some time ago
    :ivar ways: in how many ways they differ, where that is not told apart; 0 where these were not
        counted
    :ivar reason: why it is so, empty where that is not known
    """

    identity: str
    difference: Difference
    clients: tuple[str, ...]
    description: str
    example: str
    ways: int = 1
    reason: str = ""


@dataclass(frozen=True)
class ComparisonReport:
    """
    The differences between two states of a site.

    :ivar old: the older state in words, such as a revision
    :ivar new: the newer one
    :ivar clients: how many were compared
    :ivar changed: the names of those that differ, sorted
    :ivar groups: those that hit most clients first
    :ivar unbuildable: clients that can be built in neither state, for the same reason
    :ivar notes: what a reader has to know of the comparison itself
    :ivar seconds: how long it took
    """

    old: str
    new: str
    clients: int
    changed: tuple[str, ...] = ()
    groups: tuple[ReportedGroup, ...] = ()
    unbuildable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """The number of clients that differ, in a sentence."""
        if not self.clients:
            return "There is no client to compare."
        total = _count(self.clients, "client")
        if not self.changed:
            return f"Nothing changes for {total}."
        number = _count(len(self.groups), "difference")
        return f"{len(self.changed):,} of {total} change{_third(self.changed)}, in {number}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _third(clients: Sequence[str]) -> str:
    return "s" if len(clients) == 1 else ""


@dataclass
class ReportBuilder:
    """
    Collects the differences of clients until there is a report; not for several threads at once.

    :ivar explain: returns why a difference of a client is as it is, empty where that is unknown
    """

    old: str
    new: str
    ignored: IgnoreRules = field(default_factory=IgnoreRules)
    explain: Callable[[Difference, str], str] = lambda difference, client: ""
    memberships: Memberships = field(default_factory=Memberships)
    notes: list[str] = field(default_factory=list)
    _groups: DifferenceGroups = field(default_factory=DifferenceGroups)
    _changed: list[str] = field(default_factory=list)
    _unbuildable: list[str] = field(default_factory=list)

    def add(
        self, client: str, differences: Sequence[Difference], profile: str | None = None,
        groups: Iterable[str] = (), is_unbuildable: bool = False,
    ) -> None:  # fmt: skip
        """
        Take a client that was compared.

        :param profile: its profile, in the newer state if it has one there
        :param groups: its groups, in the same state
        :param is_unbuildable: whether there is no configuration of it in either state
        """
        self.memberships.add(client, profile, groups)
        kept = self.ignored.kept(differences)
        self._groups.add(client, kept)
        if kept:
            self._changed.append(client)
        if is_unbuildable:
            self._unbuildable.append(client)

    def report(self, seconds: float = 0.0) -> ComparisonReport:
        """Return the report of what was added until now."""
        return ComparisonReport(
            self.old, self.new, len(self.memberships), tuple(sorted(self._changed)),
            tuple(map(self._reported, self._groups.groups())), tuple(sorted(self._unbuildable)),
            tuple(self.notes), seconds,
        )  # fmt: skip

    def _reported(self, group: DifferenceGroup) -> ReportedGroup:
        clients = tuple(sorted(group.clients))
        # what explains one way explains no other
        reason = self.explain(group.difference, group.example) if group.ways == 1 else ""
        return ReportedGroup(
            group.identity, group.difference, clients, self.memberships.description(clients),
            group.example, group.ways, reason,
        )  # fmt: skip
