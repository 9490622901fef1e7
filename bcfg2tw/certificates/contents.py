"""The kind of a file that should hold a certificate or key, and what to do about another kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

#: `openssl` with what makes PEM of DER and of PKCS#12, by option.
_FROM_DER = {
    "certificate": "x509 -inform DER", "ca": "x509 -inform DER", "key": "pkey -inform DER"
}  # fmt: skip
_FROM_PKCS12 = {
    "certificate": "pkcs12 -nokeys",
    "ca": "pkcs12 -nokeys -cacerts",
    "key": "pkcs12 -nocerts -nodes",
}


@dataclass(frozen=True)
class Kind:
    """
    A kind of content.

    :ivar name: what it is, in words
    :ivar is_certificate: whether certificates are in it
    :ivar is_key: whether a private key is in it
    """

    name: str
    is_certificate: bool = False
    is_key: bool = False


CERTIFICATE = Kind("a certificate", is_certificate=True)
KEY = Kind("a private key", is_key=True)
ENCRYPTED_KEY = Kind("an encrypted private key", is_key=True)

#: What the label of a block of PEM says, the first that fits.
_BLOCKS = (
    (rb"CERTIFICATE REQUEST", Kind("a request for a certificate")),
    (rb"CERTIFICATE", CERTIFICATE),
    (rb"X509 CRL", Kind("a list of revoked certificates")),
    (rb"ENCRYPTED PRIVATE KEY", ENCRYPTED_KEY),
    (rb"OPENSSH PRIVATE KEY", Kind("a key of SSH")),
    (rb"PRIVATE KEY", KEY),
    (rb"PUBLIC KEY", Kind("a public key")),
    (rb"DH PARAMETERS", Kind("parameters")),
)

_DER_READERS: tuple[tuple[Callable[[bytes], object], Kind], ...] = (
    (x509.load_der_x509_certificate, CERTIFICATE),
    (lambda data: serialization.load_der_private_key(data, None), KEY),
    (x509.load_der_x509_csr, Kind("a request for a certificate")),
    (x509.load_der_x509_crl, Kind("a list of revoked certificates")),
)


def misfit(option: str, path: str, data: bytes) -> str:
    """
    Return why a file is none for an option, and the remedy; empty where its kind is right.

    :param option: `certificate`, `key` or `ca`
    """
    if not data.strip():
        return f"{path} is empty: name a PEM file with {_wanted(option)}"
    if data.startswith(_MARKS):
        return f"{path} begins with a byte-order mark: save it as plain ASCII"
    blocks = list(_blocks(data))
    if blocks:
        return _misfit_of_blocks(option, path, blocks)
    if _is_pkcs12(data):
        command = f"openssl {_FROM_PKCS12[option]} -in {path} -out FILE"
        return f"{path} is PKCS#12, and PEM is wanted: {command}"
    kind = _kind_of_der(data)
    if kind is None:
        return ""
    if _fits(option, kind):
        command = f"openssl {_FROM_DER[option]} -in {path} -out FILE"
        return f"{path} is DER, and PEM is wanted: {command}"
    return f"{path} holds {kind.name} (in DER): name a PEM file with {_wanted(option)}"


def _wanted(option: str) -> str:
    return {"certificate": "the server's certificate", "key": "the server's private key"}.get(
        option, "the certificates of authorities"
    )


def _fits(option: str, kind: Kind) -> bool:
    return kind.is_key if option == "key" else kind.is_certificate


def _misfit_of_blocks(option: str, path: str, blocks: list[Kind]) -> str:
    if any(_fits(option, kind) for kind in blocks):
        return ""
    if option in ("certificate", "key") and (blocks[0].is_key or blocks[0].is_certificate):
        other = "key" if option == "certificate" else "certificate"
        return (
            f"{path} holds {blocks[0].name}: are certificate and key swapped? Name a PEM file "
            f"with {_wanted(option)}, and the {other} under [communication] {other}"
        )
    return f"{path} holds {blocks[0].name}: name a PEM file with {_wanted(option)}"


def _blocks(data: bytes) -> Iterator[Kind]:
    for label in _LABEL.findall(data):
        yield next((kind for word, kind in _BLOCKS if word in label), Kind("other data"))


def _is_pkcs12(data: bytes) -> bool:
    """Say whether this is a sequence that begins with the version of PKCS#12, which is 3."""
    return data[:1] == b"\x30" and b"\x02\x01\x03" in data[2:9]


def _kind_of_der(data: bytes) -> Kind | None:
    for read, kind in _DER_READERS:
        try:
            read(data)
        except TypeError:  # it wants a passphrase
            return ENCRYPTED_KEY
        except (ValueError, UnsupportedAlgorithm):
            continue
        return kind
    return None
