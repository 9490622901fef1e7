"""
The clients that a file is for: all, those of a group, or one host (:ref:`plugin-api-12`,
:ref:`cfg-1`).

A file says so at the end of its name, `BASE`, `BASE.G10_web` or `BASE.H_www.example.com`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from bcfg2tw.engine.model.asked import Asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import Candidate, Explanation
from bcfg2tw.errors import SpecificityError

T = TypeVar("T")

logger = logging.getLogger("bcfg2-server")

SUFFIX = re.compile(r"\.H_(?P<hostname>\S+)|\.G(?P<prio>\d+)_(?P<group>\S+)")


@dataclass(frozen=True, slots=True)
class Specificity:
    """
    For whom something is; sorted, the most specific comes first.

    :ivar prio: the higher wins among groups
    """

    all: bool = False
    group: str | None = None
    hostname: str | None = None
    prio: int = 0

    def matches(self, metadata: ClientMetadata) -> bool:
        """Say whether this is for a client."""
        if self.hostname is not None:
            return self.hostname == metadata.hostname
        return self.all or self.group in metadata.groups

    @property
    def rank(self) -> tuple[int, int]:
        """The order of specificities: those of one rank are equally specific."""
        if self.hostname is not None:
            return 0, 0
        return (2, 0) if self.group is None else (1, -self.prio)

    def __lt__(self, other: Specificity) -> bool:
        return self.rank < other.rank

    def __le__(self, other: Specificity) -> bool:
        return self.rank <= other.rank

    def __gt__(self, other: Specificity) -> bool:
        return self.rank > other.rank

    def __ge__(self, other: Specificity) -> bool:
        return self.rank >= other.rank

    @property
    def suffix(self) -> str:
        """The part of a file name behind the base name that says this."""
        if self.hostname is not None:
            return f".H_{self.hostname}"
        return "" if self.group is None else f".G{self.prio:02d}_{self.group}"

    @property
    def description(self) -> str:
        """For whom this is, in an administrator's words."""
        if self.hostname is not None:
            return f"for host {self.hostname}"
        if self.group is not None:
            return f"for group {self.group}, priority {self.prio}"
        return "for all clients"

    def __str__(self) -> str:
        if self.hostname is not None:
            return f"Specificity: Host {self.hostname}"
        if self.group is not None:
            return f"Specificity: Group {self.group}, priority {self.prio}"
        return "Specificity: all"


FOR_ALL = Specificity(all=True)


def specificity_of_suffix(suffix: str) -> Specificity | None:
    """Read what a name has behind its base name; None if it says nothing that is known."""
    if not suffix:
        return FOR_ALL
    match = SUFFIX.fullmatch(suffix)
    if match is None:
        return None
    if match["hostname"] is not None:
        return Specificity(hostname=match["hostname"])
    return Specificity(group=match["group"], prio=int(match["prio"]))


def specificity_of(name: str, base: str | re.Pattern[str]) -> Specificity:
    """
    Read a file's name.

    :param name: without the folder
    :param base: the base name, or a regular expression for it
    :raises SpecificityError: if the name is not made of base name and suffix
    """
    if isinstance(base, str):
        specificity = specificity_of_suffix(name[len(base) :]) if name.startswith(base) else None
    else:
        specificity = _of_pattern(name, base)
    if specificity is None:
        raise SpecificityError(name)
    return specificity


def _of_pattern(name: str, base: re.Pattern[str]) -> Specificity | None:
    whole = re.compile(rf"(?:{base.pattern})(?P<suffix>(?:{SUFFIX.pattern})?)", base.flags)
    match = whole.fullmatch(name)
    return None if match is None else specificity_of_suffix(match["suffix"])


@dataclass(frozen=True, slots=True)
class Member(Generic[T]):
    """One of several things of which a client gets the most specific."""

    name: str
    specificity: Specificity
    value: T


NO_HOSTS: Mapping[str, Any] = MappingProxyType({})


