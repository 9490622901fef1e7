"""SSH key pairs, in the forms that OpenSSH reads."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key as make_dsa
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make_ecdsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as make_rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from bcfg2tw.errors import Bcfg2Error

PrivateKey: TypeAlias = (
    "RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey | DSAPrivateKey"
)
PRIVATE_KEYS = (RSAPrivateKey, EllipticCurvePrivateKey, Ed25519PrivateKey, DSAPrivateKey)

#: ssh-keygen's defaults.
RSA_BITS = 3072
ECDSA_BITS = 256

#: The only length that SSH knows.
DSA_BITS = 1024

#: A longer key would keep a thread busy for minutes.
RSA_RANGE = range(1024, 16385)
CURVES: dict[int, type[EllipticCurve]] = {256: SECP256R1, 384: SECP384R1, 521: SECP521R1}

#: The libraries' own words may quote what they were given.
UNREADABLE = "it is no private key, or the passphrase does not fit"


class KeyFailure(Bcfg2Error):
    """A key cannot be made, or not be read."""


@dataclass(frozen=True)
class KeyPair:
    """
    A key pair as it is written to files.

    :ivar private: whole content of the private key's file
    :ivar public: type and base64 data, without a comment and a line end
    """

    private: bytes
    public: str


def make_pair(kind: str, bits: str | None = None, passphrase: str = "") -> KeyPair:
    """
    Make a key pair.

    :param kind: `rsa`, `ecdsa`, `ed25519` or, for clients that are old enough, `dsa`
    :param bits: ssh-keygen's default if not given
    :param passphrase: encrypts the private key; none if empty
    :raises KeyFailure: if there is no such type or length
    """
    key = _generate(kind.lower(), _number(bits))
    return KeyPair(_private_text(key, passphrase), public_text(key))


def _number(bits: str | None) -> int | None:
    if bits is None or not bits.strip():
        return None
    if not bits.strip().isdecimal():
        raise KeyFailure(f"the number of bits must be a whole number, not {bits!r}")
    return int(bits)


def _generate(kind: str, bits: int | None) -> PrivateKey:
    if kind == "rsa":
        return make_rsa(public_exponent=65537, key_size=rsa_bits(bits or RSA_BITS))
    if kind == "ecdsa":
        return make_ecdsa(_curve(bits or ECDSA_BITS)())
    if kind == "ed25519":
        return Ed25519PrivateKey.generate()
    if kind == "dsa":
        return make_dsa(_dsa_bits(bits or DSA_BITS))
    if kind == "rsa1":
        raise KeyFailure(
            "a key of type rsa1 is for version 1 of the SSH protocol, which OpenSSH has had no "
            "more since 7.6; use rsa, ecdsa or ed25519"
        )
    raise KeyFailure(f"the type of a key is rsa, ecdsa, ed25519 or dsa, not {kind!r}")


def _dsa_bits(bits: int) -> int:
    if bits != DSA_BITS:
        raise KeyFailure(f"a DSA key has {DSA_BITS} bits, not {bits}")
    return bits


def rsa_bits(bits: int) -> int:
    """
    Return a length that an RSA key can have.

    :raises KeyFailure: if it is out of range
    """
    if bits not in RSA_RANGE:
        raise KeyFailure(f"an RSA key has {RSA_RANGE[0]} to {RSA_RANGE[-1]} bits, not {bits}")
    return bits


def _curve(bits: int) -> type[EllipticCurve]:
    if bits not in CURVES:
        raise KeyFailure(f"an ECDSA key has 256, 384 or 521 bits, not {bits}")
    return CURVES[bits]


def _private_text(key: PrivateKey, passphrase: str) -> bytes:
    if not passphrase:
        return key.private_bytes(Encoding.PEM, _plain_format(key), NoEncryption())
    encryption = BestAvailableEncryption(passphrase.encode("utf-8"))
    if not isinstance(key, Ed25519PrivateKey):
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    # of this type older OpenSSH reads its own format only, which takes bcrypt to encrypt
    try:
        return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption)
    except UnsupportedAlgorithm as error:
        raise KeyFailure(
            "a key of type ed25519 with a passphrase needs the Python library bcrypt: install "
            "bcfg2tw[bcrypt], or use the type rsa or ecdsa"
        ) from error


def _plain_format(key: PrivateKey) -> PrivateFormat:
    """Return the format that every OpenSSH reads; before 6.5 it did not know its own of today."""
    if isinstance(key, Ed25519PrivateKey):
        return PrivateFormat.OpenSSH
    return PrivateFormat.TraditionalOpenSSL


def public_text(key: PrivateKey) -> str:
    """Return the public key: type and base64 data."""
    if isinstance(key, DSAPrivateKey):
        return _dsa_text(key)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def _dsa_text(key: DSAPrivateKey) -> str:
    """Write what cryptography will not write much longer (RFC 4253, section 6.6)."""
    public = key.public_key().public_numbers()
    group = public.parameter_numbers
    numbers = map(_number_field, (group.p, group.q, group.g, public.y))
    data = b"".join((_field(b"ssh-dss"), *numbers))
    return "ssh-dss " + base64.b64encode(data).decode("ascii")


def _number_field(number: int) -> bytes:
    # one bit more than it has: the first one is the sign
    return _field(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _field(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def public_of(private: bytes, passphrase: str = "") -> str:
    """
    Derive the public key from the content of a private key's file.

    :raises KeyFailure: if it cannot be read
    """
    secret = passphrase.encode("utf-8")
    for load in (load_ssh_private_key, load_pem_private_key):
        for password in (secret or None, None):
            try:
                key = load(private, password)
            except (ValueError, TypeError, UnsupportedAlgorithm):
                continue
            if isinstance(key, PRIVATE_KEYS):
                return public_text(key)
    raise KeyFailure(UNREADABLE)
