"""The places that requests come from, and the names by which a server is reached."""

from __future__ import annotations

import ipaddress
import platform
from collections.abc import Sequence
from urllib.parse import urlsplit

from bcfg2tw.settings import Settings
from bcfg2tw.settings.types import locations
from bcfg2tw.settings.web_types import Network


def own_names(settings: Settings) -> frozenset[str]:
    """Return the names by which browsers may reach pages that ask for no password."""
    names = {"localhost", platform.node(), *settings.web_hosts}
    names.update(host for host, _ in (*locations(settings.server), *settings.web_listen))
    return frozenset(name.lower() for name in names if name)


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches an address; a name other than localhost does not."""
    if host.lower() == "localhost":
        return True
    return is_address(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Say whether an address is in one of some networks."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in network for network in networks)


def is_address(host: str) -> bool:
    """Say whether a host is given by its address."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def host_of(header: str) -> str:
    """Return the host of a header `Host`, without its port; empty if it is none."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def netloc_of(url: str) -> str:
    """Return host and port of a URL, empty if it is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
