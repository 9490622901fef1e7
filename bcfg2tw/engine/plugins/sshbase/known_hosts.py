"""The list of all hosts' public keys, put together once for all clients."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from weakref import ReferenceType, ref

from bcfg2tw.engine.plugin.specificity import Specificity
from bcfg2tw.engine.plugins.sshbase.dns import Resolver, addresses_of, name_of

if TYPE_CHECKING:
    from bcfg2tw.engine.client_metadata import ClientMetadata

logger = logging.getLogger("SSHbase")

LOCAL_NAMES = "localhost,localhost.localdomain,127.0.0.1"

#: How long a list serves that lacks answers of the name service.
INCOMPLETE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PublicKey:
    """
    One public key.

    :ivar base: base name of its file, which says the type
    :ivar name: of its file
    :ivar text: without a line end; empty where the file cannot be used
    """

    base: str
    name: str
    specificity: Specificity
    text: str

    @property
    def order(self) -> tuple[str, str, str]:
        """What the list is sorted by: type, then host or group, then the file."""
        whose = self.specificity.hostname or self.specificity.group or ""
        return self.base, whose, self.name


class PublicKeys:
    """All public keys; never changes once made."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        self.by_name = {key.name: key for key in keys}
        self.are_for_groups = any(key.specificity.group for key in self.by_name.values())

    def __iter__(self) -> Iterator[PublicKey]:
        return iter(sorted(self.by_name.values(), key=lambda one: one.order))

    def with_key(self, key: PublicKey) -> PublicKeys:
        """Return these keys and another one."""
        return PublicKeys((*self.by_name.values(), key))


class NameService:
    """Answers for names and addresses, kept while the server runs."""

    def __init__(self) -> None:
        self.addresses = Resolver(addresses_of)
        self.names = Resolver(name_of)

    def close(self) -> None:
        """Ask nothing more."""
        self.addresses.close()
        self.names.close()


@dataclass(frozen=True)
class _List:
    """
    A list, and what it was made from.

    :ivar owner: whoever knows the hosts: while it is the same, so is what it says
    """

    text: str
    owner: ReferenceType[object]
    clients: list[str]
    keys: PublicKeys
    good_until: float


class KnownHosts:
    """
    The list for one state of the folder.

    It is made again when keys or clients come or go or what is known of clients changes; beyond
    that a client costs nothing but its own lines.

    :param statics: lines that are put before the others
    :param unknown: hosts that were named in the log already
    """

    def __init__(
        self, statics: Iterable[str], name_service: NameService, unknown: Iterable[str]
    ) -> None:
        self._statics = tuple(text for text in statics if text)
        self._name_service = name_service
        self.unknown = set(unknown)
        self._lock = threading.Lock()
        self._list: _List | None = None

    def text(self, metadata: ClientMetadata, keys: PublicKeys, own: Iterable[str]) -> str:
        """
        Return the list for a client.

        :param keys: all there are
        :param own: the client's public keys
        """
        lines = [f"{LOCAL_NAMES} {key}\n" for key in own if key]
        return self._common(metadata, keys) + "".join(lines)

    def _common(self, metadata: ClientMetadata, keys: PublicKeys) -> str:
        with self._lock:
            if self._list is None or not _is_current(self._list, metadata, keys):
                self._list = self._made(metadata, keys)
            return self._list.text

    def _made(self, metadata: ClientMetadata, keys: PublicKeys) -> _List:
        clients = metadata.snapshot.metadata.client_names()
        hosts = _Hosts(metadata, clients)
        wanted = [(key, self._members(key, hosts)) for key in keys if key.text]
        every = dict.fromkeys(chain.from_iterable(members for _, members in wanted))
        names, complete = self._names({host: hosts.known(host) for host in every})
        lines = [
            f"{','.join(names[host] for host in members)} {key.text}"
            for key, members in wanted
            if members
        ]
        text = "".join(f"{line}\n" for line in (*self._statics, *lines))
        good_until = float("inf") if complete else time.monotonic() + INCOMPLETE_SECONDS
        return _List(text, ref(_owner(metadata, keys)), clients, keys, good_until)

    def _members(self, key: PublicKey, hosts: _Hosts) -> list[str]:
        host = key.specificity.hostname
        if host is None:
            return hosts.in_group(key.specificity.group)
        if host in hosts:
            return [host]
        if host not in self.unknown:
            self.unknown.add(host)
            logger.warning("%s is for %s, which is no known client; skipping", key.name, host)
        return []

    def _names(self, known: dict[str, list[str]]) -> tuple[dict[str, str], bool]:
        """Return all names of each host, joined, and whether the name service said all it has."""
        every = dict.fromkeys(chain.from_iterable(known.values()))
        resolved, all_found = self._name_service.addresses.ask(
            one for one in every if not _is_address(one)
        )
        addresses = {
            host: {*names, *chain.from_iterable(resolved.get(name, ()) for name in names)}
            for host, names in known.items()
        }
        numbers = (one for names in addresses.values() for one in names if _is_address(one))
        reverse, all_reversed = self._name_service.names.ask(numbers)
        joined = {
            host: ",".join(sorted(names.union(*(reverse.get(name, ()) for name in names))))
            for host, names in addresses.items()
        }
        return joined, all_found and all_reversed


class _Hosts:
    """The clients, as a list of them is being made."""

    def __init__(self, metadata: ClientMetadata, clients: list[str]) -> None:
        self._metadata = metadata
        self._clients = dict.fromkeys(clients)
        self._groups: dict[str, set[str]] | None = None

    def __contains__(self, host: str) -> bool:
        return host in self._clients

    def known(self, host: str) -> list[str]:
        """Return the names and addresses that clients.xml has for a host."""
        # connectors add neither, and asking them all would cost more than all the rest
        found = self._metadata.snapshot.metadata.get_initial_metadata(host, register=False)
        names = (host, *sorted(found.aliases))
        short = (name.partition(".")[0] for name in names if not _is_address(name))
        return list(dict.fromkeys((*names, *short, *sorted(found.addresses))))

    def in_group(self, group: str | None) -> list[str]:
        """Return the hosts in a group, or all, in the order of clients.xml."""
        if group is None:
            return list(self._clients)
        if self._groups is None:
            by_name = self._metadata.query.by_name
            self._groups = {host: by_name(host).groups for host in self._clients}
        return [host for host, groups in self._groups.items() if group in groups]


def _owner(metadata: ClientMetadata, keys: PublicKeys) -> object:
    """Return what a list depends on: who is in a group is for all plugins together to say."""
    return metadata.snapshot if keys.are_for_groups else metadata.snapshot.metadata


def _is_current(known: _List, metadata: ClientMetadata, keys: PublicKeys) -> bool:
    return (
        known.keys is keys
        and known.owner() is _owner(metadata, keys)
        and known.good_until > time.monotonic()
        and known.clients == metadata.snapshot.metadata.client_names()
    )


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdecimal()
