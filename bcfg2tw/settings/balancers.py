"""The balancers whose word on a client's address counts: `[server] proxy_from`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

#: Stands for whoever may connect to a UNIX socket that is listened on.
UNIX = "unix"


@dataclass(frozen=True)
class Balancers:
    """
    Balancers, by their own addresses.

    :ivar networks: one address, or all of a network
    :ivar unix: whether those count that come by a UNIX socket
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unix: bool = False

    def __bool__(self) -> bool:
        return bool(self.networks or self.unix)

    def __or__(self, other: Balancers) -> Balancers:
        return Balancers((*self.networks, *other.networks), self.unix or other.unix)

    def has(self, address: Any) -> bool:
        """Say whether the peer of a connection is one of them; the address is Twisted's."""
        host = getattr(address, "host", None)
        if host is None:
            return self.unix
        ip = ip_address(str(host).partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip  # of a socket for both families
        return any(ip in network for network in self.networks)


def balancers(value: str) -> Balancers:
    """Read addresses and networks, separated by blanks or commas, and the word unix."""
    words = value.replace(",", " ").split()
    networks = tuple(_network(word) for word in words if word.lower() != UNIX)
    return Balancers(networks, len(networks) < len(words))


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(word)
    except ValueError:
        raise ValueError(
            f"{word!r} is no balancer: write its address, a network such as 192.0.2.0/28, or unix "
            "for the UNIX sockets of [bcfg2tw] endpoints"
        ) from None
    if not network.prefixlen:
        raise ValueError(f"{word!r} lets anybody claim any address: name the balancers alone")
    return network
