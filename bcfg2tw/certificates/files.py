"""The files of [communication] that hold certificates, keys and lists, and their content."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography import x509

from bcfg2tw.certificates.revocations import Revocations, read_revocations
from bcfg2tw.settings import Settings

#: Device, inode, size and time of change of a file; None where it cannot be looked at.
FileStamp = tuple[int, int, int, int] | None


@dataclass(frozen=True)
class CertificateFiles:
    """
    The content of the files at one moment; the key's is nobody's business.

    :ivar chain: certificates of the server, its own first; empty where only OpenSSL knows them
    :ivar authorities: those that sign clients' certificates; empty likewise
    """

    settings: Settings
    chain: tuple[x509.Certificate, ...]
    authorities: tuple[x509.Certificate, ...]
    revocations: Revocations


def paths_of(settings: Settings) -> tuple[str, ...]:
    """Return the paths of all files that TLS is made from."""
    names = (settings.cert, settings.key, settings.ca, settings.crl)
    return tuple(name for name in names if name is not None)


def stamps_of(settings: Settings) -> dict[str, FileStamp]:
    """Return the states of all files that TLS is made from; changed ones differ."""
    return {path: _stamp(path) for path in paths_of(settings)}


def _stamp(path: str) -> FileStamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def read_files(settings: Settings) -> CertificateFiles:
    """
    Read everything but the key.

    :raises OSError: if a file cannot be read
    :raises ValueError: with a clause, if the lists of revocations cannot be used
    """
    authorities = () if settings.ca is None else certificates_in(_content(settings.ca))
    revocations = Revocations()
    if settings.crl is not None:
        revocations = read_revocations(_content(settings.crl), authorities)
    chain = certificates_in(_content(settings.cert))
    return CertificateFiles(settings, chain, authorities, revocations)


def certificates_in(data: bytes) -> tuple[x509.Certificate, ...]:
    """
    Return the certificates in PEM of a file.

    :returns: none of them where there is one that OpenSSL takes and this library does not
    """
    try:
        return tuple(x509.load_pem_x509_certificates(data))
    except ValueError:
        return ()


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()
