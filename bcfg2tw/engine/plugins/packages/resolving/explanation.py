"""Explanations, in an administrator's words, of why a client has a package or has it not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import without_credentials
from bcfg2tw.engine.plugins.packages.resolving.alternatives import (
    DecidedPackages,
    ProviderChoice,
    QualifiedCollection,
)
from bcfg2tw.engine.plugins.packages.resolving.collection import Collection
from bcfg2tw.engine.plugins.packages.resolving.request import Request
from bcfg2tw.engine.plugins.packages.resolving.resolver import PackageOffers, ResolvedPackages
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource


class PackageExplanation:
    """
    The reasons behind one answer.

    :param request: of the client's structures
    :param answer: all that the request needs
    """

    def __init__(self, collection: Collection, request: Request, answer: ResolvedPackages) -> None:
        self._collection = collection
        self._request = request
        self._answer = answer
        is_decided = isinstance(answer, DecidedPackages)
        self._offers: PackageOffers = QualifiedCollection(collection) if is_decided else collection
        self._choices = _choices_of(answer)

    def lines(self, package: str) -> list[str]:
        """Explain one package, or virtual name."""
        is_in = package in self._answer.packages
        if is_in:
            reasons = list(self._reasons(package))
            return [f"{package} is in the configuration", *self._origin(package), *reasons]
        reasons = list(self._absence(package)) or ["  nothing depends on it by this name"]
        return [f"{package} is not in the configuration", *self._origin(package), *reasons]

    def _origin(self, package: str) -> Iterator[str]:
        offer = self._collection.origin(package)
        if offer is not None:
            version = offer.view.version(package) or "unknown"
            yield f"  source: {_address(offer.source)}, {offer.source.place}, version {version}"

    # What is there

    def _reasons(self, package: str) -> Iterator[str]:
        chain = [package]
        while (requirer := self._answer.reasons.get(chain[-1])) is not None:
            chain.append(requirer)
        yield f"  {self._beginning(chain[-1])}"
        for requirer, requirement in pairwise(reversed(chain)):
            yield f"  {self._step(requirer, requirement)}"

    def _beginning(self, name: str) -> str:
        if name in self._request.names:
            return f"{name} is named in {self._request.names[name]}"
        for (group, kind), structure in self._request.groups.items():
            if name in self._collection.members(group, kind):
                return (
                    f"{name} belongs to the group {group} ({kind}), which is named in {structure}"
                )
        return f"{name} is marked as essential by its source"

    def _step(self, requirer: str, requirement: str) -> str:
        choice = self._choices.get(requirer)
        if choice is not None:
            losers = [name for name in choice.alternatives if name != choice.chosen]
            remark = f"; not {', '.join(losers)}" if losers else "; no source has another"
            return f"of {self._index_name(requirer)}, {requirement} is chosen{remark}"
        if self._offers.is_package(requirer):
            return f"{requirer} {self._verb(requirer, requirement)} {self._index_name(requirement)}"
        return f"{requirement} is the only package that provides {self._index_name(requirer)}"

    def _verb(self, package: str, requirement: str) -> str:
        offer = self._collection.origin(package)
        is_hard = offer is not None and requirement in offer.view.dependencies(package)
        return "depends on" if is_hard else "recommends"

    def _index_name(self, symbol: str) -> str:
        """Return a name as the index has it: alternatives have private names here."""
        return " | ".join(self._collection.choices(symbol)) or symbol

    # What is not there

    def _absence(self, package: str) -> Iterator[str]:
        if package in self._answer.unknown:
            yield f"  {self._demand(package)}, but no source of the client has it"
        yield from self._lists(package)
        for symbol in self._answer.open:
            if package == symbol or package in self._collection.providers(symbol):
                yield f"  {self._demand(symbol)}: {self._open_choice(symbol)}"
        for choice in self._choices.values():
            if package in choice.alternatives:
                demand = self._demand(choice.symbol)
                yield f"  {demand}: {choice.chosen}, which comes first, is chosen"
        providers = self._answer.packages & self._collection.providers(package)
        if providers:
            yield f"  it is provided by {', '.join(sorted(providers))}, which is there"

    def _lists(self, package: str) -> Iterator[str]:
        for offer in self._collection.offers:
            if offer.view.is_package(package) and not offer.source.allows(package):
                kind = "blacklist has" if package in offer.source.blacklist else "whitelist lacks"
                yield f"  {_address(offer.source)}, {offer.source.place}: its {kind} the package"

    def _demand(self, name: str) -> str:
        requirer = self._answer.reasons.get(name)
        if requirer is None:
            return self._beginning(name)
        return self._step(requirer, name)

    def _open_choice(self, symbol: str) -> str:
        providers = sorted(self._collection.providers(symbol))
        return (
            f"{', '.join(providers)} would do, none is chosen; name one in a bundle, or set "
            "[packages] alternatives"
        )


def _choices_of(answer: ResolvedPackages) -> dict[str, ProviderChoice]:
    choices = answer.choices if isinstance(answer, DecidedPackages) else ()
    return {choice.symbol: choice for choice in choices}


def _address(source: PackageSource) -> str:
    return (
        without_credentials(source.rawurl)
        or " ".join([without_credentials(source.url), source.version]).strip()
    )
