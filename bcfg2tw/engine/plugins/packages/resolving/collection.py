"""
A collection: the packages of all sources that apply to a client (:ref:`packages-4` and
:ref:`packages-6`).

Clients of the same sources and architectures share one, and with it what was resolved before.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource

Key = TypeVar("Key")
Value = TypeVar("Value")

logger = logging.getLogger("Packages")

#: Types of sources whose package groups are known.
WITH_GROUPS = ("yum", "pac")

#: Beyond so many names everything that was looked up is forgotten: several desktops' worth.
KEPT_NAMES = 20_000


class PackageView(Protocol):
    """The packages of one source, as clients of certain architectures see them."""

    def is_package(self, name: str) -> bool: ...

    def dependencies(self, name: str) -> tuple[str, ...]: ...

    def recommendations(self, name: str) -> tuple[str, ...]: ...

    def providers(self, symbol: str) -> frozenset[str]: ...

    def choices(self, symbol: str) -> tuple[str, ...]: ...

    def essentials(self) -> frozenset[str]: ...

    def group_members(self, group: str, kind: str) -> frozenset[str] | None: ...

    def version(self, name: str) -> str | None: ...

    def priority(self, name: str) -> int: ...


class NoIndex:
    """Stands for a source that could not be read: it knows no packages."""

    def is_package(self, name: str) -> bool:
        """Say that there is no such package."""
        return False

    def dependencies(self, name: str) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    recommendations = choices = dependencies

    def providers(self, symbol: str) -> frozenset[str]:
        """Return nothing."""
        return frozenset()

    def essentials(self) -> frozenset[str]:
        """Return nothing."""
        return frozenset()

    def group_members(self, group: str, kind: str) -> frozenset[str] | None:
        """Return None: there is no such group."""
        return None

    def version(self, name: str) -> str | None:
        """Return None: there is no such package."""
        return None

    def priority(self, name: str) -> int:
        """Return 0: there is no such package."""
        return 0


@dataclass(frozen=True)
class Offer:
    """
    One source, and what it offers.

    :ivar view: of all the client's architectures together
    :ivar by_architecture: of each of them by itself, the client's own one first
    """

    source: PackageSource
    view: PackageView
    by_architecture: Mapping[str, PackageView] = field(default_factory=dict, compare=False)

    def has(self, name: str) -> bool:
        """Say whether the source has a package and its lists let it in."""
        return self.source.allows(name) and self.view.is_package(name)


class Collection:
    """
    The packages of several sources together; usable from several threads.

    :ivar offers: in the order of sources.xml
    :ivar type: the type of all sources, None where there are several types or no sources
    """

    def __init__(self, offers: Sequence[Offer]) -> None:
        self.offers = tuple(offers)
        types = {offer.source.type for offer in offers}
        self.type = types.pop() if len(types) == 1 else None
        self._origins: dict[str, Offer | None] = {}
        self._dependencies: dict[tuple[str, bool | None], tuple[str, ...]] = {}
        self._providers: dict[str, frozenset[str]] = {}

    def origin(self, name: str) -> Offer | None:
        """Return the first source that has a package, None if it is no package."""
        try:
            return self._origins[name]
        except KeyError:
            offer = next((offer for offer in self.offers if offer.has(name)), None)
            _remember(self._origins, name, offer)
            return offer

    def is_package(self, name: str) -> bool:
        """Say whether any source has a package."""
        return self.origin(name) is not None

    def dependencies(self, name: str, recommended: bool | None = None) -> tuple[str, ...]:
        """
        Return what a package needs, as its first source says it, each name once.

        :param recommended: whether what it recommends counts as well; None for what the source
            says about that
        """
        key = (name, recommended)
        try:
            return self._dependencies[key]
        except KeyError:
            dependencies = self._read_dependencies(name, recommended)
            _remember(self._dependencies, key, dependencies)
            return dependencies

    def _read_dependencies(self, name: str, recommended: bool | None) -> tuple[str, ...]:
        offer = self.origin(name)
        if offer is None:
            return ()
        dependencies = offer.view.dependencies(name)
        if offer.source.recommended if recommended is None else recommended:
            dependencies += offer.view.recommendations(name)
        return tuple(dict.fromkeys(dependencies))

    def providers(self, symbol: str) -> frozenset[str]:
        """Return the packages that provide a symbol in any source, whatever the lists say."""
        try:
            return self._providers[symbol]
        except KeyError:
            providers = frozenset[str]().union(
                *(offer.view.providers(symbol) for offer in self.offers)
            )
            _remember(self._providers, symbol, providers)
            return providers

    def choices(self, symbol: str) -> tuple[str, ...]:
        """Return the alternatives that a private symbol stands for, as they are written."""
        return next(filter(None, (offer.view.choices(symbol) for offer in self.offers)), ())

    def essentials(self) -> frozenset[str]:
        """Return the packages that every client has to have."""
        return frozenset[str]().union(
            *(offer.view.essentials() for offer in self.offers if offer.source.essential)
        )

    def members(self, group: str, kind: str) -> frozenset[str]:
        """Return the packages of a group; one that nobody knows is told in the log."""
        if self.type not in WITH_GROUPS:
            logger.error(
                "Packages: Package groups are not supported by sources of type %s",
                self.type or "several types, or none",
            )
            return frozenset()
        members_by_offer = (offer.view.group_members(_bare(group), kind) for offer in self.offers)
        members = next((names for names in members_by_offer if names is not None), None)
        if members is None:
            logger.warning("Packages: '%s' is not a valid group", group)
        return members or frozenset()


def _bare(group: str) -> str:
    return group.removeprefix("@")


def _remember(cache: dict[Key, Value], key: Key, value: Value) -> None:
    if len(cache) >= KEPT_NAMES:
        cache.clear()
    cache[key] = value
