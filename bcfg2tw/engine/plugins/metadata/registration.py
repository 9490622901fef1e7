"""Changes of the list of clients, for clients that call and for administrators."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugins.metadata.declared_groups import DeclaredGroups
from bcfg2tw.engine.plugins.metadata.newcomers import Newcomers, check_kept_name
from bcfg2tw.engine.store.client import Client
from bcfg2tw.engine.store.interface import ClientList, ClientStore
from bcfg2tw.errors import MetadataConsistencyError
from bcfg2tw.settings import Settings

logger = logging.getLogger("Metadata")


class Registration:
    """
    Registers clients and changes them, for one state of the repository.

    Whatever changes a client first looks at it, under its lock: a client that calls several
    times at once is registered once. Changes are on disk on return.
    """

    def __init__(
        self,
        store: ClientStore,
        clients: ClientList,
        groups: DeclaredGroups,
        newcomers: Newcomers,
        settings: Settings,
    ) -> None:
        """
        Change nothing yet.

        :param store: keeps the changes
        :param clients: shows them
        :param newcomers: says whom of those that nobody has entered it may register
        """
        self._store = store
        self._clients = clients
        self._groups = groups
        self._newcomers = newcomers
        self._settings = settings

    def welcome(self, name: str, register: bool = True) -> None:
        """
        Register a client that calls and that nobody has entered, with the default profile.

        :param register: whether it is registered, or only could be
        :raises MetadataConsistencyError: if there is no default group, or it may not be registered
        :raises MetadataRuntimeError: if it cannot be written
        """
        self._newcomers.check_name(name, self._settings)
        default = self._groups.default
        if default is None:
            raise MetadataConsistencyError(f"Cannot add new client {name}; no default group set")
        if register:
            logger.info("Creating new client: %s, profile %s", name, default)
            self._admit(name, {"profile": default})

    def set_version(self, client: str, version: str) -> None:
        """Note which version of Bcfg2 a client runs; one that is unknown is registered."""
        name = self._own_name(client)
        if self._has_version(name, version):  # nearly every call, and no lock is needed to see it
            return
        with self._store.changing(name):
            if self._has_version(name, version):
                return
            if self._clients.get(name) is None:
                self.welcome(name)
            logger.info("Setting client %s version to %s", name, version)
            self.update(name, {"version": version})

    def _has_version(self, name: str, version: str) -> bool:
        present = self._clients.get(name)
        return present is not None and present.version == version

    def set_profile(
        self,
        client: str,
        profile: str,
        address: ClientAddress,
        current_profile: Callable[[str], str | None],
    ) -> None:
        """
        Make a group the profile of a client; one that is unknown is registered with it.

        :param current_profile: returns the profile that a client has, connectors included
        """
        name = self._own_name(client)
        with self._store.changing(name):
            if self._clients.get(name) is None:
                self._newcomers.check_name(name, self._settings)
                self._admit_from(address, name, profile)
                return
            current = current_profile(name)
            if current == profile:
                logger.debug("Client %s has the profile %s already", name, profile)
                return
            logger.info("Changing %s profile from %s to %s", name, current, profile)
            self.update(name, {"profile": profile})

    def end_bootstrap(self, client: str, default_auth: str) -> None:
        """
        Let a client that bootstraps use its certificate alone from now on.

        :param default_auth: how clients prove who they are for which nothing else is set
        """
        if self._bootstrapping(client, default_auth) is None:
            return
        with self._store.changing(client):
            present = self._bootstrapping(client, default_auth)
            if present is not None:
                logger.info("Client %s has to use its certificate now", present.name)
                self.update(present.name, {"auth": "cert"})

    def _bootstrapping(self, name: str, default_auth: str) -> Client | None:
        """Return a client if it may still log in without a certificate."""
        present = self._clients.get(name)
        if present is None or (present.auth or default_auth) != "bootstrap":
            return None
        return present

    def _admit_from(self, address: ClientAddress, name: str, profile: str) -> None:
        """Add a client that gives its name itself, with the address if that is nobody's."""
        if not getattr(address, "is_named", False):
            self._admit(name, {"profile": profile})
            return
        ip = str(address[0])
        with self._store.registering(ip):
            self._admit(name, {**self._origin(name, ip), "profile": profile})

    def _admit(self, name: str, attributes: Mapping[str, str]) -> None:
        """Add a client that nobody has entered, unless others have been many."""
        self._newcomers.count(name, self._settings)
        self.add(name, attributes)

    def add(self, name: str, attributes: Mapping[str, str]) -> None:
        """
        Add a client, unless there is one of that name.

        :raises MetadataConsistencyError: if clients.xml cannot keep the name
        """
        check_kept_name(name)
        with self._store.changing(name):
            if self._clients.get(name) is not None:
                logger.info("Client %s is known already", name)
            else:
                self._store.add(name, attributes)

    def update(self, name: str, attributes: Mapping[str, str]) -> None:
        """
        Set attributes of a client.

        :param name: its name or an alias
        :raises MetadataConsistencyError: if there is no such client
        """
        self._store.update(self._name_of_present(name), attributes)

    def remove(self, name: str) -> None:
        """
        Forget a client.

        :param name: its own name, in any case: an alias may be meant for another client
        :raises MetadataConsistencyError: if there is no such client
        """
        present = self._name_of_present(name)
        if name.lower() != present:
            message = f'Client "{name}" does not exist: it is an alias of {present}'
            logger.error(message)
            raise MetadataConsistencyError(message)
        name = present
        logger.info("Removing client %s", name)
        self._store.remove(name)

    def _origin(self, client: str, ip: str) -> Mapping[str, str]:
        """Return what is kept of where a client came from that gave its name itself."""
        holder = self._holder_of(ip)
        if holder is None:
            return {"uuid": client, "address": ip}
        logger.warning("%s is %s's address: %s is registered without one", ip, holder, client)
        return {"uuid": client}

    def _holder_of(self, ip: str) -> str | None:
        """Return the client that an address belongs to, or will in some seconds."""
        holders = self._clients.by_address(ip) or self._clients.newcomers_at(ip)
        return holders[0] if holders else None

    def _own_name(self, client: str) -> str:
        """Return a client's own name: a lock under an alias would be another one."""
        present = self._clients.get(client)
        return client.lower() if present is None else present.name

    def _name_of_present(self, name: object) -> str:
        # what an administrator sends may be of any type
        client = self._clients.get(name) if isinstance(name, str) else None
        if client is None:
            message = f'Client "{name}" does not exist'
            logger.error(message)
            raise MetadataConsistencyError(message)
        return client.name