class SpecificSet(Generic[T]):
    """
    Things that are for all, for groups or for hosts; finding one is a look-up.

    The cost does not grow with the number of hosts that have their own. Of several equally
    specific things the first by name is taken, with a warning once for each such choice.

    :param members: each with its file name
    """

    __slots__ = ("_all", "_groups", "_hosts", "_warned")

    def __init__(self, members: Iterable[Member[T]]) -> None:
        ordered = sorted(members, key=lambda member: (member.specificity.rank, member.name))
        # a site has thousands of these, nearly all with nothing in two of three
        self._all = tuple(member for member in ordered if member.specificity.rank == FOR_ALL.rank)
        groups = [member for member in ordered if member.specificity.group is not None]
        self._groups = tuple(
            tuple(equal) for _, equal in groupby(groups, lambda member: member.specificity.rank)
        )
        hosts: dict[str, tuple[Member[T], ...]] = {}
        for member in ordered:
            name = member.specificity.hostname
            if name is not None:
                hosts[name] = (*hosts.get(name, ()), member)
        self._hosts: Mapping[str, tuple[Member[T], ...]] = hosts or NO_HOSTS
        self._warned: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self._all or self._groups or self._hosts)

    @property
    def values(self) -> list[T]:
        """All things."""
        return [member.value for member in self._members()]

    @property
    def asked(self) -> Asked:
        """The groups and host names that decide which thing is the most specific."""
        return Asked(
            frozenset(member.specificity.group or "" for equal in self._groups for member in equal),
            frozenset(self._hosts),
        )

    def _members(self) -> Iterator[Member[T]]:
        for members in (*self._hosts.values(), *self._groups, self._all):
            yield from members

    def best(self, metadata: ClientMetadata) -> T | None:
        """Return the most specific thing for a client, None if there is none."""
        member = self.best_member(metadata)
        return None if member is None else member.value

    def best_member(self, metadata: ClientMetadata) -> Member[T] | None:
        """Return the same as `best` with its name and specificity."""
        candidates: Sequence[Member[T]] = self._hosts.get(metadata.hostname, ())
        if not candidates and self._groups:
            candidates = self._of_groups(metadata)
        candidates = candidates or self._all
        if len(candidates) > 1:
            self._warn(candidates)
        if metadata.build.explanation is not None:
            self._explain(metadata, metadata.build.explanation)
        return candidates[0] if candidates else None

    def _explain(self, metadata: ClientMetadata, explanation: Explanation) -> None:
        candidates = [
            Candidate(member.name, member.specificity.description)
            for member in self._matching(metadata)
        ]
        if candidates:
            explanation.choose("file", candidates[0], candidates[1:])

    def _of_groups(self, metadata: ClientMetadata) -> Sequence[Member[T]]:
        for equal in self._groups:
            members = [member for member in equal if member.specificity.group in metadata.groups]
            if members:
                return members
        return ()

    def _warn(self, candidates: Sequence[Member[T]]) -> None:
        names = tuple(member.name for member in candidates)
        if names not in self._warned:
            self._warned = (*self._warned, names)
            logger.warning(
                "%s are equally specific; %s is used: remove the others, or give their groups "
                "different priorities",
                ", ".join(names), names[0],
            )  # fmt: skip

    def matching(self, metadata: ClientMetadata) -> list[T]:
        """Return everything that is for a client, the most specific first."""
        return [member.value for member in self._matching(metadata)]

    def _matching(self, metadata: ClientMetadata) -> list[Member[T]]:
        groups = (
            member
            for equal in self._groups
            for member in equal
            if member.specificity.group in metadata.groups
        )
        hosts = self._hosts.get(metadata.hostname, ())
        return [*hosts, *groups, *self._all]


def specific_set(
    files: Mapping[str, T], base: str | re.Pattern[str], unknown: Callable[[str], object]
) -> SpecificSet[T]:
    """
    Sort files by whom they are for.

    :param files: file name to what the file says
    :param unknown: is called with each name that says nothing known; that file is left out
    """
    members = []
    for name, value in files.items():
        try:
            members.append(Member(name, specificity_of(name, base), value))
        except SpecificityError:
            unknown(name)
    return SpecificSet(members)
