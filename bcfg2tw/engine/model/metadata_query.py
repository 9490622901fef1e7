"""`metadata.query`: questions of templates and plugins about all clients (:ref:`metadata-12`)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from typing import Generic, Protocol, TypeVar

logger = logging.getLogger("bcfg2-server")


class ClientDirectory(Protocol):
    """The names of clients and groups; the Metadata plugin answers."""

    def client_names(self) -> list[str]:
        """Return the names of all clients, in order."""

    def group_names(self) -> set[str]:
        """Return the names of all groups that are declared, assigned, negated or a profile."""

    def groups_in_category(self, category: str) -> Sequence[str]:
        """Return the names of the groups declared in a category, in order."""

    def place_of_bundle(self, bundle: str) -> str | None:
        """Return the file and line that give a bundle to clients, None where that is not known."""

    def named_bundle_at_start(self, bundle: str) -> bool:
        """Say whether a bundle was given to clients in the first state that was read."""


class GroupMember(Protocol):
    """A client that can be asked what it is a member of."""

    @property
    def hostname(self) -> str: ...

    @property
    def profile(self) -> str | None: ...

    @property
    def groups(self) -> Set[str]: ...

    @property
    def bundles(self) -> Set[str]: ...


C = TypeVar("C", bound=GroupMember)


class MetadataQuery(Generic[C]):
    """
    Answers from the state of the repository that the asking client's metadata were built from.

    A question never registers a client. Those that return lists build the metadata of every
    client. The methods may be replaced on an instance.
    """

    def __init__(self, directory: ClientDirectory, by_name: Callable[[str], C]) -> None:
        """
        Answer from a Metadata plugin.

        :param by_name: builds a client's whole metadata
        """
        self.by_name = by_name
        self._directory = directory

    def names_by_groups(self, groups: Collection[str]) -> list[str]:
        """Return the names of the clients that are in all of the groups."""
        return [client.hostname for client in self._in_groups("names_by_groups", groups)]

    def by_groups(self, groups: Collection[str]) -> list[C]:
        """Return the clients that are in all of the groups."""
        return list(self._in_groups("by_groups", groups))

    def names_by_profiles(self, profiles: Collection[str]) -> list[str]:
        """Return the names of the clients whose profile is one of these."""
        return [client.hostname for client in self._with_profiles("names_by_profiles", profiles)]

    def by_profiles(self, profiles: Collection[str]) -> list[C]:
        """Return the clients whose profile is one of these."""
        return list(self._with_profiles("by_profiles", profiles))

    def names_by_bundles(self, bundles: Collection[str]) -> list[str]:
        """Return the names of the clients that have all of the bundles."""
        wanted = _name_set("names_by_bundles", bundles)
        return [client.hostname for client in self.all() if wanted <= client.bundles]

    def all_clients(self) -> list[str]:
        """Return the names of all clients."""
        return self._directory.client_names()

    def all(self) -> list[C]:
        """Return all clients."""
        return [self.by_name(name) for name in self.all_clients()]

    def all_groups(self) -> set[str]:
        """Return the names of all groups."""
        return self._directory.group_names()

    def all_groups_in_category(self, category: str) -> set[str]:
        """Return the names of the groups declared in a category."""
        return set(self._directory.groups_in_category(category))

    def _in_groups(self, function: str, groups: Collection[str]) -> Iterator[C]:
        wanted = _name_set(function, groups)
        return (client for client in self.all() if wanted <= client.groups)

    def _with_profiles(self, function: str, profiles: Collection[str]) -> Iterator[C]:
        wanted = _name_set(function, profiles)
        return (client for client in self.all() if client.profile in wanted)


def _name_set(function: str, names: Collection[str]) -> set[str]:
    if isinstance(names, str):
        logger.warning("MetadataQuery: %s takes a list as argument, not a string", function)
    return set(names)
