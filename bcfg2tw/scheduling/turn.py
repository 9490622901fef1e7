"""The value that says how a call waits for a thread."""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable
from dataclasses import dataclass, field

#: A host can take any address of its network of this size, so that these are one address.
PREFIX_BITS = 64


@dataclass(frozen=True)
class Turn:
    """
    For whom a call is made, and so how it waits for a thread.

    :ivar address: addresses take turns, however many calls each of them has waiting
    :ivar caller: one caller of that address; callers of an address take turns as well
    :ivar is_quick: for a call that costs next to nothing: it waits behind no other kind of call
    :ivar same: calls of one caller with equal values are made once while one of them waits or
        runs, and share its result; None for a call that is to be made in any case
    :ivar name: of the method, for messages; empty where it cannot be told
    """

    address: str
    caller: Hashable = None
    is_quick: bool = False
    same: Hashable = None
    name: str = field(default="", compare=False)


def network_of(ip: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:  # of a family that has no IP addresses
        return ip
    if address.version == 4:
        return ip
    return str(ipaddress.ip_network((address, PREFIX_BITS), strict=False))
