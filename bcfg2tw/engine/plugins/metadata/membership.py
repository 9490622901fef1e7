"""
The rules by which a client's groups follow from one another (:ref:`metadata-7.1`).

A statement is looked at only where a group or client that it asks for is there, so resolving a
client costs what its own groups say, not what the whole file says; and equal questions, as from
clients of one profile, are answered once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bcfg2tw.engine.model.membership_trail import (
    GAINED,
    LOST,
    REFUSED,
    SUPPRESSED,
    MembershipTrail,
)

logger = logging.getLogger("Metadata")

#: Names of groups in all questions and answers that are kept; ten megabytes or so.
KEPT_NAMES = 100_000

Categories = dict[str, str]


@dataclass(frozen=True)
class Conditions:
    """The condition of a statement: groups and client names that are there, or are not."""

    groups: frozenset[str]
    not_groups: frozenset[str]
    clients: frozenset[str]
    not_clients: frozenset[str]

    def words(self) -> list[str]:
        """Return what is asked for: `group web`, `not client a`."""
        kinds = {
            "group": self.groups, "not group": self.not_groups, "client": self.clients,
            "not client": self.not_clients,
        }  # fmt: skip
        return [f"{kind} {name}" for kind, names in kinds.items() for name in sorted(names)]

    def hold(self, client: str, groups: set[str]) -> bool:
        """Say whether a client in these groups meets the conditions."""
        return (
            self.groups <= groups
            and self.not_groups.isdisjoint(groups)
            and client not in self.not_clients
            and self.clients <= {client}
        )


@dataclass(frozen=True)
class Statement:
    """
    One leaf of groups.xml: clients that meet its conditions are in a group.

    :ivar negated: whether it says that they are not in it
    :ivar path: of the file that it stands in
    """

    group: str
    negated: bool
    conditions: Conditions
    path: str | None = None
    line: int | None = None

    @property
    def place(self) -> str | None:
        """The file and line, None where it is in no file."""
        return None if self.path is None else f"{self.path}:{self.line}"


class Statements:
    """Statements of one kind, positive or negated, indexed by a group or client of each."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        """
        Index the statements.

        :param statements: in document order
        """
        self._order: dict[str, int] = {}
        self._by_group: dict[str, list[Statement]] = {}
        self._by_client: dict[str, list[Statement]] = {}
        self._others: list[Statement] = []
        for statement in statements:
            self._order.setdefault(statement.group, len(self._order))
            self._place(statement).append(statement)

    def _place(self, statement: Statement) -> list[Statement]:
        conditions = statement.conditions
        for client in conditions.clients:
            return self._by_client.setdefault(client, [])
        for group in conditions.groups:
            return self._by_group.setdefault(group, [])
        return self._others

    def that_hold(self, client: str, groups: set[str]) -> list[str]:
        """Return the names of the groups of all statements that hold, by first occurrence."""
        names = {statement.group for statement in self.holding(client, groups)}
        return sorted(names, key=self._order.__getitem__)

    def holding(self, client: str, groups: set[str]) -> list[Statement]:
        """Return the statements that hold, in no order."""
        candidates = [*self._others, *self._by_client.get(client, ())]
        for group in groups:
            candidates.extend(self._by_group.get(group, ()))
        return [one for one in candidates if one.conditions.hold(client, groups)]


class Membership:
    """The rules of one groups.xml; safe to use from several threads."""

    def __init__(self, statements: list[Statement], categories: Mapping[str, str]) -> None:
        """
        Take in the rules.

        :param categories: group to its category, for those that have one
        """
        self._categories = categories
        self._positive = Statements(rule for rule in statements if not rule.negated)
        self._negative = Statements(rule for rule in statements if rule.negated)
        self._mentioned_clients = frozenset(
            name
            for statement in statements
            for name in statement.conditions.clients | statement.conditions.not_clients
        )
        self._mentioned_groups = frozenset(
            name
            for statement in statements
            for name in (
                statement.group,
                *statement.conditions.groups,
                *statement.conditions.not_groups,
            )
        )
        self._answers: dict[object, tuple[frozenset[str], Categories]] = {}
        self._kept_names = 0

    def expand(
        self, client: str, groups: Iterable[str], categories: Categories,
        trail: MembershipTrail | None = None,
    ) -> tuple[set[str], Categories]:  # fmt: skip
        """
        Return all groups that follow from some, and the category records; changes neither.

        Ends where nothing changes any more; where it would go round in circles a warning says so.

        :param trail: takes down each step
        """
        if trail is not None:
            answer = self._work_out(client, set(groups), dict(categories), trail)
            return set(answer[0]), answer[1]
        everything = frozenset(groups)
        # groups that no statement asks for lead to nothing: whatever clients make up costs nothing
        start = everything & self._mentioned_groups
        mentioned_client = client if client in self._mentioned_clients else None
        key = (mentioned_client, start, frozenset(categories.items()))
        kept = self._answers.get(key)
        if kept is None:
            kept = self._work_out(client, set(start), dict(categories))
            self._keep(key, kept, len(start) + len(kept[0]) + len(categories))
        return set(kept[0] | (everything - start)), dict(kept[1])

    def _keep(self, key: object, answer: tuple[frozenset[str], Categories], names: int) -> None:
        if self._kept_names + names > KEPT_NAMES:
            self._answers.clear()  # rather than count uses: a site has far fewer questions
            self._kept_names = 0
        self._answers[key] = answer
        self._kept_names += names

    def _work_out(
        self, client: str, groups: set[str], categories: Categories,
        trail: MembershipTrail | None = None,
    ) -> tuple[frozenset[str], Categories]:  # fmt: skip
        seen: list[tuple[frozenset[str], frozenset[tuple[str, str]]]] = []
        state = (frozenset(groups), frozenset(categories.items()))
        while state not in seen:
            seen.append(state)
            groups |= self._gains(client, groups, categories, trail)
            groups -= self._losses(client, groups, categories, trail)
            state = (frozenset(groups), frozenset(categories.items()))
        if state != seen[-1]:
            logger.warning(
                "Metadata: the groups of %s depend on one another in a circle: %s come and go",
                client, ", ".join(sorted(_unsteady_groups(seen[seen.index(state) :]))),
            )  # fmt: skip
        return state[0], categories

    def _gains(
        self, client: str, groups: set[str], categories: Categories, trail: MembershipTrail | None
    ) -> set[str]:
        gained: set[str] = set()
        for name in self._positive.that_hold(client, groups):
            category = self._categories.get(name)
            if name in groups:
                continue
            if trail is not None and name in trail.without_groups:
                trail.note(name, REFUSED, "supposed")
                continue
            if category is not None and category in categories:
                if trail is not None:
                    holder = f"group {categories[category]}"
                    self._note(trail, SUPPRESSED, name, self._positive, client, groups, holder)
                continue
            if category is not None:
                categories[category] = name
            gained.add(name)
            if trail is not None:
                self._note(trail, GAINED, name, self._positive, client, groups)
        return gained

    def _losses(
        self, client: str, groups: set[str], categories: Categories, trail: MembershipTrail | None
    ) -> set[str]:
        lost = groups.intersection(self._negative.that_hold(client, groups))
        for name in lost:
            category = self._categories.get(name)
            if category is not None:
                categories.pop(category, None)
            if trail is not None:
                self._note(trail, LOST, name, self._negative, client, groups)
        return lost

    def _note(
        self, trail: MembershipTrail, verb: str, name: str, statements: Statements, client: str,
        groups: set[str], holder: str | None = None,
    ) -> None:  # fmt: skip
        """Take down a step with the first statement that makes it."""
        holding = [one for one in statements.holding(client, groups) if one.group == name]
        first = min(holding, key=lambda one: (one.path or "", one.line or 0))
        because = first.conditions.words() if holder is None else [holder]
        trail.note(name, verb, "", first.place, because)


def _unsteady_groups(
    states: list[tuple[frozenset[str], frozenset[tuple[str, str]]]],
) -> frozenset[str]:
    sets = [groups for groups, _ in states]
    return frozenset().union(*sets) - sets[0].intersection(*sets)
