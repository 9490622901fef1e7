"""Certificates and keys: whether they can be used, and whether OpenSSL of today takes them."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.cli.trials import try_all
from bcfg2tw.finding import Finding

__all__ = ["examine"]

_SUBJECTS = frozenset({"TLS", "authority", "certificate", "key"})
#: Options that the trials of other things need, which are none of the move's.
_NOT_TRIED = frozenset({
    ("server", "repository"), ("server", "plugins"), ("components", "bcfg2"), ("bcfg2tw", "port"),
})  # fmt: skip
LEAST_BITS = 2048
_BROKEN_HASHES = frozenset({"md5", "sha1"})


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield what is wrong with certificate, key and authorities."""
    refused = {(error.section or "", error.option or "") for error in site.refusals}
    for trial in try_all(site.settings, refused | _NOT_TRIED):
        if trial.severity and trial.subject in _SUBJECTS:
            key = {"authority": "ca", "key": "key"}.get(trial.subject, "certificate")
            name = "certificate" if trial.severity == "error" else "certificate-oddity"
            yield finding(name, *site.place("communication", key), trial.outcome)
    for path in filter(None, (site.settings.cert, site.settings.ca)):
        yield from _weaknesses(path)
    if site.release != "1.3" and not site.settings.get("communication", "protocol"):
        message = (
            "clients of Bcfg2 1.4 that say nothing of [communication] protocol offer TLS 1.0 "
            "alone: have them write xmlrpc/ssl"
        )
        yield finding("old-tls", site.config, None, message)


def _weaknesses(path: str) -> Iterator[Finding]:
    try:
        with open(path, "rb") as stream:
            certificates = x509.load_pem_x509_certificates(stream.read())
    except (OSError, ValueError):
        return  # told by the trials
    for number, certificate in enumerate(certificates):
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_BITS:
            message = f"an RSA key of {key.key_size} bits: make one of {LEAST_BITS} or more"
            yield finding("weak-key", path, None, message)
        hash_name = getattr(certificate.signature_hash_algorithm, "name", "")
        is_root = certificate.issuer == certificate.subject and (number or len(certificates) == 1)
        if hash_name in _BROKEN_HASHES and not is_root:
            yield finding("weak-key", path, None, f"it is signed by {hash_name}: have a new one")
