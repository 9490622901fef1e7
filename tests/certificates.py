"""Certificates for tests, made once for each folder."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from bcfg2tw.cli.init.certificates import issue_authority, issue_certificate


class Authority:
    """A certificate authority with a folder for what it issues."""

    def __init__(self, folder: Path, name: str = "Test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._issued = issue_authority(name)
        self.certificate = folder / "ca.pem"
        self.certificate.write_bytes(self._issued.certificate_pem())

    def issue(
        self,
        common_name: str,
        names: Sequence[str] | None = None,
        good_for: timedelta = timedelta(days=3650),
    ) -> tuple[Path, Path]:
        """
        Return the paths of a certificate for a common name and of its key.

        :param names: alternative names; by default the common name
        :param good_for: the time from now on until it ends
        """
        stem = common_name.encode().hex()
        if names is not None or good_for.days != 3650:
            stem += f"-{len(list(self._folder.iterdir()))}"
        certificate, key = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        with self._lock:
            if not certificate.exists():
                issued = issue_certificate(
                    self._issued,
                    common_name,
                    [common_name] if names is None else names,
                    good_for + timedelta(hours=1),
                )
                certificate.write_bytes(issued.certificate_pem())
                key.write_bytes(issued.key_pem())
        return certificate, key

    def revocations(
        self, *certificates: Path, good_for: timedelta = timedelta(days=365), in_der: bool = False
    ) -> bytes:
        """Return a signed list that revokes certificates."""
        now = datetime.now(timezone.utc)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._issued.certificate.subject)
            .last_update(now - timedelta(days=400))
            .next_update(now + good_for)
        )
        for path in certificates:
            serial = x509.load_pem_x509_certificate(path.read_bytes()).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
            builder = builder.add_revoked_certificate(entry.build())
        encoding = serialization.Encoding.DER if in_der else serialization.Encoding.PEM
        return builder.sign(self._issued.key, hashes.SHA256()).public_bytes(encoding)
