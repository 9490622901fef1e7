"""The certificates that authorities have revoked, by the lists that bcfg2.conf names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from OpenSSL import crypto

from bcfg2tw.certificates.subjects import is_list_of, list_issuer_text, names_issuer

_PEM_LIST = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


@dataclass(frozen=True)
class Revocations:
    """
    The revocations of some lists; none by default.

    A list whose time is over counts all the same: that a new one is late makes no certificate good
    again, and locking everybody out would make one forgotten job an outage.

    :ivar lists: as they were read
    :ivar serials: the authority of each list, and the numbers of what it revokes
    """

    lists: tuple[x509.CertificateRevocationList, ...] = ()
    serials: tuple[tuple[x509.Certificate, frozenset[int]], ...] = ()

    def has(self, certificate: x509.Certificate) -> bool:
        """Say whether a certificate was revoked by its issuer."""
        number = certificate.serial_number
        return any(
            number in numbers and _names_issuer(certificate, authority)
            for authority, numbers in self.serials
        )


@dataclass
class CurrentRevocations:
    """
    The place of the revocations in force, which connections are given that outlive them.

    :ivar value: replaced as a whole
    """

    value: Revocations = field(default_factory=Revocations)


def read_revocations(data: bytes, authorities: Sequence[x509.Certificate]) -> Revocations:
    """
    Read the content of a file of lists: one in DER, or any number in PEM.

    :param authorities: one of these has to have signed each list
    :raises ValueError: with a clause, if something is no list or comes from nobody known
    """
    lists = tuple(_lists(data))
    serials = tuple(
        (_authority_of(entry, authorities), frozenset(one.serial_number for one in entry))
        for entry in lists
    )
    return Revocations(lists, serials)


def _names_issuer(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Say whether a certificate names an authority; also where OpenSSL cannot tell."""
    try:
        return names_issuer(certificate, authority)
    except crypto.Error:  # the number is in the list of the authority
        return True


def _lists(data: bytes) -> Iterator[x509.CertificateRevocationList]:
    texts = _PEM_LIST.findall(data)
    try:
        if texts:
            yield from map(x509.load_pem_x509_crl, texts)
        else:
            yield x509.load_der_x509_crl(data)
    except ValueError as error:
        raise ValueError(
            "it is no list of revoked certificates in PEM or DER: make one with "
            "openssl ca -gencrl, or remove the line"
        ) from error


def _authority_of(
    revocations: x509.CertificateRevocationList, authorities: Sequence[x509.Certificate]
) -> x509.Certificate:
    """
    Return the authority that has signed a list.

    :raises ValueError: if it is none of these
    """
    for authority in authorities:
        if is_list_of(revocations, authority) and revocations.is_signature_valid(
            authority.public_key()  # type: ignore[arg-type]  # what signs certificates signs lists
        ):
            return authority
    raise ValueError(
        f"the list of {list_issuer_text(revocations)} is signed by none of the authorities in "
        "[communication] ca: name the list of one of these, or add its certificate to them"
    )
