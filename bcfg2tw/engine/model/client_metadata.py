"""`ClientMetadata`: a client while something is made for it (:ref:`metadata-11`)."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

from bcfg2tw.engine.model.build import Build
from bcfg2tw.engine.model.effects import Effects
from bcfg2tw.engine.model.metadata_query import MetadataQuery
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.model.version_info import Bcfg2VersionInfo, version_info

OWN_COLLECTIONS = (
    "groups", "bundles", "aliases", "addresses", "categories", "connectors", "dynamic_groups"
)  # fmt: skip


class MetadataGroup(tuple[frozenset[str], "str | None"]):
    """
    A group's definition: `(bundles, category)`; connectors may return such objects.

    Never changes once made. Its hash is that of its name (:ref:`metadata-13`).
    """

    name: str
    is_profile: bool
    is_public: bool
    warned: set[str]

    def __new__(
        cls,
        name: str,
        bundles: Collection[str] | None = None,
        category: str | None = None,
        is_profile: bool = False,
        is_public: bool = False,
    ) -> MetadataGroup:
        """Define a group."""
        group = super().__new__(cls, (frozenset(bundles or ()), category))
        group.name = name
        group.is_profile = is_profile
        group.is_public = is_public
        group.warned = set()
        return group

    @property
    def bundles(self) -> frozenset[str]:
        """Names of the bundles that come with the group."""
        return self[0]

    @property
    def category(self) -> str | None:
        """A client is in one group of a category at most."""
        return self[1]

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, MetadataGroup) and other.name == self.name
        return same and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.name)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.name, self.bundles, self.category, self.is_profile, self.is_public

    def __repr__(self) -> str:
        return f"MetadataGroup {self.name} (bundles={set(self.bundles)}, category={self.category})"


class ClientMetadata:
    """
    A client as templates and plugins see it.

    Each connector's data is an attribute named like the connector. An object may be shared with
    other requests for the same client: nothing may change it but the steps that build it.

    :ivar hostname: the client's name, in lower case
    :ivar profile: name of the group that is its profile, None without one
    :ivar categories: category to the group that the client has of it
    :ivar password: the client's own one, not the one that all share
    :ivar version: of Bcfg2, as the client declared it
    :ivar connectors: names of the connectors that added data
    :ivar snapshot: the plugins of the state of the repository that all this was built from
    :ivar build: the build that the object is made for
    :ivar dynamic_groups: definitions that connectors made for this client
    :ivar scratch: results that are good for one configuration, fresh for each
    """

    snapshot: PluginSet
    query: MetadataQuery[ClientMetadata]

    def __init__(
        self,
        hostname: str,
        profile: str | None = None,
        groups: Collection[str] = (),
        bundles: Collection[str] = (),
        aliases: Collection[str] = (),
        addresses: Collection[str] = (),
        categories: dict[str, str] | None = None,
        uuid: str | None = None,
        password: str | None = None,
        version: str | None = None,
    ) -> None:
        self.hostname = hostname
        self.profile = profile
        self.groups = set(groups)
        self.bundles = set(bundles)
        self.aliases = set(aliases)
        self.addresses = set(addresses)
        self.categories = dict(categories or {})
        self.uuid = uuid
        self.password = password
        self.version = version
        self.connectors: list[str] = []
        self.dynamic_groups: dict[str, MetadataGroup] = {}
        self.scratch: dict[Any, Any] = {}
        self.build: Build[ClientMetadata] = Build()

    @property
    def version_info(self) -> Bcfg2VersionInfo | None:
        """The declared version, to be compared; None if there is none that can be."""
        return version_info(self.version)

    def inGroup(self, group: str) -> bool:
        """Say whether the client is in a group."""
        return group in self.groups

    def group_in_category(self, category: str) -> str:
        """Return the name of the client's group in a category, the empty string without one."""
        for group in self.query.all_groups_in_category(category):
            if group in self.groups:
                return group
        return ""

    @property
    def effects(self) -> Effects:
        """Does, or leaves undone, what changes anything outside the build."""
        return self.build.effects

    def for_build(self, build: Build[ClientMetadata] | None = None) -> ClientMetadata:
        """
        Return a copy for one configuration: the same data, nothing scratched yet.

        :param build: the build that it is for; by default a new one of the same mode
        """
        copied = copy.copy(self)
        copied.scratch = {}
        copied.build = build or Build(self.build.bind, self.build.effects)
        return copied

    def unconnected(self) -> ClientMetadata:
        """Return a copy that connectors may add to without changing this object."""
        copied = self.for_build()
        for name in OWN_COLLECTIONS:
            setattr(copied, name, copy.copy(getattr(self, name)))
        return copied

    def __repr__(self) -> str:
        return f"ClientMetadata({self.hostname}, profile={self.profile}, groups={self.groups})"


__all__ = ["Bcfg2VersionInfo", "ClientMetadata", "MetadataGroup"]
