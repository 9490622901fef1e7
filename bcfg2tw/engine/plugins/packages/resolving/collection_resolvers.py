"""
Resolving clients' requests, once for all clients that ask the same.

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
    """Resolves requests against one collection, and remembers the answers."""

    def __init__(self, collection: Collection, alternatives: bool) -> None:
        self.collection = collection
        self._resolve = resolve_all if alternatives else resolve
        self._answers: dict[Hashable, ResolvedPackages] = {}
        self._answers_size = 0

    def base(self, request: Request) -> frozenset[str]:
        """Return the packages that have to be there, before anything that they need."""
        members = (self.collection.members(group, kind) for group, kind in request.groups)
        return frozenset(request.names).union(self.collection.essentials(), *members)

    def answer(self, request: Request) -> ResolvedPackages:
        """Complete what a client asks for."""
        base = self.base(request)
        key = (base, frozenset(request.recommended.items()))
        answer = self._answers.get(key)
        if answer is None:
            answer = self._resolve(self.collection, base, request.recommended)
            self._remember(key, answer)
        return answer

    def _remember(self, key: Hashable, answer: ResolvedPackages) -> None:
        if self._answers_size > KEPT_PACKAGES:
            self._answers.clear()
            self._answers_size = 0
        self._answers[key] = answer
        self._answers_size += len(answer.packages)


class CollectionResolvers:
    """The resolvers of all collections that clients have."""

    def __init__(self, indexes: Indexes, alternatives: bool) -> None:
        self._indexes = indexes
        self._alternatives = alternatives
        self._resolvers: dict[
            ClientSources, tuple[tuple[SourceIndex | None, ...], CollectionResolver]
        ] = {}

    def of(self, client_sources: ClientSources) -> CollectionResolver:
        """Return the resolver for clients of some sources; may wait for an index."""
        indexes = tuple(self._indexes.get(source) for source in client_sources.sources)
        cached = self._resolvers.get(client_sources)
        if cached is not None and cached[0] == indexes:
            return cached[1]
        resolver = CollectionResolver(_collection(client_sources, indexes), self._alternatives)
        if len(self._resolvers) >= KEPT_COLLECTIONS:
            self._resolvers.clear()
        self._resolvers[client_sources] = (indexes, resolver)
        return resolver


def _collection(sources: ClientSources, indexes: tuple[SourceIndex | None, ...]) -> Collection:
    offers = []
    for source, index in zip(sources.sources, indexes, strict=True):
        architectures = [arch for arch in source.arches if arch in sources.architectures]
        if index is None:
            offers.append(Offer(source, NoIndex()))
        else:
            by_architecture = {arch: index.view([arch]) for arch in architectures}
            offers.append(Offer(source, index.view(architectures), by_architecture))
    return Collection(offers)
