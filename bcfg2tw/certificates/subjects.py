"""
The subjects of certificates, those as well that `cryptography` refuses to read.

Such are names that OpenSSL of old wrote, with umlauts in Latin-1 in a TeletexString.
"""

from __future__ import annotations

from cryptography import x509
from OpenSSL import crypto

#: Of DER: the tag of a sequence, and the first octet of a length that has octets of its own.
_SEQUENCE, _LONG = 0x30, 0x80


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


def is_list_of(revocations: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    """Say whether a list of revoked certificates names an authority as its issuer."""
    try:
        return revocations.issuer == authority.subject
    except ValueError:  # one of them is refused; as bytes they can be compared
        *_, issuer = _sequences(revocations.tbs_certlist_bytes, 2)
        *_, subject = _sequences(authority.tbs_certificate_bytes, 4)
        return issuer == subject


def list_issuer_text(revocations: x509.CertificateRevocationList) -> str:
    """Return the name of the issuer of a list in one line, or a clause that it cannot be read."""
    try:
        return revocations.issuer.rfc4514_string()
    except ValueError:
        return "an authority whose name cannot be read"


def _sequences(data: bytes, count: int) -> list[bytes]:
    """
    Return the first sequences within a sequence of DER, each whole.

    Algorithm and issuer are the first two of what is signed of a list (RFC 5280, 5.1), and
    algorithm, issuer, validity and subject the first four of a certificate (4.1).
    """
    position, _ = _end_of_head(data, 0)
    sequences: list[bytes] = []
    while len(sequences) < count:
        content, length = _end_of_head(data, position)
        end = content + length
        if data[position] == _SEQUENCE:
            sequences.append(data[position:end])
        position = end
    return sequences


def _end_of_head(data: bytes, position: int) -> tuple[int, int]:
    """Return where the content of an element of DER begins, and its length."""
    length, content = data[position + 1], position + 2
    if length < _LONG:
        return content, length
    end = content + length - _LONG
    return end, int.from_bytes(data[content:end], "big")
