"""
The header of the PROXY protocol, versions 1 and 2, as HAProxy's `proxy-protocol.txt` describes it.

Twisted reads such headers as well, in modules that are its own, without the fields behind the
addresses, and hands on addresses as they are written; clients are known by theirs.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

from bcfg2tw.errors import Bcfg2Error

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
V1_START = b"PROXY "

#: The longest header of version 1, and what is taken of version 2: a certificate has its place.
V1_BYTES, V2_BYTES = 107, 16_384

_HEAD = struct.Struct("!12sBBH")
_V2_LOCAL, _V2_PROXY = 0x20, 0x21

#: By family and protocol, what is before the fields: two addresses, two ports.
_ADDRESSES = {0x11: struct.Struct("!4s4sHH"), 0x21: struct.Struct("!16s16sHH")}

_V1_FAMILIES: dict[bytes, type[IPv4Address | IPv6Address]] = {
    b"TCP4": IPv4Address,
    b"TCP6": IPv6Address,
}


class BadHeader(Bcfg2Error):
    """No header comes first from a balancer, or it names no client; the text says which."""


@dataclass(frozen=True)
class ProxyHeader:
    """
    What a balancer says of a connection.

    :ivar ip: of the client, in its usual form; None where the balancer speaks for itself
    :ivar fields: by type, what else it says; the last of several
    """

    ip: str | None = None
    port: int = 0
    fields: dict[int, bytes] = field(default_factory=dict)


def header_end(data: bytes) -> int | None:
    """
    Return where a header ends, None as long as it is not whole.

    :raises BadHeader: if it is none, or too long
    """
    if SIGNATURE.startswith(data[: len(SIGNATURE)]):
        return _v2_end(data)
    if not V1_START.startswith(data[: len(V1_START)]):
        raise BadHeader("it begins without a header of the PROXY protocol")
    end = data.find(b"\r\n", 0, V1_BYTES)
    if end < 0 and len(data) >= V1_BYTES:
        raise BadHeader("its header does not end")
    return None if end < 0 else end + 2


def _v2_end(data: bytes) -> int | None:
    if len(data) < _HEAD.size:
        return None
    end = _HEAD.size + int.from_bytes(data[14:16], "big")
    if end > V2_BYTES:
        raise BadHeader(f"its header has {end} bytes, more than {V2_BYTES}")
    return end if len(data) >= end else None


def read_header(header: bytes) -> ProxyHeader:
    """
    Read a whole header.

    :raises BadHeader: if it cannot be understood, or names no client with an IP address
    """
    return _read_v2(header) if header.startswith(SIGNATURE) else _read_v1(header)


def _read_v1(header: bytes) -> ProxyHeader:
    words = header.removesuffix(b"\r\n").split(b" ")
    if words[:2] == [b"PROXY", b"UNKNOWN"]:
        raise BadHeader("its header names no client with an IP address")
    family = _V1_FAMILIES.get(words[1]) if len(words) == 6 else None
    try:
        if family is None or not words[4].isdigit() or int(words[4]) > 0xFFFF:
            raise ValueError
        return ProxyHeader(_canonical(family(words[2].decode("ascii"))), int(words[4]))
    except ValueError as error:
        raise BadHeader("its header of version 1 is malformed") from error


def _read_v2(header: bytes) -> ProxyHeader:
    _, command, family, _ = _HEAD.unpack_from(header)
    if command == _V2_LOCAL:
        return ProxyHeader()
    if command != _V2_PROXY:
        raise BadHeader(f"its header is of another version (0x{command:02x})")
    addresses = _ADDRESSES.get(family)
    if addresses is None:
        raise BadHeader("its header names no client with an IP address")
    if len(header) < _HEAD.size + addresses.size:
        raise BadHeader("its header of version 2 is malformed")
    source, _, port, _ = addresses.unpack_from(header, _HEAD.size)
    fields = dict(read_fields(header[_HEAD.size + addresses.size :]))
    return ProxyHeader(_canonical(ip_address(source)), port, fields)


def read_fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """
    Yield the fields of a header, or of a field that has some itself: type and value.

    :raises BadHeader: if they do not fill the data
    """
    while data:
        end = 3 + int.from_bytes(data[1:3], "big")
        if len(data) < max(end, 3):
            raise BadHeader("the fields of its header are malformed")
        yield data[0], data[3:end]
        data = data[end:]


def _canonical(ip: IPv4Address | IPv6Address) -> str:
    """Return an address as sockets give it: that of IPv4 also where it comes as one of IPv6."""
    return str(getattr(ip, "ipv4_mapped", None) or ip)
