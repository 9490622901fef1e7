"""
Id and creation time of public keys of OpenPGP (RFC 4880, RFC 9580).

No more than that: checking signatures is a library's business, see `signatures.py`. No library
that is kept up tells the time at which a key was made.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from bcfg2tw.errors import Bcfg2Error

ARMOR = re.compile(
    rb"-----BEGIN PGP PUBLIC KEY BLOCK-----[^\n]*\n(?:[^\n]*:[^\n]*\n)*\s*\n(.*?)"
    rb"(?:\n=[^\n]*)?\n-----END PGP PUBLIC KEY BLOCK-----",
    re.DOTALL,
)
PUBLIC_KEY = 6


class BadKey(Bcfg2Error):
    """A file holds no public key that can be read."""


@dataclass(frozen=True)
class OpenPGPKey:
    """
    The first key of a file.

    :ivar version: the last eight hexadecimal digits of its id, as rpm shows it
    :ivar release: seconds since 1970 at which it was made, in hexadecimal digits
    """

    version: str
    release: str

    @classmethod
    def read(cls, data: bytes) -> OpenPGPKey:
        """
        Read a key, with or without ASCII armor.

        :raises BadKey: if there is none, or its version is none of 3, 4 and 6
        """
        try:
            packet = _first_packet(_binary(data))
            return cls(_id(packet)[-8:], packet[1:5].hex())
        except IndexError as error:
            raise BadKey("the key is cut off") from error


def _binary(data: bytes) -> bytes:
    armored = ARMOR.search(data.replace(b"\r\n", b"\n"))
    if armored is None:
        return data
    try:
        return base64.b64decode(b"".join(armored[1].split()), validate=True)
    except binascii.Error as error:
        raise BadKey("its armor is no base64 text") from error


def _first_packet(data: bytes) -> bytes:
    """Return the content of the first packet, which has to be a public key."""
    if not data or not data[0] & 0x80:
        raise BadKey("it is no OpenPGP key")
    is_new = bool(data[0] & 0x40)
    tag = data[0] & 0x3F if is_new else (data[0] & 0x3C) >> 2
    if tag != PUBLIC_KEY:
        raise BadKey(f"it begins with a packet of the kind {tag}, not with a public key")
    start, length = _new_length(data) if is_new else _old_length(data)
    packet = data[start : start + length]
    if len(packet) != length or length < 6:
        raise BadKey("the key is cut off")
    return packet


def _old_length(data: bytes) -> tuple[int, int]:
    size = 1 << (data[0] & 0x03)
    if size == 8:
        return 1, len(data) - 1
    return 1 + size, int.from_bytes(data[1 : 1 + size], "big")


def _new_length(data: bytes) -> tuple[int, int]:
    first = data[1]
    if first < 192:
        return 2, first
    if first < 224:
        return 3, ((first - 192) << 8) + data[2] + 192
    if first == 255:
        return 6, int.from_bytes(data[2:6], "big")
    raise BadKey("the key comes in parts, which no key may")


def _id(packet: bytes) -> str:
    version, size = packet[0], len(packet)
    if version == 4:
        digest = hashlib.sha1(b"\x99" + size.to_bytes(2, "big") + packet, usedforsecurity=False)
        return digest.hexdigest()
    if version == 6:
        return hashlib.sha256(b"\x9b" + size.to_bytes(4, "big") + packet).hexdigest()[:16]
    if version == 3:
        bits = int.from_bytes(packet[8:10], "big")
        return packet[10 : 10 + (bits + 7) // 8].hex()
    raise BadKey(f"keys of version {version} are not known here; 3, 4 and 6 are")
