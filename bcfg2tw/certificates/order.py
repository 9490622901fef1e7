"""The order of a chain: the server's own certificate, and behind each that of its issuer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from bcfg2tw.certificates.files import CertificateFiles, certificates_in
from bcfg2tw.certificates.subjects import names_issuer


def position_of_key(path: str, key: object) -> int | None:
    """
    Return which certificate of a file was made for a key, counted from 1; None for none.

    :param key: a private key of `cryptography`
    :raises OSError: if the file cannot be read
    """
    public = getattr(key, "public_key", None)
    if public is None:
        return None
    wanted = _bytes(public())
    with open(path, "rb") as stream:
        chain = certificates_in(stream.read())
    numbered = enumerate(chain, 1)
    return next((n for n, member in numbered if _bytes(member.public_key()) == wanted), None)


def _bytes(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]  # of any algorithm
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def oddities(files: CertificateFiles) -> list[str]:
    """Return what is odd about certificates that can be used, a sentence each with its remedy."""
    settings, sentences = files.settings, []
    misplaced = _misplaced(files.chain)
    if misplaced is not None:
        sentences.append(
            f"{settings.cert}: certificate number {misplaced} did not issue the one before it, so "
            "that clients may not find their way: put behind each that of its issuer"
        )
    if files.chain and is_authority(files.chain[0]):
        sentences.append(
            f"{settings.cert} is an authority's: give the server a certificate of its own"
        )
    if files.authorities and not any(map(is_authority, files.authorities)):
        sentences.append(f"{settings.ca} is no authority's certificate: clients cannot trust by it")
    return sentences


def _misplaced(chain: Sequence[x509.Certificate]) -> int | None:
    for number, (member, issuer) in enumerate(pairwise(chain), 2):
        if not names_issuer(member, issuer):
            return number
    return None


def is_authority(certificate: x509.Certificate) -> bool:
    """Say whether a certificate is one that may sign others."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return constraints.value.ca
