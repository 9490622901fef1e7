"""Profiles of clients that are no groups: told, and refused where a client would lose by it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from bcfg2tw.engine.plugin.lasting import Lasting
from bcfg2tw.engine.plugins.metadata.declared_groups import DeclaredGroups
from bcfg2tw.engine.store.client import Client
from bcfg2tw.engine.store.interface import ClientList
from bcfg2tw.errors import MetadataConsistencyError
from bcfg2tw.near_names import near_name

logger = logging.getLogger("Metadata")


class Profiles:
    """
    The profiles of clients, for one state of the repository.

    A profile that is no group leaves its client without groups and bundles. A client that never
    had better since the start is served so, as with the reference; one that had would remove what
    it does not find any more (:ref:`decisions-never-shortened`). One that is a group but for case
    and blanks is refused from the start: nobody means a client to have nothing by it.
    """

    def __init__(self, groups: DeclaredGroups, lasting: Lasting, is_strict: bool) -> None:
        """
        Take note of the groups that there are.

        :param lasting: remembers groups and clients of earlier states
        :param is_strict: whether every profile that is no group is refused
        """
        self._groups = groups
        self._lasting = lasting
        self._is_strict = is_strict
        self._groups_seen: set[str] = lasting.keep("names of groups", set)
        self._groups_seen.update(groups.declared)
        self._clients_seen: set[str] = lasting.keep("clients whose profiles were groups", set)

    def look_through(self, clients: ClientList) -> None:
        """Log the profiles that are no groups, each once, and remember who has better ones."""
        clients_by_profile: dict[str, list[Client]] = {}
        for client in clients.clients():
            dangling = list(self._dangling(client))
            if not dangling:
                self._clients_seen.add(client.name)
            for profile in dangling:
                clients_by_profile.setdefault(profile, []).append(client)
        if self._lasting.is_news("profiles that are no groups", frozenset(clients_by_profile)):
            for profile, holders in clients_by_profile.items():
                more = "" if len(holders) == 1 else f" ({len(holders)} clients have it)"
                logger.error("%s%s", self._describe(holders[0], profile), more)

    def check(self, client: Client) -> None:
        """
        Make sure that a client may be served with its profiles.

        :raises MetadataConsistencyError: naming file and line of one that is missed
        """
        for profile in self._dangling(client):
            if profile in self._groups_seen:
                raise MetadataConsistencyError(
                    f"{self._describe(client, profile)}; it was one before: declare it in "
                    f"{self._groups.path} again, or give the client another"
                )
            is_missed = client.name in self._clients_seen
            if self._is_strict or is_missed or self._meant(profile) is not None:
                raise MetadataConsistencyError(self._describe(client, profile))

    def _dangling(self, client: Client) -> Iterator[str]:
        declared = self._groups.declared
        return (profile for profile in client.profiles if profile not in declared)

    def _meant(self, profile: str) -> str | None:
        """Return the group that a profile is but for case and blanks around it."""
        folded = profile.strip().lower()
        return next((name for name in self._groups.declared if name.lower() == folded), None)

    def _describe(self, client: Client, profile: str) -> str:
        near = self._meant(profile) or near_name(profile, self._groups.declared)
        hint = "" if near is None else f": did you mean {near}?"
        place = client.place_of_profile(profile) or f"client {client.name}"
        return f"{place}: profile {profile} is no group{hint}"
