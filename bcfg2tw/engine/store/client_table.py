"""
The clients in memory: as declared and as changed since, found by name, alias, uuid or address.

Names are compared in lower case everywhere (:ref:`decisions-holes`): no spelling of a name leads
to a client without leading to its password and the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from weakref import WeakValueDictionary

from bcfg2tw.engine.store.client import Client, ClientElement
from bcfg2tw.engine.store.client_edit import ADD, REMOVE, ClientEdit
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.interface import ClientList


class Index:
    """The clients that a key leads to, the last one last."""

    def __init__(self) -> None:
        self._clients: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, key: str) -> tuple[str, ...]:
        return self._clients.get(key, ())

    def add(self, key: str, client: str) -> None:
        """Have a key lead to a client as well."""
        self._clients[key] = (*self[key], client)

    def remove(self, key: str, client: str) -> None:
        """Have a key not lead to a client any more."""
        self._clients[key] = tuple(name for name in self[key] if name != client)


class ClientTable(ClientList):
    """
    All clients, for one reading of clients.xml; edits are applied one at a time.

    One thread may change it while others read.
    """

    def __init__(self, elements: Iterable[ClientElement]) -> None:
        self._names: list[str] = []
        self._clients: dict[str, Client] = {}
        self._aliases = Index()
        self._uuids = Index()
        self._addresses = Index()
        self._coming = Index()  # of addresses that do not count yet
        for name, elements_of_client in self._group(elements).items():
            self._enter(Client(name, tuple(elements_of_client)))

    def _group(self, elements: Iterable[ClientElement]) -> dict[str, list[ClientElement]]:
        """Note the names of all elements in order, and return the elements by client."""
        groups: dict[str, list[ClientElement]] = {}
        for element in elements:
            name = element.attributes["name"].lower()
            groups.setdefault(name, []).append(element)
            self._names.append(name)
        return groups

    def names(self) -> list[str]:
        """Return the names of all clients in order; once for each of its elements."""
        return list(self._names)

    def get(self, name: str) -> Client | None:
        """Return a client by its name or an alias, in any case."""
        key = name.lower()
        client = self._clients.get(key)
        if client is None and self._aliases[key]:
            client = self._clients.get(self._aliases[key][-1])
        return client

    def by_uuid(self, uuid: str) -> Client | None:
        """Return the client that a uuid belongs to."""
        names = self._uuids[uuid]
        return self._clients.get(names[-1]) if names else None

    def by_address(self, ip: str) -> tuple[str, ...]:
        """Return the names of the clients that an address is listed for, once for each time."""
        return self._addresses[ip]

    def newcomers_at(self, ip: str) -> tuple[str, ...]:
        """Return the names of new clients to which an address will belong."""
        return tuple(name for name in self._coming[ip] if name in self._clients)

    def expect_address(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note the address, if it has one, that will count of a new client in some seconds."""
        ip = attributes.get("address")
        if ip is not None and name not in self._coming[ip]:
            self._coming.add(ip, name)

    def profiles(self) -> set[str]:
        """Return the names of all groups that are profiles of clients."""
        return {profile for client in self.clients() for profile in client.profiles}

    def clients(self) -> list[Client]:
        """Return all clients."""
        return list(self._clients.values())

    def apply(self, edit: ClientEdit) -> None:
        """Apply an edit; one that changes nothing any more is passed over."""
        client = self._clients.get(edit.name)
        if edit.operation == REMOVE:
            self._remove(client)
        elif client is not None:
            self._change(client, edit)
        elif edit.operation == ADD:
            self._names.append(edit.name)
            self._enter(Client(edit.name, (ClientElement(edit.attributes_at_once()),)))
            self.expect_address(edit.name, edit.attributes)

    def put(self, name: str, elements: tuple[ClientElement, ...]) -> None:
        """Replace all elements of a client; none remove it."""
        client = self._clients.get(name)
        if client is None or len(elements) != len(client.elements):
            self._remove(client)
            if elements:
                self._names.extend([name] * len(elements))
                self._enter(Client(name, elements))
        else:
            self._replace(client, Client(name, elements))

    def _remove(self, client: Client | None) -> None:
        if client is not None:
            self._names = [name for name in self._names if name != client.name]
            self._leave(client)

    def _change(self, client: Client, edit: ClientEdit) -> None:
        first, *others = client.elements
        changed = replace(first, attributes=edit.apply_to(first.attributes))
        self._replace(client, Client(client.name, (changed, *others)))

    def _replace(self, old: Client, new: Client) -> None:
        self._clients[old.name] = new
        # most edits are of versions: they need not touch an index
        for index, before, after in zip(self._indexes(), _keys(old), _keys(new), strict=True):
            if before != after:
                for key in before:
                    index.remove(key, old.name)
                for key in after:
                    index.add(key, new.name)

    def _enter(self, client: Client) -> None:
        self._clients[client.name] = client
        for index, keys in zip(self._indexes(), _keys(client), strict=True):
            for key in keys:
                index.add(key, client.name)

    def _leave(self, client: Client) -> None:
        del self._clients[client.name]
        for index, keys in zip(self._indexes(), _keys(client), strict=True):
            for key in keys:
                index.remove(key, client.name)

    def _indexes(self) -> tuple[Index, ...]:
        return self._aliases, self._uuids, self._addresses


def _keys(client: Client) -> tuple[tuple[str, ...], ...]:
    """Return the keys that lead to a client: aliases, uuids and addresses."""
    elements = client.elements
    aliases = tuple(name.lower() for element in elements for name in element.alias_names())
    uuids = tuple(
        element.attributes["uuid"] for element in elements if "uuid" in element.attributes
    )
    return aliases, uuids, client.addresses


class ClientTables:
    """
    The tables that are in use, one for each reading of clients.xml; each follows every edit.

    Snapshots of the repository that rest on the same reading share its table; it is forgotten
    with the last of them. Not safe to use from several threads.
    """

    def __init__(self) -> None:
        # it holds the readings, and these hold nothing of the tables
        self._tables: WeakValueDictionary[DeclaredClients, ClientTable] = WeakValueDictionary()

    def get(self, declared: DeclaredClients) -> ClientTable | None:
        """Return the table of a reading, None if none is in use."""
        return self._tables.get(declared)

    def newest(self) -> ClientTable | None:
        """Return the table that was made last of those in use, None if none is."""
        tables = list(self._tables.values())
        return tables[-1] if tables else None

    def make(self, declared: DeclaredClients, edits: Iterable[ClientEdit]) -> ClientTable:
        """
        Make the table of a reading.

        :param edits: those made so far that the reading lacks, in order
        """
        table = self._tables[declared] = ClientTable(declared.elements)
        for edit in edits:
            table.apply(edit)
        return table

    def apply(self, edit: ClientEdit) -> None:
        """Apply an edit to all tables."""
        for table in list(self._tables.values()):
            table.apply(edit)
