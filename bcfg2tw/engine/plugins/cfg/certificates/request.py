"""Requests for certificates, and whether a certificate belongs to a key (:ref:`cfg-10.3`)."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509 import (
    Certificate,
    CertificateSigningRequestBuilder,
    DNSName,
    Name,
    NameAttribute,
    ObjectIdentifier,
    SubjectAlternativeName,
)
from cryptography.x509.oid import NameOID

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.xmlio import Element, attributes
from bcfg2tw.errors import PluginExecutionError

#: Attributes of `Cert`, in any case, to the parts of the subject; CN comes behind them.
SUBJECT_PARTS = {
    "c": NameOID.COUNTRY_NAME,
    "st": NameOID.STATE_OR_PROVINCE_NAME,
    "l": NameOID.LOCALITY_NAME,
    "o": NameOID.ORGANIZATION_NAME,
    "ou": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "emailaddress": NameOID.EMAIL_ADDRESS,
}

SIGNING_KEYS = (RSAPrivateKey, DSAPrivateKey, EllipticCurvePrivateKey, Ed25519PrivateKey)


def private_key(data: bytes) -> CertificateIssuerPrivateKeyTypes:
    """
    Return the private key that a file holds.

    :raises PluginExecutionError: if it holds none that can be used; nothing of it is told
    """
    try:
        key = load_pem_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise PluginExecutionError(
            "the key cannot be used: it is no private key in PEM without a passphrase"
        ) from error
    if not isinstance(key, SIGNING_KEYS):
        raise PluginExecutionError(f"the key cannot be used: {type(key).__name__} cannot sign")
    return key


def request_for(
    key: CertificateIssuerPrivateKeyTypes,
    cert_element: Element,
    names: list[str],
    metadata: ClientMetadata,
) -> bytes:
    """
    Return a signed request for a certificate.

    :param cert_element: the `Cert` element, which has parts of the subject
    :param names: for subjectAltName
    :raises PluginExecutionError: if something in it cannot stand in a certificate
    """
    try:
        alternatives = SubjectAlternativeName([DNSName(name) for name in names])
        builder = CertificateSigningRequestBuilder().subject_name(_subject(cert_element, metadata))
        builder = builder.add_extension(alternatives, critical=False)
        digest = None if isinstance(key, Ed25519PrivateKey) else SHA256()
        return builder.sign(key, digest).public_bytes(Encoding.PEM)
    except ValueError as error:
        raise PluginExecutionError(f"Failed to generate CSR: {error}") from error


def _subject(cert_element: Element, metadata: ClientMetadata) -> Name:
    values = {name.lower(): value for name, value in attributes(cert_element).items() if value}
    parts: list[tuple[ObjectIdentifier, str]] = [
        (part, values[name]) for name, part in SUBJECT_PARTS.items() if name in values
    ]
    parts.append((NameOID.COMMON_NAME, metadata.hostname))
    return Name([NameAttribute(part, value) for part, value in parts])


def has_key(certificate: Certificate, key: CertificateIssuerPrivateKeyTypes) -> bool:
    """Say whether a certificate is for a private key."""
    return _public(key.public_key()) == _public(certificate.public_key())


def _public(key: object) -> bytes:
    public_bytes = getattr(key, "public_bytes")  # noqa: B009  # the union has no common class
    data: bytes = public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data
