"""
The clients as clients.xml and what changed since say, found by name, alias, uuid or address.

Names are compared in lower case everywhere (:ref:`decisions-holes`): no spelling of a name leads
to a client without leading to its password and the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bcfg2tw.engine.xmlio import Element, attributes

ADD, UPDATE, REMOVE = "add", "update", "remove"


@dataclass(frozen=True, slots=True)
class ClientElement:
    """What one `Client` element says."""

    attributes: Mapping[str, str]
    aliases: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, element: Element) -> ClientElement:
        """Read an element."""
        aliases = tuple(attributes(alias) for alias in element.iterchildren("Alias"))
        return cls(attributes(element), aliases)

    def addresses(self) -> Iterator[str]:
        """Yield the addresses of the element and of its aliases."""
        for each in (self.attributes, *self.aliases):
            if "address" in each:
                yield each["address"]

    def alias_names(self) -> Iterator[str]:
        """Yield the names of its aliases as written."""
        return (alias["name"] for alias in self.aliases if "name" in alias)


@dataclass(frozen=True)
class Change:
    """
    One change that a client or an administrator made through the server.

    :ivar sequence: later changes have greater numbers, within one run of the server
    :ivar operation: `ADD`, `UPDATE` or `REMOVE`
    :ivar name: of the client, in lower case
    """

    sequence: int
    operation: str
    name: str
    attributes: Mapping[str, str]

    @classmethod
    def from_record(cls, sequence: int, record: Mapping[str, Any]) -> Change:
        """Read a record of the journal."""
        return cls(sequence, record["operation"], record["name"], record["attributes"])

    def record(self) -> dict[str, Any]:
        """Return what the journal keeps of it."""
        attributes = dict(self.attributes)
        return {"operation": self.operation, "name": self.name, "attributes": attributes}


class Client:
    """
    What is known of one client; all its elements together (:ref:`metadata-2`).

    :ivar profiles: the groups of its elements' `profile` attributes, in order
    :ivar aliases: names as written, of its last element
    """

    __slots__ = (
        "addresses", "aliases", "auth", "elements", "floating", "name", "password", "profiles",
        "secure", "uuid", "version",
    )  # fmt: skip

    def __init__(self, name: str, elements: tuple[ClientElement, ...]) -> None:
        self.name = name
        self.elements = elements
        self.profiles = tuple(
            dict.fromkeys(
                one.attributes["profile"] for one in elements if "profile" in one.attributes
            )
        )
        self.aliases = frozenset(elements[-1].alias_names())
        self.addresses = tuple(address for one in elements for address in one.addresses())
        self.auth = self._last("auth")
        self.password = self._last("password")
        self.uuid = self._last("uuid")
        self.version = self._last("version")
        self.secure = self._any("secure")
        self.floating = self._any("floating") or any(
            one.attributes.get("location") == "floating" for one in elements
        )

    def _last(self, attribute: str) -> str | None:
        values = [one.attributes[attribute] for one in self.elements if attribute in one.attributes]
        return values[-1] if values else None

    def _any(self, attribute: str) -> bool:
        return any(one.attributes.get(attribute, "").lower() == "true" for one in self.elements)


class Index:
    """Which clients something leads to, the last one last."""

    def __init__(self) -> None:
        self._clients: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, key: str) -> tuple[str, ...]:
        return self._clients.get(key, ())

    def add(self, key: str, client: str) -> None:
        """Have a key lead to a client as well."""
        self._clients[key] = (*self[key], client)

    def remove(self, key: str, client: str) -> None:
        """Have a key not lead to a client any more."""
        self._clients[key] = tuple(one for one in self[key] if one != client)


class ClientTable:
    """
    All clients, for one reading of clients.xml; changes are applied one at a time.

    One thread may change it while others read.
    """

    def __init__(self, elements: Iterable[ClientElement]) -> None:
        self._names: list[str] = []
        self._clients: dict[str, Client] = {}
        self._aliases = Index()
        self._uuids = Index()
        self._addresses = Index()
        grouped: dict[str, list[ClientElement]] = {}
        for element in elements:
            name = element.attributes["name"].lower()
            grouped.setdefault(name, []).append(element)
            self._names.append(name)
        for name, own in grouped.items():
            self._enter(Client(name, tuple(own)))

    def names(self) -> list[str]:
        """Return the names of all clients in order; once for each of its elements."""
        return list(self._names)

    def get(self, name: str) -> Client | None:
        """Return a client by its name or an alias, in any case."""
        key = name.lower()
        known = self._clients.get(key)
        if known is None and self._aliases[key]:
            known = self._clients.get(self._aliases[key][-1])
        return known

    def by_uuid(self, uuid: str) -> Client | None:
        """Return the client that a uuid belongs to."""
        names = self._uuids[uuid]
        return self._clients.get(names[-1]) if names else None

    def by_address(self, ip: str) -> tuple[str, ...]:
        """Return the names of the clients that an address is listed for, once for each time."""
        return self._addresses[ip]

    def profiles(self) -> set[str]:
        """Return the names of all groups that are profiles of clients."""
        return {profile for client in self.clients() for profile in client.profiles}

    def clients(self) -> list[Client]:
        """Return all clients."""
        return list(self._clients.values())

    def apply(self, change: Change) -> None:
        """Apply a change; one that changes nothing any more is passed over."""
        known = self._clients.get(change.name)
        if change.operation == REMOVE:
            self._remove(known)
        elif known is not None:
            self._replace(known, change)
        elif change.operation == ADD:
            self._names.append(change.name)
            self._enter(Client(change.name, (ClientElement(_known_at_once(change)),)))

    def _remove(self, known: Client | None) -> None:
        if known is not None:
            self._names = [name for name in self._names if name != known.name]
            self._leave(known)

    def _replace(self, known: Client, change: Change) -> None:
        first, *others = known.elements
        merged = merged_attributes(first.attributes, change)
        changed = Client(known.name, (replace(first, attributes=merged), *others))
        self._clients[known.name] = changed
        self._update_indexes(known, changed)

    def _update_indexes(self, old: Client, new: Client) -> None:
        # most changes are of versions: they need not touch an index
        for index, before, after in zip(
            (self._aliases, self._uuids, self._addresses), _keys(old), _keys(new), strict=True
        ):
            if before != after:
                for key in before:
                    index.remove(key, old.name)
                for key in after:
                    index.add(key, new.name)

    def _enter(self, client: Client) -> None:
        self._clients[client.name] = client
        for index, keys in zip(
            (self._aliases, self._uuids, self._addresses), _keys(client), strict=True
        ):
            for key in keys:
                index.add(key, client.name)

    def _leave(self, client: Client) -> None:
        del self._clients[client.name]
        for index, keys in zip(
            (self._aliases, self._uuids, self._addresses), _keys(client), strict=True
        ):
            for key in keys:
                index.remove(key, client.name)


def _known_at_once(change: Change) -> Mapping[str, str]:
    """
    Return what counts of a new client before clients.xml is read again.

    Where it came from is written down, but counts from the next reading on only, as in the
    reference (conformance case metadata-registration).
    """
    later = ("uuid", "address")
    return {name: value for name, value in change.attributes.items() if name not in later}


def _keys(client: Client) -> tuple[tuple[str, ...], ...]:
    """Return what leads to a client: aliases, uuids and addresses."""
    aliases = tuple(name.lower() for one in client.elements for name in one.alias_names())
    uuids = tuple(one.attributes["uuid"] for one in client.elements if "uuid" in one.attributes)
    return aliases, uuids, client.addresses


def merged_attributes(before: Mapping[str, str], change: Change) -> dict[str, str]:
    """
    Return an element's attributes after a change.

    Where a client is to be added that somebody added by hand meanwhile, what was written by hand
    stays as it is.
    """
    if change.operation == ADD:
        return {**change.attributes, **before}
    return {**before, **change.attributes}
