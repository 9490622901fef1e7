"""The list of all hosts' public keys, put together once for all clients."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from weakref import ReferenceType, ref

from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.sshbase.host_names import HostNames
from bcfg2tw.engine.time_limit import sparing

logger = logging.getLogger("SSHbase")

LOCAL_NAMES = "localhost,localhost.localdomain,127.0.0.1"


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
        """The key that sorts the list: type, then host or group, then the file."""
        whose = self.specificity.hostname or self.specificity.group or ""
        return self.base, whose, self.name


class PublicKeys:
    """All public keys; never changes once made."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        self.by_name = {key.name: key for key in keys}
        self.are_for_groups = any(key.specificity.group for key in self.by_name.values())

    def __iter__(self) -> Iterator[PublicKey]:
        return iter(sorted(self.by_name.values(), key=lambda key: key.order))

    def with_key(self, key: PublicKey) -> PublicKeys:
        """Return these keys and another one."""
        return PublicKeys((*self.by_name.values(), key))


@dataclass(frozen=True)
class _List:
    """
    A list, and the clients and keys that it was made from.

    :ivar owner: whoever knows the hosts: while it is the same, so is what it says
    """

    text: str
    owner: ReferenceType[object]
    clients: list[str]
    keys: PublicKeys
    good_until: float

    def is_current(self, metadata: ClientMetadata, keys: PublicKeys) -> bool:
        """Say whether a list that is made now would be the same."""
        return (
            self.keys is keys
            and self.owner() is _owner(metadata, keys)
            and self.good_until > time.monotonic()
            and self.clients == metadata.snapshot.metadata.client_names()
        )


class KnownHosts:
    """
    The list for one state of the folder.

    It is made again when keys or clients come or go, or clients change; beyond that a client costs
    nothing but its own lines.

    :param statics: lines that are put before the others
    :param unknown_hosts: hosts that were named in the log already; others are added
    """

    def __init__(
        self, statics: Iterable[str], host_names: HostNames, unknown_hosts: set[str]
    ) -> None:
        self._statics = tuple(statics)  # an empty one is an empty line, as in the reference
        self._host_names = host_names
        self._unknown_hosts = unknown_hosts
        self._lock = threading.Lock()
        self._list: _List | None = None

    def text(self, metadata: ClientMetadata, keys: PublicKeys, own_keys: Iterable[str]) -> str:
        """
        Return the list for a client.

        :param keys: all there are
        :param own_keys: the client's public keys
        """
        lines = [f"{LOCAL_NAMES} {key}\n" for key in own_keys if key]
        return self._common(metadata, keys) + "".join(lines)

    def _common(self, metadata: ClientMetadata, keys: PublicKeys) -> str:
        with sparing(self._lock):
            current = self._list
            if current is None or not current.is_current(metadata, keys):
                current = self._list = self._make_list(metadata, keys)
            return current.text

    def _make_list(self, metadata: ClientMetadata, keys: PublicKeys) -> _List:
        clients = metadata.snapshot.metadata.client_names()
        hosts = dict.fromkeys(clients)
        hosts_by_key = [(key, self._members(key, hosts, metadata)) for key in keys if key.text]
        listed_hosts = dict.fromkeys(chain.from_iterable(members for _, members in hosts_by_key))
        names = self._host_names.of(listed_hosts, metadata)
        listed_names = (
            (",".join(filter(None, (names[host].text for host in members))), key)
            for key, members in hosts_by_key
        )
        lines = (f"{text} {key.text}" for text, key in listed_names if text)
        text = "".join(f"{line}\n" for line in (*self._statics, *lines))
        ends = (host_names.good_until for host_names in names.values())
        good_until = min(ends, default=float("inf"))
        return _List(text, ref(_owner(metadata, keys)), clients, keys, good_until)

    def _members(
        self, key: PublicKey, hosts: dict[str, None], metadata: ClientMetadata
    ) -> list[str]:
        """Return the hosts that have a key, in the order of clients.xml."""
        host, group = key.specificity.hostname, key.specificity.group
        if group is not None:
            groups = self._host_names.groups(hosts, metadata)
            return [client for client in hosts if group in groups[client]]
        if host is None:
            return list(hosts)
        if host in hosts:
            return [host]
        if host not in self._unknown_hosts:
            self._unknown_hosts.add(host)
            logger.warning("%s is for %s, which is no known client; skipping", key.name, host)
        return []


def _owner(metadata: ClientMetadata, keys: PublicKeys) -> object:
    """Return the object that a list depends on: groups are for all plugins together to say."""
    return metadata.snapshot if keys.are_for_groups else metadata.snapshot.metadata
