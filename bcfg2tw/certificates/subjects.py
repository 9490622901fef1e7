"""
The subjects of certificates, those as well that `cryptography` refuses to read.

Such are names that OpenSSL of old wrote, with umlauts in Latin-1 in a TeletexString.
"""

from __future__ import annotations

from cryptography import x509
from OpenSSL import crypto


def subject_text(certificate: x509.Certificate) -> str:
    """Return a subject in one line, or where that cannot be, its common name or its number."""
    try:
        return certificate.subject.rfc4514_string()
    except ValueError:
        name = lone_common_name(certificate)
        return f"number {certificate.serial_number}" if name is None else f"CN={name}"


def lone_common_name(certificate: x509.Certificate) -> str | None:
    """Return the common name as OpenSSL reads it; None where there is none, or are several."""
    try:
        subject = crypto.X509.from_cryptography(certificate).get_subject()
    except crypto.Error:  # a balancer may hand on what OpenSSL would not
        return None
    names = [value for attribute, value in subject.get_components() if attribute == b"CN"]
    return str(subject.commonName) if len(names) == 1 else None


def names_issuer(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether a certificate names another one as its issuer, as OpenSSL compares names."""
    name: object = crypto.X509.from_cryptography(certificate).get_issuer()
    return name == crypto.X509.from_cryptography(issuer).get_subject()
