"""Small sources for tests: in memory, and the same as a real index on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.versions import compare_debian
from bcfg2tw.engine.plugins.packages.indexes.index_file import IndexFile, Package, writing_index
from bcfg2tw.engine.plugins.packages.resolving.collection import Collection, Offer, PackageView
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from tests.engine.plugins.packages.mirrors import opened

ARCH = "amd64"

#: Of each package what it depends on: names, alternatives as `a | b`; all separated by commas.
Depends = Mapping[str, str]


@dataclass
class Described:
    """
    What a source of a test offers.

    :ivar depends: every package with its dependencies
    :ivar provides: for some packages the virtual names that they provide
    :ivar recommends: for some packages what they recommend
    :ivar priorities: of some packages, higher for more recommended ones
    :ivar groups: group to the levels at which packages belong to it
    """

    depends: Depends
    provides: Mapping[str, str] = field(default_factory=dict)
    recommends: Mapping[str, str] = field(default_factory=dict)
    essential: Sequence[str] = ()
    groups: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)

    def packages(self) -> Iterable[Package]:
        """Yield the packages as the readers of index files make them."""
        for name, depends in self.depends.items():
            yield Package(
                name,
                "1.0",
                dependencies=_listed(depends),
                recommendations=_listed(self.recommends.get(name, "")),
                provides=self.provides.get(name, "").split(),
                essential=name in self.essential,
                priority=self.priorities.get(name, 0),
            )


def _listed(text: str) -> list[str | tuple[str, ...]]:
    found: list[str | tuple[str, ...]] = []
    for word in filter(None, map(str.strip, text.split(","))):
        names = tuple(name.strip() for name in word.split("|"))
        found.append(names if len(names) > 1 else names[0])
    return found


class MemoryView:
    """A view of a description, without any file."""

    def __init__(self, described: Described) -> None:
        self._packages = {one.name: one for one in described.packages()}
        self._groups = described.groups
        self._choices: dict[str, tuple[str, ...]] = {}
        for one in self._packages.values():
            words = [*one.dependencies, *one.recommendations]
            for number, word in enumerate(word for word in words if not isinstance(word, str)):
                self._choices[f"choice-{one.name}-{ARCH}-{number}"] = word

    def is_package(self, name: str) -> bool:
        return name in self._packages

    def dependencies(self, name: str) -> tuple[str, ...]:
        package = self._packages.get(name)
        return () if package is None else self._symbols(name, package.dependencies)

    def recommendations(self, name: str) -> tuple[str, ...]:
        package = self._packages.get(name)
        return () if package is None else self._symbols(name, package.recommendations)

    def _symbols(self, name: str, words: list[str | tuple[str, ...]]) -> tuple[str, ...]:
        private = {
            members: symbol
            for symbol, members in self._choices.items()
            if symbol.startswith(f"choice-{name}-{ARCH}-")
        }
        return tuple(one if isinstance(one, str) else private[one] for one in words)

    def providers(self, symbol: str) -> frozenset[str]:
        provided = (name for name, one in self._packages.items() if symbol in one.provides)
        return frozenset([*provided, *self.choices(symbol)])

    def choices(self, symbol: str) -> tuple[str, ...]:
        return self._choices.get(symbol, ())

    def essentials(self) -> frozenset[str]:
        return frozenset(name for name, one in self._packages.items() if one.essential)

    def group_members(self, group: str, kind: str) -> frozenset[str] | None:
        highest = {"mandatory": 0, "default": 1, "optional": 2, "all": 2}.get(kind, 1)
        members = self._groups.get(group)
        if members is None:
            return None
        return frozenset(name for name, level in members.items() if level <= highest)

    def version(self, name: str) -> str | None:
        return self._packages[name].version if name in self._packages else None

    def priority(self, name: str) -> int:
        return self._packages[name].priority if name in self._packages else 0


def index_view(case: SynchronousTestCase, described: Described) -> PackageView:
    """Return a view of a real index on disk."""
    path = os.path.join(case.mktemp() + ".sqlite")
    with writing_index(os.path.abspath(path), [ARCH], compare_debian) as index:
        fill(index, described, ARCH)
    return opened(case, os.path.abspath(path)).view([ARCH])


def fill(index: IndexFile, described: Described, architecture: str) -> None:
    """Add what is described to an index."""
    for package in described.packages():
        index.add(package, architecture)
    for group, members in described.groups.items():
        index.add_group(group, architecture)
        for name, level in members.items():
            index.add_member(group, name, level, architecture)


def a_source(type: str = "apt", **fields: Any) -> PackageSource:
    """Return a source of one repository."""
    attributes = {"rawurl": "http://mirror.test/pool/", "arches": (ARCH,), **fields}
    return PackageSource(type, **attributes)


def an_offer(described: Described, **fields: Any) -> Offer:
    """Return a source in memory; the fields are its attributes."""
    view = MemoryView(described)
    return Offer(a_source(**fields), view, {ARCH: view})


def a_collection(described: Described, **fields: Any) -> Collection:
    """Return a collection of one source in memory."""
    return Collection([an_offer(described, **fields)])
