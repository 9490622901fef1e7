"""The names and addresses by which hosts are known, and the groups that they are in."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from weakref import ReferenceType, ref

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.interfaces import Metadata
from bcfg2tw.engine.plugins.sshbase.dns import NameService, addresses_of, name_of
from bcfg2tw.engine.time_limit import sparing

#: Characters that make a name a pattern, a list, a mark or several words in `ssh_known_hosts`.
NOT_A_HOST = re.compile(r"[*?!|@,#\s\x00-\x1f\x7f]|^$")

logger = logging.getLogger("SSHbase")

#: How long names serve before the name service is asked for what is new.
COMPLETE_SECONDS = 600.0

#: The same for names that lack answers.
INCOMPLETE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Names:
    """
    All names and addresses of one host.

    :ivar text: sorted, joined by commas
    :ivar good_until: as `time.monotonic` counts
    """

    text: str
    good_until: float


class HostNames:
    """
    Remembers names and groups of each host, while the plugins that know them stay the same.

    It is kept while the server runs, so that a new key costs one host and not the whole fleet.
    """

    def __init__(self) -> None:
        self._addresses = NameService(addresses_of)
        self._reverse = NameService(name_of)
        self._lock = threading.Lock()
        self._names: dict[str, Names] = {}
        self._names_from: ReferenceType[object] | None = None
        self._groups: dict[str, set[str]] = {}
        self._groups_from: ReferenceType[object] | None = None
        self._left_out: set[str] = set()

    def close(self) -> None:
        """Ask the name service nothing more."""
        self._addresses.close()
        self._reverse.close()

    def of(self, hosts: Iterable[str], metadata: ClientMetadata) -> dict[str, Names]:
        """Return the names of hosts; the ones that are not known yet are found out together."""
        hosts = tuple(hosts)
        clients = metadata.snapshot.metadata
        with sparing(self._lock):
            if self._names_from is None or self._names_from() is not clients:
                self._names, self._names_from = {}, ref(clients)
            names, now = self._names, time.monotonic()
            stale_hosts = [
                host
                for host in hosts
                if (last := names.get(host)) is None or last.good_until <= now
            ]
            names.update(self._look_up(stale_hosts, metadata))
            return {host: names[host] for host in hosts}

    def groups(self, hosts: Iterable[str], metadata: ClientMetadata) -> dict[str, set[str]]:
        """Return the groups of hosts, which all plugins together decide."""
        snapshot = metadata.snapshot
        with sparing(self._lock):
            if self._groups_from is None or self._groups_from() is not snapshot:
                self._groups, self._groups_from = {}, ref(snapshot)
            groups = self._groups
            for host in hosts:
                if host not in groups:
                    groups[host] = metadata.query.by_name(host).groups
            return {host: groups[host] for host in hosts}

    def _look_up(self, hosts: list[str], metadata: ClientMetadata) -> dict[str, Names]:
        names_by_host = {host: _names_in_clients_xml(host, metadata) for host in hosts}
        all_names = dict.fromkeys(chain.from_iterable(names_by_host.values()))
        addresses, all_found = self._addresses.ask(
            name for name in all_names if not _is_address(name)
        )
        names_and_addresses = {
            host: {*names, *chain.from_iterable(addresses.get(name, ()) for name in names)}
            for host, names in names_by_host.items()
        }
        numbers = (
            name for names in names_and_addresses.values() for name in names if _is_address(name)
        )
        reverse_names, all_reversed = self._reverse.ask(numbers)
        seconds = COMPLETE_SECONDS if all_found and all_reversed else INCOMPLETE_SECONDS
        good_until = time.monotonic() + seconds
        return {
            host: Names(self._join(host, names, reverse_names), good_until)
            for host, names in names_and_addresses.items()
        }

    def _join(self, host: str, names: set[str], reverse_names: dict[str, tuple[str, ...]]) -> str:
        """Return all names of a host but those that stand for others; each of these is told."""
        everything = names.union(*(reverse_names.get(name, ()) for name in names))
        patterns = {name for name in everything if NOT_A_HOST.search(name)}
        for name in sorted(patterns - self._left_out):
            self._left_out.add(name)
            logger.warning(
                "%r, a name of client %s, is left out of ssh_known_hosts: SSH would take it for a "
                "pattern",
                name, host,
            )  # fmt: skip
        return ",".join(sorted(everything - patterns))


def _names_in_clients_xml(host: str, metadata: ClientMetadata) -> list[str]:
    """Return the names, their first labels, and the addresses that clients.xml has for a host."""
    # connectors add none of these, and asking them all would cost more than all the rest
    client = _metadata_plugin(metadata).get_initial_metadata(host, register=False)
    names = (host, *sorted(client.aliases))
    short = (name.partition(".")[0] for name in names if not _is_address(name))
    return list(dict.fromkeys((*names, *short, *sorted(client.addresses))))


def _metadata_plugin(metadata: ClientMetadata) -> Metadata:
    directory = metadata.snapshot.metadata
    assert isinstance(directory, Metadata)
    return directory


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdecimal()
