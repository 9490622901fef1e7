"""`metadata.query`: questions of templates and plugins about all clients (:ref:`metadata-12`)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bcfg2tw.engine.model.client_metadata import ClientMetadata

logger = logging.getLogger("bcfg2-server")


class KnownNames(Protocol):
    """What is asked of the Metadata plugin."""

    def client_names(self) -> list[str]:
        """Return the names of all clients, in order."""

    def group_names(self) -> set[str]:
        """Return the names of all groups that are declared, assigned, negated or a profile."""

    def groups_in_category(self, category: str) -> Sequence[str]:
        """Return the names of the groups declared in a category, in order."""


class MetadataQuery:
    """
    Answers from the state of the repository that the asking client's metadata were built from.

    A question never registers a client. Those that return lists build the metadata of every
    client. The methods may be replaced on an instance.
    """

    def __init__(self, names: KnownNames, by_name: Callable[[str], ClientMetadata]) -> None:
        """
        Ask a Metadata plugin.

        :param by_name: builds a client's whole metadata
        """
        self.by_name = by_name
        self._names = names

    def names_by_groups(self, groups: Collection[str]) -> list[str]:
        """Return the names of the clients that are in all of the groups."""
        return [one.hostname for one in self._in_groups("names_by_groups", groups)]

    def by_groups(self, groups: Collection[str]) -> list[ClientMetadata]:
        """Return the clients that are in all of the groups."""
        return list(self._in_groups("by_groups", groups))

    def names_by_profiles(self, profiles: Collection[str]) -> list[str]:
        """Return the names of the clients whose profile is one of these."""
        return [one.hostname for one in self._with_profiles("names_by_profiles", profiles)]

    def by_profiles(self, profiles: Collection[str]) -> list[ClientMetadata]:
        """Return the clients whose profile is one of these."""
        return list(self._with_profiles("by_profiles", profiles))

    def names_by_bundles(self, bundles: Collection[str]) -> list[str]:
        """Return the names of the clients that have all of the bundles."""
        wanted = _listed("names_by_bundles", bundles)
        return [one.hostname for one in self.all() if wanted <= one.bundles]

    def all_clients(self) -> list[str]:
        """Return the names of all clients."""
        return self._names.client_names()

    def all(self) -> list[ClientMetadata]:
        """Return all clients."""
        return [self.by_name(name) for name in self.all_clients()]

    def all_groups(self) -> set[str]:
        """Return the names of all groups."""
        return self._names.group_names()

    def all_groups_in_category(self, category: str) -> set[str]:
        """Return the names of the groups declared in a category."""
        return set(self._names.groups_in_category(category))

    def _in_groups(self, function: str, groups: Collection[str]) -> Iterator[ClientMetadata]:
        wanted = _listed(function, groups)
        return (one for one in self.all() if wanted <= one.groups)

    def _with_profiles(self, function: str, profiles: Collection[str]) -> Iterator[ClientMetadata]:
        wanted = _listed(function, profiles)
        return (one for one in self.all() if one.profile in wanted)


def _listed(function: str, names: Collection[str]) -> set[str]:
    if isinstance(names, str):
        logger.warning("MetadataQuery: %s takes a list as argument, not a string", function)
    return set(names)
