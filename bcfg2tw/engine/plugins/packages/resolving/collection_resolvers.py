"""
The answers to clients' requests, each found once for all clients that ask the same.

An index that was refreshed makes new collections; what was found with the old one is forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable

from bcfg2tw.engine.plugins.packages.indexes.source_index import SourceIndex
from bcfg2tw.engine.plugins.packages.resolving.alternatives import resolve_all
from bcfg2tw.engine.plugins.packages.resolving.collection import Collection, NoIndex, Offer
from bcfg2tw.engine.plugins.packages.resolving.request import Request
from bcfg2tw.engine.plugins.packages.resolving.resolver import ResolvedPackages, resolve
from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.plugins.packages.updating.indexes import Indexes

logger = logging.getLogger("Packages")

#: How many collections are kept, and how many packages the answers of each may name together:
#: some thirty megabytes, which are hundreds of servers or dozens of desktops that all differ.
KEPT_COLLECTIONS = 32
KEPT_PACKAGES = 200_000


class CollectionResolver:
    """A collection, and what was found with it."""

    def __init__(self, collection: Collection, alternatives: bool) -> None:
        self.collection = collection
        self._resolve = resolve_all if alternatives else resolve
        self._kept: dict[Hashable, ResolvedPackages] = {}
        self._kept_packages = 0

    def base(self, request: Request) -> frozenset[str]:
        """Return what has to be there, before anything that it needs."""
        members = (self.collection.members(group, kind) for group, kind in request.groups)
        return frozenset(request.names).union(self.collection.essentials(), *members)

    def answer(self, request: Request) -> ResolvedPackages:
        """Complete what a client asks for."""
        base = self.base(request)
        key = (base, frozenset(request.recommended.items()))
        found = self._kept.get(key)
        if found is None:
            found = self._resolve(self.collection, base, request.recommended)
            self._keep(key, found)
        return found

    def _keep(self, key: Hashable, found: ResolvedPackages) -> None:
        if self._kept_packages > KEPT_PACKAGES:
            self._kept.clear()
            self._kept_packages = 0
        self._kept[key] = found
        self._kept_packages += len(found.packages)


class CollectionResolvers:
    """The collections of all clients, and the answers of each."""

    def __init__(self, indexes: Indexes, alternatives: bool) -> None:
        self._indexes = indexes
        self._alternatives = alternatives
        self._kept: dict[
            ClientSources, tuple[tuple[SourceIndex | None, ...], CollectionResolver]
        ] = {}

    def of(self, found: ClientSources) -> CollectionResolver:
        """Return what knows the answers for clients of some sources; may wait for an index."""
        indexes = tuple(self._indexes.get(source) for source in found.sources)
        known = self._kept.get(found)
        if known is not None and known[0] == indexes:
            return known[1]
        answers = CollectionResolver(_collection(found, indexes), self._alternatives)
        if len(self._kept) >= KEPT_COLLECTIONS:
            self._kept.clear()
        self._kept[found] = (indexes, answers)
        return answers


def _collection(found: ClientSources, indexes: tuple[SourceIndex | None, ...]) -> Collection:
    offers = []
    for source, index in zip(found.sources, indexes, strict=True):
        own = [arch for arch in source.arches if arch in found.architectures]
        if index is None:
            offers.append(Offer(source, NoIndex()))
        else:
            by_architecture = {arch: index.view([arch]) for arch in own}
            offers.append(Offer(source, index.view(own), by_architecture))
    return Collection(offers)
