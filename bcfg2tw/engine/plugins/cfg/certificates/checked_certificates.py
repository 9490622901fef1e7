"""
Certificates that were found right lately.

To check one takes a program and the reading of a private key, and each client asks for its
certificates whenever it runs.
"""

from __future__ import annotations

import time
from hashlib import sha256

from cryptography.x509 import Certificate

from bcfg2tw.engine.plugins.cfg.certificates.authority import Authority
from bcfg2tw.engine.repository.listing import stamp_of

KEPT_CHECKS = 4096
GOOD_FOR_SECONDS = 600.0


class CheckedCertificates:
    """Remembers the checks that certificates passed, for a while; safe to use from any thread."""

    def __init__(self) -> None:
        self._until: dict[bytes, float] = {}

    def name_of(self, certificate: bytes, key: bytes, authority: Authority) -> bytes:
        """Return a name for a check: a digest of all that its result depends on, and no secret."""
        path = authority.trusted_path
        stamp = None if path is None else stamp_of(path)
        parts = (certificate, key, f"{path} {authority.chain_is_root} {stamp}".encode())
        return sha256(b"".join(sha256(part).digest() for part in parts)).digest()

    def knows(self, check: bytes) -> bool:
        """Say whether a check was passed not long ago, by a certificate that is still in date."""
        return self._until.get(check, 0.0) > time.time()

    def note(self, check: bytes, certificate: Certificate) -> None:
        """Remember that a certificate has passed."""
        if len(self._until) >= KEPT_CHECKS:
            self._until.clear()
        in_date_until = certificate.not_valid_after_utc.timestamp()
        self._until[check] = min(time.time() + GOOD_FOR_SECONDS, in_date_until)
