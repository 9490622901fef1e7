"""
Equal differences of many clients, put together.

Two clients share a difference where the same has changed in the same way; the client's own name
within it does not count. Of each group one example is kept, and of an entry that differs in more
ways than `MOST_WAYS` the rest are one group: memory does not grow with the number of clients.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.difference import KINDS, Detail, Difference

__all__ = [
    "MOST_WAYS", "OTHER_WAYS", "DifferenceGroup", "DifferenceGroups", "joined_identity",
    "outline_of", "way_of",
]  # fmt: skip

#: In so many ways an entry may differ before the further ones are one group.
MOST_WAYS = 5
#: Stands for all further ones.
OTHER_WAYS = "other"
#: So many ways are counted; beyond them it is said that there are more.
MOST_COUNTED = 10_000


@dataclass
class DifferenceGroup:
    """
    A difference with all clients that have it.

    :ivar identity: equal for the same difference in another comparison
    :ivar difference: as the first client has it
    :ivar clients: in the order in which they were added; the first is the example
    :ivar ways: in how many ways it differs, where that is not told apart
    """

    identity: str
    difference: Difference
    clients: list[str] = field(default_factory=list)
    ways: int = 1

    @property
    def example(self) -> str:
        """The client whose difference is shown."""
        return self.clients[0]

    @property
    def order(self) -> tuple[int, int, str, str]:
        """The key by which groups are sorted: those that hit most clients first."""
        difference = self.difference
        kind = KINDS.index(difference.kind) if difference.kind in KINDS else len(KINDS)
        return -len(self.clients), kind, difference.tag, difference.name


class DifferenceGroups:
    """The differences of all clients; not for several threads at once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._outlines: dict[str, _Outline] = {}

    def add(self, client: str, differences: Iterable[Difference]) -> None:
        """Take the differences of a client."""
        compared = ComparedClient(client)
        for difference in differences:
            outline = outline_of(difference, compared)
            ways = self._outlines.setdefault(outline, _Outline(outline))
            ways.add(client, difference, way_of(difference))

    def groups(self) -> list[DifferenceGroup]:
        """Return the groups, those that hit most clients first."""
        every = (group for outline in self._outlines.values() for group in outline.groups())
        return sorted(every, key=lambda group: group.order)


class _Outline:
    """The ways in which one entry differs in the same aspects."""

    def __init__(self, identity: str) -> None:
        self._identity = identity
        self._by_way: dict[str, DifferenceGroup] = {}
        self._rest: DifferenceGroup | None = None
        self._other_ways: set[str] = set()

    def add(self, client: str, difference: Difference, way: str) -> None:
        """Put a client to the others of its way."""
        group = self._by_way.get(way)
        if group is None and len(self._by_way) < MOST_WAYS:
            identity = joined_identity(self._identity, way)
            group = self._by_way[way] = DifferenceGroup(identity, difference)
        elif group is None:
            group = self._among_rest(difference, way)
        if group.clients[-1:] != [client]:  # which may have several such entries
            group.clients.append(client)

    def _among_rest(self, difference: Difference, way: str) -> DifferenceGroup:
        if self._rest is None:
            self._rest = DifferenceGroup(joined_identity(self._identity, OTHER_WAYS), difference)
        if len(self._other_ways) < MOST_COUNTED:
            self._other_ways.add(way)
        self._rest.ways = len(self._other_ways)
        return self._rest

    def groups(self) -> list[DifferenceGroup]:
        """Return the groups, in the order in which they were met."""
        return [*self._by_way.values(), *([] if self._rest is None else [self._rest])]


def outline_of(difference: Difference, client: ComparedClient) -> str:
    """Return what is equal where the same entry of clients differs in the same aspects."""
    name, structure = client.neutral(difference.name), client.neutral(difference.structure)
    titles = [f"{detail.aspect} {detail.name}" for detail in difference.details]
    return _digest([difference.kind, difference.tag, name, structure, *titles])


def way_of(difference: Difference) -> str:
    """Return what is equal where something differs in the same way."""
    return _digest([_detail_way(detail) for detail in difference.details])


def joined_identity(outline: str, way: str) -> str:
    """Return the identity of a way in which an entry differs."""
    return _digest([outline, way])


def _detail_way(detail: Detail) -> str:
    return "secret" if detail.is_secret else detail.identity


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:32]
