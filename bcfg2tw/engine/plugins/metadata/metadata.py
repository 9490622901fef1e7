"""The Metadata plugin: what the core and administrators ask of the list of clients."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.model.membership_trail import MembershipTrail
from bcfg2tw.engine.plugin import interfaces
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugins.metadata.addresses import AddressNames
from bcfg2tw.engine.plugins.metadata.authentication import Authentication
from bcfg2tw.engine.plugins.metadata.declared_groups import DeclaredGroups
from bcfg2tw.engine.plugins.metadata.dynamic_groups import DynamicGroups
from bcfg2tw.engine.plugins.metadata.metadata_files import (
    CLIENTS,
    EMPTY,
    GROUPS,
    UNSERVED,
    create_missing,
    is_clients_xml_wanted,
    warn_of_profiles,
    warn_of_unknown_clients,
)
from bcfg2tw.engine.plugins.metadata.newcomers import Newcomers
from bcfg2tw.engine.plugins.metadata.profiles import Profiles
from bcfg2tw.engine.plugins.metadata.registration import Registration
from bcfg2tw.engine.plugins.metadata.resolution import Resolution
from bcfg2tw.engine.repository.files import Files, Interpretation
from bcfg2tw.engine.store.declared_clients import DeclaredClients, no_clients, read_clients
from bcfg2tw.engine.store.interface import ClientList
from bcfg2tw.errors import MetadataConsistencyError, NotServing

T = TypeVar("T")


class Metadata(
    Plugin,
    interfaces.Metadata,
    interfaces.ClientRunHooks,
    interfaces.Threaded,
    interfaces.Tracked,
):
    """
    Knows clients from clients.xml and groups from groups.xml.

    The store merges what clients.xml declares with what clients changed, and keeps that. A file
    that is broken, or gone, keeps what it said last.
    """

    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "list_clients", "remove_client"]

    def __init__(
        self, context: PluginContext, files: Files, previous: Metadata | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._store = context.store.clients
        self._store.check_settings(files.library.settings)
        if previous is None:
            create_missing(files, context.effects)
        self._dynamic = DynamicGroups()
        self._groups = self._load(GROUPS, DeclaredGroups, previous)
        if self._groups is not None:
            names = frozenset(self._groups.bundle_places)
            self._bundles_at_start = self.lasting.keep("bundles at the start", lambda: names)
        declared = self._declared(previous)
        self._store.note_problem(self.files.problem(CLIENTS, read_clients))
        self._clients = None if declared is None else self._store.current(declared)
        is_news = self.lasting.is_news("files", (self._groups, declared))
        if is_news and self._groups is not None and self._clients is not None:
            self._profiles.look_through(self._clients)
            warn_of_profiles(self._clients, self._groups)
            warn_of_unknown_clients(self._clients, self._groups)

    def _declared(self, previous: Metadata | None) -> DeclaredClients | None:
        """Return what clients.xml says; where nothing is written to it, it may be missing."""
        is_missing = CLIENTS not in self.files and self.lasting.last_good(CLIENTS, None) is None
        if is_missing and not is_clients_xml_wanted(self.files.library.settings):
            return self.lasting.keep("no clients", no_clients)
        return self._load(CLIENTS, read_clients, previous)

    def _load(
        self, name: str, interpretation: Interpretation[T], previous: Metadata | None
    ) -> T | None:
        """Return what a file says, or what it said last."""
        value = self.files.load(name, interpretation, UNSERVED)
        if name not in self.files and previous is None:
            value = self.files.load_kept(name, interpretation, UNSERVED)
        value = self.lasting.last_good(name, value)
        if name not in self.files and previous is not None:
            what_now = UNSERVED if value is None else "its last state stays in service"
            self.logger.error("%s is gone; %s", self.files.path(name), what_now)
        return value

    def start_threads(self) -> None:
        """Have the store complete what a killed server left."""
        self._store.start()

    # Clients and groups

    @property
    def clients(self) -> ClientList:
        """
        All clients as they are now.

        :raises NotServing: if clients.xml or groups.xml was never understood
        """
        if self._clients is None or self._groups is None:
            raise NotServing("Metadata has not been read yet")
        return self._clients

    @property
    def groups(self) -> DeclaredGroups:
        """
        All groups.

        :raises NotServing: as `clients`
        """
        if self._clients is None or self._groups is None:
            raise NotServing("Metadata has not been read yet")
        return self._groups

    def is_client(self, client_name: str) -> bool:
        """Say whether there is a client of a name or an alias, in any case."""
        return self.clients.get(client_name) is not None

    def client_names(self) -> list[str]:
        """Return the names of all clients, in order."""
        return self.clients.names()

    def group_names(self) -> set[str]:
        """Return the names of all groups that are declared, assigned, negated or a profile."""
        dynamic = {group.name for group in self._dynamic}
        return {*self.groups.names, *dynamic, *self.clients.profiles()}

    def groups_in_category(self, category: str) -> list[str]:
        """Return the names of the groups declared in a category, in order."""
        groups = {group.name: group for group in self._dynamic} | self.groups.declared
        return [name for name, group in groups.items() if group.category == category]

    def place_of_bundle(self, bundle: str) -> str | None:
        """Return the file and line of the first group that has a bundle."""
        return self.groups.bundle_places.get(bundle)

    def named_bundle_at_start(self, bundle: str) -> bool:
        """Say whether a group had a bundle in the first groups.xml that could be read."""
        return bundle in self._bundles_at_start

    # Identity

    @cached_property
    def _authentication(self) -> Authentication:
        names = self.lasting.keep("names of addresses", lambda: AddressNames(self.context.clock))
        return Authentication(self.files.library.settings, self.clients, names)

    def AuthenticateConnection(
        self,
        cert: interfaces.Certificate | None,
        user: str,
        password: str,
        address: ClientAddress,
    ) -> bool:
        """
        Decide whether a connection is let in, and note in the address whom it acts as.

        :raises NotServing: if a file was never understood
        """
        return self._authentication.admits(cert, user, password, address)

    def resolve_client(self, address: ClientAddress, cleanup_cache: bool = False) -> str:
        """
        Return the name of the client that a connection acts as, or else that has its address.

        :raises MetadataConsistencyError: if it cannot be told
        """
        client: str | None = getattr(address, "client", None)
        return self._authentication.resolve(address) if client is None else client

    # A client's metadata

    @cached_property
    def _profiles(self) -> Profiles:
        is_strict = self.files.library.settings.strict_repository
        return Profiles(self.groups, self.lasting, is_strict)

    @cached_property
    def _resolution(self) -> Resolution:
        return Resolution(self.groups, self._dynamic)

    def traced(self, trail: MembershipTrail) -> Metadata:
        """
        Return a plugin that does what this one does, and takes down how clients get their groups.

        :param trail: of one look at one client; what it supposes counts
        """
        plugin = copy.copy(self)
        plugin.__dict__["_resolution"] = Resolution(self.groups, self._dynamic, trail)
        return plugin

    def get_initial_metadata(self, client_name: str, register: bool = True) -> ClientMetadata:
        """
        Return what clients.xml and groups.xml say of a client: a fresh object.

        :param register: whether an unknown client becomes a known one
        :raises MetadataConsistencyError: if it is unknown and there is no default group, or if
            it lost its profile
        :raises NotServing: if a file was never understood
        """
        client = self.clients.get(client_name)
        name = client_name.lower() if client is None else client.name
        if client is None:
            self._registration.welcome(name, register)
        else:
            self._profiles.check(client)
        return self._resolution.initial(name, client)

    def merge_additional_groups(
        self, metadata: ClientMetadata, groups: Iterable[str], source: str
    ) -> None:
        """Add groups that a connector gave, and all that follows from them."""
        self._resolution.merge(metadata, groups, source)

    def merge_additional_data(self, metadata: ClientMetadata, source: str, data: Any) -> None:
        """Make a connector's data an attribute, unless there is one of that name."""
        if not hasattr(metadata, source):
            metadata.connectors.append(source)
            setattr(metadata, source, data)

    def define_group(self, metadata: ClientMetadata, group: MetadataGroup, source: str) -> None:
        """Take in a group that a connector made up; those of groups.xml stay as they are."""
        is_declared = group.name in self.groups.declared
        if self._dynamic.admits(group, source, is_declared):
            if metadata.effects.is_serving:
                self._dynamic.define(group, source)
            metadata.dynamic_groups[group.name] = group

    # Changes

    @cached_property
    def _registration(self) -> Registration:
        newcomers = self.lasting.keep("newcomers", lambda: Newcomers(self.context.clock))
        return Registration(
            self._store,
            self.clients,
            self.groups,
            newcomers,
            self.files.library.settings,
        )

    def set_version(self, client: str, version: str) -> None:
        """
        Note which version of Bcfg2 a client runs; an unknown one is registered.

        :raises MetadataConsistencyError: if it is unknown and there is no default group
        :raises MetadataRuntimeError: if it cannot be written
        """
        self._registration.set_version(client, version)

    def set_profile(
        self, client: str, profile: str, address: ClientAddress, require_public: bool = True
    ) -> None:
        """
        Make a group the profile of a client; an unknown client is registered with it.

        :raises MetadataConsistencyError: if there is no such group, or clients may not have it
        """
        self.logger.info("Asserting client %s profile to %s", client, profile)
        # what a client sends may be of any type
        is_text = isinstance(profile, str)
        group = self.groups.declared.get(profile) if is_text else None
        if group is None:
            raise MetadataConsistencyError(f"Profile group {profile} does not exist")
        if require_public and not group.is_public:
            raise MetadataConsistencyError(f"Cannot set client {client} to private group {profile}")
        self._registration.set_profile(client, profile, address, self._current_profile)

    def _current_profile(self, client: str) -> str | None:
        return self.context.build_metadata(client).profile

    def end_statistics(self, metadata: ClientMetadata) -> None:
        """Let a client that bootstraps use its certificate alone from now on."""
        self._registration.end_bootstrap(
            metadata.hostname, self.files.library.settings.authentication
        )

    def add_client(self, name: str, attributes: Mapping[str, str] | None = None) -> None:
        """Add a client, unless there is one of that name; it is on disk on return."""
        self._registration.add(name, attributes or {})

    def update_client(self, name: str, attributes: Mapping[str, str]) -> None:
        """
        Set attributes of a client; they are on disk on return.

        :raises MetadataConsistencyError: if there is no such client
        """
        self._registration.update(name, attributes)

    def remove_client(self, name: str) -> None:
        """
        Forget a client; it is gone on disk on return.

        :param name: its own name, not an alias
        :raises MetadataConsistencyError: if there is no such client
        """
        self._registration.remove(name)

    def list_clients(self) -> list[str]:
        """Return the names of all clients."""
        return self.client_names()

    # Repositories

    @classmethod
    def init_repo(
        cls, repository: str, groups_xml: str = EMPTY[GROUPS], clients_xml: str = EMPTY[CLIENTS]
    ) -> None:
        """Make the plugin's folder in a new repository."""
        folder = os.path.join(repository, cls.name)
        os.makedirs(folder, exist_ok=True)
        for name, text in ((GROUPS, groups_xml), (CLIENTS, clients_xml)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
                stream.write(text)
