"""A small certificate authority for a new site: one CA, one certificate for the server."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["Issued", "issue_authority", "issue_certificate", "issue_self_signed", "new_key"]

_LIFETIME = timedelta(days=3650)


@dataclass(frozen=True)
class Issued:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def certificate_pem(self) -> bytes:
        """Return the certificate in PEM form."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        """Return the private key in PEM form, without a passphrase."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )


def issue_authority(common_name: str) -> Issued:
    """Make a certificate authority that signs certificates for ten years."""
    key = new_key()
    name = _name(common_name)
    builder = _builder(name, name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return Issued(builder.add_extension(_ca_usage(), critical=True).sign(key, hashes.SHA256()), key)


def issue_certificate(
    authority: Issued, common_name: str, names: Sequence[str], lifetime: timedelta = _LIFETIME
) -> Issued:
    """
    Make a certificate that serves and authenticates, signed by an authority.

    It is good for both ends because a bcfg2.conf that server and client share makes the
    client present the server's certificate (:ref:`options-11`). Old clients look at the common
    name alone, new ones at the alternative names alone, so both are filled (:ref:`wire-1.2`).

    :param names: host names and addresses that go into the subject's alternative names
    :param lifetime: it counts from an hour ago
    """
    key = new_key()
    both_ends = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        _builder(_name(common_name), authority.certificate.subject, key, lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both_ends), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    return Issued(builder.sign(authority.key, hashes.SHA256()), key)


def issue_self_signed(
    key: rsa.RSAPrivateKey, common_name: str, place: Sequence[str], lifetime: timedelta
) -> x509.Certificate:
    """
    Make a certificate that vouches for itself, for a server without an authority.

    :param place: country (two letters), state and locality
    """
    names = (NameOID.COUNTRY_NAME, NameOID.STATE_OR_PROVINCE_NAME, NameOID.LOCALITY_NAME)
    pairs = [(name, text) for name, text in zip(names, place, strict=True) if text]
    subject = x509.Name(
        [x509.NameAttribute(*pair) for pair in (*pairs, (NameOID.COMMON_NAME, common_name))]
    )
    builder = _builder(subject, subject, key, lifetime).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    alternative = x509.SubjectAlternativeName([_general_name(common_name)])
    return builder.add_extension(alternative, critical=False).sign(key, hashes.SHA256())


def new_key() -> rsa.RSAPrivateKey:
    """Return a new private key."""
    # RSA, because the TLS libraries of the oldest clients know nothing else
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, lifetime: timedelta = _LIFETIME
) -> x509.CertificateBuilder:
    # an hour back: the clocks of a fleet do not agree
    start = datetime.now(timezone.utc) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _ca_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
