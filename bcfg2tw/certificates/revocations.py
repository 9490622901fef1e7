"""The certificates that authorities have revoked, by the lists that bcfg2.conf names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cryptography import x509

_PEM_LIST = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


@dataclass(frozen=True)
class Revocations:
    """
    The revocations of some lists; none by default.

    A list whose time is over counts all the same: that a new one is late makes no certificate good
    again, and locking everybody out would make one forgotten job an outage.

    :ivar lists: as they were read
    :ivar serials: numbers of the revoked certificates, by the name of their issuer
    """

    lists: tuple[x509.CertificateRevocationList, ...] = ()
    serials: dict[x509.Name, frozenset[int]] = field(default_factory=dict)

    def has(self, certificate: x509.Certificate) -> bool:
        """
        Say whether a certificate was revoked by its issuer.

        :raises ValueError: if there are lists and its issuer's name cannot be read
        """
        if not self.serials:
            return False
        return certificate.serial_number in self.serials.get(certificate.issuer, ())


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
    serials: dict[x509.Name, frozenset[int]] = {}
    for revocations in lists:
        _check_issuer(revocations, authorities)
        before = serials.get(revocations.issuer, frozenset())
        serials[revocations.issuer] = before | {entry.serial_number for entry in revocations}
    return Revocations(lists, serials)


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


def _check_issuer(
    revocations: x509.CertificateRevocationList, authorities: Sequence[x509.Certificate]
) -> None:
    issuers = [entry for entry in authorities if entry.subject == revocations.issuer]
    if not any(revocations.is_signature_valid(entry.public_key()) for entry in issuers):  # type: ignore[arg-type]  # what signs certificates signs lists
        raise ValueError(
            f"the list of {revocations.issuer.rfc4514_string()} is signed by none of the "
            "authorities in [communication] ca: name the list of one of these, or add its "
            "certificate to them"
        )
