"""
Finding all that the packages need that a client asks for (:ref:`packages-6`).

This is Bcfg2's own algorithm with all that is odd about it: versions and conflicts do not count,
and what several packages provide is left open. `alternatives.py` closes what is left open.
"""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

#: Beginnings of names that mean nothing to an administrator, by type of source.
ARTEFACTS = {"yum": "rpmlib"}
OTHER_ARTEFACTS = "choice"


class PackageOffers(Protocol):
    """Packages that are on offer, as the resolver asks for them."""

    @property
    def type(self) -> str | None: ...

    def is_package(self, name: str) -> bool: ...

    def dependencies(self, name: str, recommended: bool | None = None) -> tuple[str, ...]: ...

    def providers(self, symbol: str) -> frozenset[str]: ...


@dataclass(frozen=True)
class ResolvedPackages:
    """
    An answer to a request.

    :ivar packages: all that has to be installed, with what was asked for
    :ivar unknown: what no source has
    :ivar reasons: for names that came up on the way, the package or virtual name that wanted them
        first; None for what was asked for
    :ivar open: virtual names that several packages provide, none of which was chosen
    """

    packages: frozenset[str]
    unknown: frozenset[str]
    reasons: Mapping[str, str | None]
    open: tuple[str, ...]


class Resolver:
    """One resolution on its way; see `resolve`."""

    def __init__(
        self, offers: PackageOffers, base: Names[str], recommended: Mapping[str, bool]
    ) -> None:
        self._offers = offers
        self._recommended = recommended
        self._base = frozenset(base)
        # sorted, so that the reasons that are told are the same every time
        self._todo = sorted(self._base)
        self._packages = list(self._todo)
        self._virtual: list[str] = []
        self._both: list[str] = []
        self._examined: set[str] = set()
        self._unknown: set[str] = set()
        self._several: dict[str, None] = {}
        self.result: set[str] = set()
        self.reasons: dict[str, str | None] = dict.fromkeys(self._todo)

    def run(self) -> None:
        """Go on until nothing is left to be looked at."""
        is_final = False
        while self._todo or self._packages or self._both:
            self._classify()
            self._take_packages()
            self._look_at_virtual_names()
            self._look_at_both(is_final)
            is_final = not self._todo and not self._packages

    def _classify(self) -> None:
        for name in self._todo:
            if name in self._examined:
                continue
            self._examined.add(name)
            is_package = self._offers.is_package(name)
            is_virtual = bool(self._offers.providers(name))
            if is_package and is_virtual:
                self._both.append(name)
            elif is_package:
                self._packages.append(name)
            elif is_virtual:
                self._virtual.append(name)
            else:
                self._unknown.add(name)
        self._todo = []

    def _take_packages(self) -> None:
        for name in self._packages:
            if name not in self.result:
                self.result.add(name)
                for dependency in self._offers.dependencies(name, self._recommended.get(name)):
                    self._want(dependency, name)
        self._packages = []

    def _want(self, name: str, requirer: str) -> None:
        if name not in self._examined:
            self._todo.append(name)
            self.reasons.setdefault(name, requirer)

    def _look_at_virtual_names(self) -> None:
        for name in self._virtual:
            providers = self._offers.providers(name)
            if len(providers) > 1:
                self._several[name] = None
            for provider in providers if len(providers) == 1 else ():
                self._want(provider, name)
        self._virtual = []

    def _look_at_both(self, is_final: bool) -> None:
        undecided = []
        for name in self._both:
            if not self.result.isdisjoint(self._offers.providers(name)):
                continue
            if is_final or name in self._base:
                self._packages.append(name)
            else:
                undecided.append(name)
        self._both = undecided

    def open_names(self) -> Iterator[str]:
        """Yield virtual names that several packages provide, none of which is there yet."""
        for name in self._several:
            if self.result.isdisjoint(self._offers.providers(name)):
                yield name

    def choose(self, package: str, symbol: str) -> None:
        """Add a package that provides an open name."""
        self._packages.append(package)
        self._examined.add(package)
        self.reasons.setdefault(package, symbol)

    def resolution(self) -> ResolvedPackages:
        """Return the result."""
        artefact = ARTEFACTS.get(self._offers.type or "", OTHER_ARTEFACTS)
        return ResolvedPackages(
            packages=frozenset(self.result),
            unknown=frozenset(name for name in self._unknown if not name.startswith(artefact)),
            reasons=self.reasons,
            open=tuple(self.open_names()),
        )


def resolve(
    offers: PackageOffers, base: Names[str], recommended: Mapping[str, bool] | None = None
) -> ResolvedPackages:
    """
    Complete a set of names.

    :param recommended: for some names of the set, whether their recommendations count; for all
        others their source says so
    """
    resolver = Resolver(offers, base, recommended or {})
    resolver.run()
    return resolver.resolution()
