"""A client's groups, profile and bundles (:ref:`metadata-7` and :ref:`metadata-8`)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.model.membership_trail import (
    GIVEN,
    REFUSED,
    SUPPRESSED,
    MembershipTrail,
)
from bcfg2tw.engine.plugins.metadata.declared_groups import DeclaredGroups
from bcfg2tw.engine.plugins.metadata.dynamic_groups import DynamicGroups
from bcfg2tw.engine.store.client import Client

logger = logging.getLogger("Metadata")


class Resolution:
    """The rules by which a client gets groups, a profile and bundles, for one groups.xml."""

    def __init__(
        self, groups: DeclaredGroups, dynamic: DynamicGroups, trail: MembershipTrail | None = None
    ) -> None:
        """
        Resolve nobody yet.

        :param dynamic: the groups that connectors made up
        :param trail: takes down each step, and says what is supposed
        """
        self._groups = groups
        self._dynamic = dynamic
        self._trail = trail

    def initial(self, name: str, client: Client | None) -> ClientMetadata:
        """
        Return what clients.xml and groups.xml say of a client.

        :param client: None for one that nobody has entered; the default group is its profile
        """
        metadata = _without_groups(name, client)
        default = self._groups.default
        profiles = client.profiles if client is not None else _as_tuple(default)
        for group in profiles:
            self._note_profile(metadata, group, client)
            self._add(metadata, group)
        if client is None:
            metadata.profile = default
        self._expand(metadata)
        # a client that is entered without any profile has no groups in the reference either
        if profiles and not metadata.groups and default is not None:
            self._note_profile(metadata, default, None)
            self._add(metadata, default)
            self._expand(metadata)
        if metadata.profile is None:
            metadata.profile = self._some_profile(metadata)
        trail = self._trail_of(metadata)
        if trail is not None:
            self.merge(metadata, trail.with_groups, "supposed")
        metadata.bundles = self._bundles(metadata)
        return metadata

    def _trail_of(self, metadata: ClientMetadata) -> MembershipTrail | None:
        """Return what takes down the steps of a client, None if nothing does."""
        trail = self._trail
        return None if trail is None or trail.client != metadata.hostname else trail

    def _note_profile(self, metadata: ClientMetadata, group: str, client: Client | None) -> None:
        trail = self._trail_of(metadata)
        if trail is None:
            return
        if client is None:
            trail.note(group, GIVEN, "default", self._groups.places.get(group))
        else:
            trail.note(group, GIVEN, "profile", client.place_of_profile(group))

    def _some_profile(self, metadata: ClientMetadata) -> str | None:
        declared = self._groups.declared
        groups = metadata.groups.intersection(declared)
        profiles = [name for name in declared if name in groups and declared[name].is_profile]
        return profiles[0] if profiles else None

    def merge(self, metadata: ClientMetadata, names: Iterable[str], source: str) -> None:
        """
        Add groups and all that follows from them to a client's metadata.

        :param source: who gives them
        """
        trail = self._trail_of(metadata)
        new_names = [name for name in names if name not in metadata.groups]
        for name in new_names:
            if trail is not None:
                trail.note(name, GIVEN, source)
            self._add(metadata, name)
        if new_names:
            self._expand(metadata)
            metadata.bundles = self._bundles(metadata)
        if metadata.profile is None:
            metadata.profile = self._groups.default

    def _add(self, metadata: ClientMetadata, name: str) -> None:
        if name in metadata.groups:
            return
        trail = self._trail_of(metadata)
        if trail is not None and name in trail.without_groups:
            trail.note(name, REFUSED, "supposed")
            return
        group = self._look_up(metadata, name)
        if group is not None and group.category is not None:
            holder = metadata.categories.setdefault(group.category, name)
            if holder != name:
                _warn_suppressed(metadata, group, holder)
                if trail is not None:
                    trail.note(name, SUPPRESSED, because=[f"group {holder}"])
                return
        metadata.groups.add(name)
        if metadata.profile is None and group is not None and group.is_profile:
            metadata.profile = name

    def _look_up(self, metadata: ClientMetadata, name: str) -> MetadataGroup | None:
        return (
            self._groups.declared.get(name)
            or metadata.dynamic_groups.get(name)
            or self._dynamic.get(name)
        )

    def _expand(self, metadata: ClientMetadata) -> None:
        metadata.groups, metadata.categories = self._groups.membership.expand(
            metadata.hostname, metadata.groups, metadata.categories, self._trail_of(metadata)
        )

    def _bundles(self, metadata: ClientMetadata) -> set[str]:
        bundles: set[str] = set()
        for name in metadata.groups:
            group = self._look_up(metadata, name)
            if group is not None:
                bundles |= group.bundles
        return bundles


def _without_groups(name: str, client: Client | None) -> ClientMetadata:
    if client is None:
        return ClientMetadata(name)
    return ClientMetadata(
        name,
        aliases=client.aliases,
        addresses=client.addresses,
        uuid=client.uuid,
        password=client.password,
        version=client.version,
    )


def _as_tuple(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _warn_suppressed(metadata: ClientMetadata, group: MetadataGroup, holder: str) -> None:
    if metadata.hostname not in group.warned:
        group.warned.add(metadata.hostname)
        logger.warning(
            "Metadata: Group %s suppressed by category %s; %s already a member of %s",
            group.name, group.category, metadata.hostname, holder,
        )  # fmt: skip
