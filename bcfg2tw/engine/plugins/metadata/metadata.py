"""The Metadata plugin: what the core and administrators ask of the list of clients."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.plugin import interfaces
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugins.metadata.addresses import AddressNames
from bcfg2tw.engine.plugins.metadata.authentication import Authentication
from bcfg2tw.engine.plugins.metadata.groups_file import GroupsFile
from bcfg2tw.engine.plugins.metadata.resolution import Resolution
from bcfg2tw.engine.repository.files import Files, Interpretation
from bcfg2tw.engine.repository.source import Unsettled
from bcfg2tw.engine.store.client_table import ClientTable
from bcfg2tw.engine.store.xmlfiles.clients_file import ClientsFile
from bcfg2tw.errors import MetadataConsistencyError, MetadataRuntimeError, PluginInitError

if TYPE_CHECKING:
    from bcfg2tw.engine.model.address import ClientAddress
    from bcfg2tw.engine.plugin.interfaces import Certificate

T = TypeVar("T")

CLIENTS, GROUPS = "clients.xml", "groups.xml"
EMPTY = {CLIENTS: "<Clients/>\n", GROUPS: "<Groups/>\n"}


class Metadata(Plugin, interfaces.Metadata, interfaces.ClientRunHooks, interfaces.Threaded):
    """
    Knows clients from clients.xml and groups from groups.xml.

    What clients change goes through the core's store, which also keeps this plugin's table of
    clients up to date. A file that is broken, or gone, keeps what it said last.
    """

    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "list_clients", "remove_client"]

    def __init__(
        self, context: PluginContext, files: Files, previous: Metadata | None = None
    ) -> None:
        super().__init__(context, files, previous)
        if context.settings.metadata_db:
            raise PluginInitError(
                "[metadata] use_database: the list of clients cannot be kept in a database; "
                "remove the option, and clients.xml is used"
            )
        if previous is None:
            self._create_missing()
        self._changes = context.store.clients
        self._names = self.lasting.keep("names of addresses", AddressNames)
        self._dynamic: dict[str, tuple[MetadataGroup, str]] = {}
        self._refused: set[tuple[str, str]] = set()
        self._groups_file = self._load(GROUPS, GroupsFile, previous)
        self._reading = self._load(CLIENTS, ClientsFile, previous)
        self._table = self._current_table()
        if self.lasting.is_news("files", (self._groups_file, self._reading)):
            self._warn_of_profiles()

    def _create_missing(self) -> None:
        missing = [name for name in EMPTY if name not in self.files]
        created = [
            name
            for name in missing
            if self.context.effects.perform(
                f"{self.files.path(name)} would be created",
                partial(self._create, name),
                lambda: False,
            )
        ]
        if created:
            raise Unsettled(self.files.path(created[0]))

    def _create(self, name: str) -> bool:
        path = self.files.path(name)
        self.logger.warning("%s does not exist, creating", path)
        try:
            with open(path, "x", encoding="utf-8") as stream:
                stream.write(EMPTY[name])
        except OSError as error:
            self.logger.error("%s cannot be created: %s", path, error.strerror or error)
            return False
        return True

    def _load(
        self, name: str, interpretation: Interpretation[T], previous: Metadata | None
    ) -> T | None:
        """Return what a file says, or what it said last."""
        if name not in self.files and previous is not None:
            self.logger.error("%s is gone; its last state stays in service", self.files.path(name))
        return self.lasting.last_good(name, self.files.load(name, interpretation))

    def _current_table(self) -> ClientTable | None:
        if self._reading is None:
            return None
        table = self._changes.table(self._reading, self._is_unchanged)
        if table is None:
            raise Unsettled(self.files.path(CLIENTS))
        return table

    def _is_unchanged(self) -> bool:
        used = self.files.used.get((self.files.path(CLIENTS), ClientsFile))
        return used is None or used.dependencies.are_current()

    def _warn_of_profiles(self) -> None:
        if self._groups_file is None or self._table is None:
            return
        declared = self._groups_file.declared
        for client in self._table.clients():
            for profile in client.profiles:
                if profile not in declared:
                    self.logger.warning(
                        "Metadata: %s has nonexistent profile group %s", client.name, profile
                    )
                elif not declared[profile].is_profile:
                    self.logger.warning(
                        "Metadata: %s set as profile for %s, but is not a profile group",
                        profile, client.name,
                    )  # fmt: skip

    def start_threads(self) -> None:
        """Have the store write what a killed server left in its journal."""
        self._changes.start()

    # What was read

    @property
    def clients(self) -> ClientTable:
        """
        All clients as they are now.

        :raises MetadataRuntimeError: if clients.xml or groups.xml was never understood
        """
        if self._table is None or self._groups_file is None:
            raise MetadataRuntimeError("Metadata has not been read yet")
        return self._table

    @property
    def groups_file(self) -> GroupsFile:
        """
        All groups.

        :raises MetadataRuntimeError: as `clients`
        """
        if self._table is None or self._groups_file is None:
            raise MetadataRuntimeError("Metadata has not been read yet")
        return self._groups_file

    def is_client(self, client_name: str) -> bool:
        """Say whether there is a client of a name or an alias, in any case."""
        return self.clients.get(client_name) is not None

    def client_names(self) -> list[str]:
        """Return the names of all clients, in order."""
        return self.clients.names()

    def group_names(self) -> set[str]:
        """Return the names of all groups that are declared, assigned, negated or a profile."""
        return {*self.groups_file.names, *self._dynamic, *self.clients.profiles()}

    def groups_in_category(self, category: str) -> list[str]:
        """Return the names of the groups declared in a category, in order."""
        dynamic = {name: group for name, (group, _) in list(self._dynamic.items())}
        every = {**dynamic, **self.groups_file.declared}
        return [name for name, group in every.items() if group.category == category]

    # Identity

    def AuthenticateConnection(
        self, cert: Certificate | None, user: str, password: str, address: ClientAddress
    ) -> bool:
        """Decide whether a connection is let in, and note in the address whom it acts as."""
        return self._authentication().admits(cert, user, password, address)

    def resolve_client(self, address: ClientAddress, cleanup_cache: bool = False) -> str:
        """
        Return the name of the client that a connection acts as, or else that has its address.

        :raises MetadataConsistencyError: if it cannot be told
        """
        client: str | None = getattr(address, "client", None)
        return self._authentication().resolve(address) if client is None else client

    def _authentication(self) -> Authentication:
        return Authentication(self.context.settings, self.clients, self._names)

    # A client's metadata

    def get_initial_metadata(self, client_name: str, register: bool = True) -> ClientMetadata:
        """
        Return what clients.xml and groups.xml say of a client: a fresh object.

        :param register: whether an unknown client becomes a known one
        :raises MetadataConsistencyError: if it is unknown and there is no default group
        :raises MetadataRuntimeError: if a file was never understood
        """
        client = self.clients.get(client_name)
        name = client_name.lower() if client is None else client.name
        if client is None:
            self._welcome(name, register)
        return self._resolution().initial(name, client)

    def _welcome(self, name: str, register: bool) -> None:
        default = self.groups_file.default
        if default is None:
            raise MetadataConsistencyError(f"Cannot add new client {name}; no default group set")
        if register:
            self.logger.info("Creating new client: %s, profile %s", name, default)
            self.add_client(name, {"profile": default})

    def _resolution(self) -> Resolution:
        return Resolution(self.groups_file, self._definition)

    def _definition(self, metadata: ClientMetadata, name: str) -> MetadataGroup | None:
        declared = self.groups_file.declared.get(name) or metadata.dynamic_groups.get(name)
        if declared is None and name in self._dynamic:
            return self._dynamic[name][0]
        return declared

    def merge_additional_groups(
        self, metadata: ClientMetadata, groups: Iterable[str], source: str
    ) -> None:
        """Add groups that a connector gave, and all that follows from them."""
        self._resolution().merge(metadata, groups)

    def merge_additional_data(self, metadata: ClientMetadata, source: str, data: Any) -> None:
        """Make a connector's data an attribute, unless there is one of that name."""
        if not hasattr(metadata, source):
            metadata.connectors.append(source)
            setattr(metadata, source, data)

    def define_group(self, metadata: ClientMetadata, group: MetadataGroup, source: str) -> None:
        """Take in a group that a connector made up; those of groups.xml stay as they are."""
        known = self._dynamic.get(group.name)
        if group.name in self.groups_file.declared:
            self._refuse(f"Refusing to clobber predefined group {group.name}", source)
        elif known is not None and known[1] != source:
            self._refuse(f"Refusing to clobber dynamic group {group.name} of {known[1]}", source)
        else:
            if metadata.effects.is_serving:
                self._dynamic[group.name] = (group, source)
            metadata.dynamic_groups[group.name] = group

    def _refuse(self, reason: str, source: str) -> None:
        if (reason, source) not in self._refused:
            self._refused.add((reason, source))
            self.logger.warning("%s, which %s defines", reason, source)

    # Changes

    def set_version(self, client: str, version: str) -> None:
        """
        Note which version of Bcfg2 a client runs; an unknown one is registered.

        :raises MetadataConsistencyError: if it is unknown and there is no default group
        :raises MetadataRuntimeError: if it cannot be written
        """
        name = self._name_of(client)
        with self._changes.changing(name):
            known = self.clients.get(name)
            if known is None:
                self._welcome(name, register=True)
            elif known.version == version:
                return
            self.logger.info("Setting client %s version to %s", name, version)
            self.update_client(name, {"version": version})

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
        group = self.groups_file.declared.get(profile) if is_text else None
        if group is None:
            raise MetadataConsistencyError(f"Profile group {profile} does not exist")
        if require_public and not group.is_public:
            raise MetadataConsistencyError(f"Cannot set client {client} to private group {profile}")
        name = self._name_of(client)
        with self._changes.changing(name):
            self._set_profile(name, profile, address)

    def _set_profile(self, client: str, profile: str, address: ClientAddress) -> None:
        known = self.clients.get(client)
        if known is None:
            self.add_client(client, {**_origin(client, address), "profile": profile})
            return
        current = self.context.build_metadata(known.name).profile
        if current == profile:
            self.logger.debug("Client %s has the profile %s already", known.name, profile)
            return
        self.logger.info("Changing %s profile from %s to %s", known.name, current, profile)
        self.update_client(known.name, {"profile": profile})

    def end_statistics(self, metadata: ClientMetadata) -> None:
        """Let a client that bootstraps use its certificate alone from now on."""
        with self._changes.changing(metadata.hostname):
            known = self.clients.get(metadata.hostname)
            if known is None:
                return
            if (known.auth or self.context.settings.authentication) == "bootstrap":
                self.logger.info("Client %s has to use its certificate now", known.name)
                self.update_client(known.name, {"auth": "cert"})

    def add_client(self, name: str, attributes: Mapping[str, str] | None = None) -> None:
        """Add a client, unless there is one of that name; it is on disk on return."""
        with self._changes.changing(name):
            if self.clients.get(name) is not None:
                self.logger.info("Client %s is known already", name)
                return
            self._changes.add(name, attributes or {})
            self._expire(name)

    def update_client(self, name: str, attributes: Mapping[str, str]) -> None:
        """
        Set attributes of a client; they are on disk on return.

        :raises MetadataConsistencyError: if there is no such client
        """
        known = self._known(name)
        with self._changes.changing(known):
            self._changes.update(known, attributes)
            self._expire(known)

    def remove_client(self, name: str) -> None:
        """
        Forget a client; it is gone on disk on return.

        :raises MetadataConsistencyError: if there is no such client
        """
        known = self._known(name)
        with self._changes.changing(known):
            self.logger.info("Removing client %s", known)
            self._changes.remove(known)
            self._expire(known)

    def list_clients(self) -> list[str]:
        """Return the names of all clients."""
        return self.client_names()

    def _name_of(self, client: str) -> str:
        """Return a client's own name: a lock under an alias would be another one."""
        known = self.clients.get(client)
        return client.lower() if known is None else known.name

    def _known(self, name: object) -> str:
        client = self.clients.get(name) if isinstance(name, str) else None
        if client is None:
            message = f'Client "{name}" does not exist'
            self.logger.error(message)
            raise MetadataConsistencyError(message)
        return client.name

    def _expire(self, name: str) -> None:
        self.context.announce(name, "clients.xml")

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


def _origin(client: str, address: ClientAddress) -> Mapping[str, str]:
    """Return what is kept of where a client came from that gave its name itself."""
    if not getattr(address, "is_named", False):
        return {}
    return {"uuid": client, "address": str(address[0])}
