"""
Choices where Bcfg2 leaves several packages open: `[packages] alternatives = true`.

The rules are apt's, as far as an index tells what they take. Of `a | b` the first that a source
has is chosen; of several providers the one of the highest priority, then that of the first source,
then the first by name. Nothing is chosen where something that is there already will do. Whatever
must be there anyway is found first, and then one choice is made at a time. `NAME:ARCHITECTURE` is
understood where the client has that architecture.
"""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bcfg2tw.engine.plugins.packages.resolving.collection import Collection, Offer
from bcfg2tw.engine.plugins.packages.resolving.resolver import ResolvedPackages, Resolver


@dataclass(frozen=True)
class ProviderChoice:
    """
    One decision.

    :ivar symbol: the virtual name, or a private one that stands for alternatives
    :ivar alternatives: all packages that could have been chosen, best first
    """

    symbol: str
    chosen: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class DecidedPackages(ResolvedPackages):
    """
    An answer in which nothing is open that could be decided.

    :ivar choices: in the order in which they were made
    """

    choices: tuple[ProviderChoice, ...]


class QualifiedCollection:
    """A collection in which names of packages may say their architecture."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.type = collection.type

    def is_package(self, name: str) -> bool:
        """Say whether there is such a package, in that architecture if the name has one."""
        return self._collection.is_package(name) or self._foreign_offer(name) is not None

    def dependencies(self, name: str, recommended: bool | None = None) -> tuple[str, ...]:
        """Return what a package needs; of a foreign one, as its architecture's index says it."""
        foreign_offer = self._foreign_offer(name)
        if foreign_offer is None:
            return self._collection.dependencies(name, recommended)
        offer, bare, architecture = foreign_offer
        return offer.by_architecture[architecture].dependencies(bare)

    def providers(self, symbol: str) -> frozenset[str]:
        """Return what provides a symbol: of `NAME:ARCHITECTURE` for the own one, the package."""
        providers = self._collection.providers(symbol)
        bare, _, architecture = symbol.rpartition(":")
        if providers or not bare:
            return providers
        for offer in self._collection.offers:
            if architecture == next(iter(offer.by_architecture), None):
                return frozenset([bare])
        return providers

    def _foreign_offer(self, name: str) -> tuple[Offer, str, str] | None:
        bare, _, architecture = name.rpartition(":")
        if not bare:
            return None
        for offer in self._collection.offers:
            foreign_architectures = list(offer.by_architecture)[1:]
            if (
                architecture in foreign_architectures
                and offer.source.allows(bare)
                and offer.by_architecture[architecture].is_package(bare)
            ):
                return offer, bare, architecture
        return None


def resolve_all(
    collection: Collection, base: Names[str], recommended: Mapping[str, bool] | None = None
) -> DecidedPackages:
    """
    Complete a set of names, and choose where there is a choice.

    :param recommended: as for `resolution.resolve`
    """
    decisions = _Decisions(
        collection, Resolver(QualifiedCollection(collection), base, recommended or {})
    )
    decisions.make()
    return decisions.resolution()


class _Decisions:
    """Runs a resolver, decides what it left open, and runs it again, until nothing is left."""

    def __init__(self, collection: Collection, resolver: Resolver) -> None:
        self._collection = collection
        self._resolver = resolver
        self._choices: list[ProviderChoice] = []
        self._ranks = {id(offer): rank for rank, offer in enumerate(collection.offers)}

    def make(self) -> None:
        """Decide everything that can be."""
        self._resolver.run()
        while choice := next(self._possible_choices(), None):
            self._choices.append(choice)
            self._resolver.choose(choice.chosen, choice.symbol)
            self._resolver.run()

    def _possible_choices(self) -> Iterator[ProviderChoice]:
        """Yield what can be decided; what a package's maintainer has put in order comes first."""
        names = list(self._resolver.open_names())
        for name in sorted(names, key=lambda symbol: not self._collection.choices(symbol)):
            candidates = list(dict.fromkeys(self._candidates(name)))
            if candidates and self._resolver.result.isdisjoint(candidates):
                yield ProviderChoice(name, candidates[0], tuple(candidates))

    def _candidates(self, symbol: str) -> Iterator[str]:
        """Yield the packages that satisfy a symbol, best first."""
        for alternative in self._collection.choices(symbol):
            if self._collection.is_package(alternative):
                yield alternative
            yield from self._rank(self._collection.providers(alternative))
        if not self._collection.choices(symbol):
            yield from self._rank(self._collection.providers(symbol))

    def _rank(self, names: Names[str]) -> list[str]:
        keys = []
        for name in names:
            offer = self._collection.origin(name)
            if offer is not None:
                keys.append((-offer.view.priority(name), self._ranks[id(offer)], name))
        return [name for _, _, name in sorted(keys)]

    def resolution(self) -> DecidedPackages:
        """Return the result, with the names that are open all the same."""
        resolved = self._resolver.resolution()
        decided = {choice.symbol for choice in self._choices}
        remaining = (symbol for symbol in resolved.open if not self._is_satisfied(symbol))
        return DecidedPackages(
            resolved.packages,
            resolved.unknown,
            resolved.reasons,
            tuple(symbol for symbol in remaining if symbol not in decided),
            tuple(self._choices),
        )

    def _is_satisfied(self, symbol: str) -> bool:
        return not self._resolver.result.isdisjoint(self._candidates(symbol))
